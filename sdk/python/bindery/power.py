# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `power`. Grant: `power.reboot`."""

from datetime import timedelta

from ._host import Interface
from .types import RebootResult

__all__ = [
    "RebootResult",
    "reboot",
]

_host = Interface("power")


def reboot(reserve: timedelta, reason: str) -> RebootResult:
    """Reboots the computer and returns after it is back. Happens once.

    `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
    """
    return _host.call("power.reboot", reserve, reason)
