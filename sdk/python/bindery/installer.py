# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `update-installer`. Grant: `updates.install`."""

from datetime import timedelta

from ._host import Interface
from .types import InstallResult, InstallStatus, UpdatePlan, UpdateResult

__all__ = [
    "InstallResult",
    "InstallStatus",
    "UpdatePlan",
    "UpdateResult",
    "download",
    "install",
]

_host = Interface("update-installer")


def download(plan: UpdatePlan) -> None:
    """Fetches what the plan needs, so that the window is spent installing. Doing it twice is the
    same as once.
    """
    _host.call("updates.download", plan)


def install(plan: UpdatePlan, reserve: timedelta) -> InstallResult:
    """Carries out the plan as one transaction of the package manager. Happens once.

    `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if
    the package manager would now do something else. An update that fails is in the result,
    not an error of the call.
    """
    return _host.call("updates.install", plan, reserve)
