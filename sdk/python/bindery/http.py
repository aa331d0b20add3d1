# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `http`. Grant: `http:<host>`."""

from datetime import timedelta

from ._host import Interface
from .types import Header, Response

__all__ = [
    "Header",
    "Response",
    "send",
]

_host = Interface("http")


def send(
    url: str,
    method: str,
    headers: list[Header],
    timeout: timedelta,
    body: str | None = None,
    credential: str | None = None,
) -> Response:
    """Sends a request and answers with the response, whatever its status. Happens once.

    A redirect is a response like any other: whoever follows it needs the grant for its host.
    A name that a mask with `*` covers must lead to a public address. `TimedOut`,
    `Unreachable`; `TooLarge` for a body over 1 MiB.

    `credential` is the name of a credential of the account: the host says it as
    `Authorization: Basic`, and the grant `assets.read:<name>` is needed, too. See `assets`
    for secrets in headers, body and URL.
    """
    return _host.call("http.send", url, method, headers, timeout, body, credential)
