# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `fleet-admin`. Grant: `fleet.configure`."""

from ._host import Interface
from .types import Configured, ConfigureStatus

__all__ = [
    "ConfigureStatus",
    "Configured",
    "configure",
]

_host = Interface("fleet-admin")


def configure(computers: list[str]) -> list[Configured]:
    """Configures at most 500 computers and answers for each. Doing it twice is the same as once."""
    return _host.call("fleet.configure", computers)
