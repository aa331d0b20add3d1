# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `streams`. Always granted."""

from ._host import Interface
from .types import Json, Kind

__all__ = [
    "Kind",
    "progress",
    "value",
    "write",
]

_host = Interface("streams")


def write(kind: Kind, text: str) -> None:
    """Writes one record of text."""
    _host.call("stream.write", kind, text)


def value(value: Json) -> None:
    """Writes one structured record to Output."""
    _host.call("stream.value", value)


def progress(activity: str, percent: int | None = None) -> None:
    """Says how far the job is. `percent` goes from 0 to 100; none where nobody knows."""
    _host.call("stream.progress", activity, percent)
