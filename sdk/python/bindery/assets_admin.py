# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `assets-admin`. Grant: `assets.write:<name>`."""

from ._host import Interface
from .types import Json

__all__ = [
    "set_variable",
]

_host = Interface("assets-admin")


def set_variable(name: str, value: Json) -> None:
    """Makes a variable, or gives one another value. One that is secret is refused: what a
    runbook gives stands in its journal.
    """
    _host.call("assets.set-variable", name, value)
