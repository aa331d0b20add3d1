# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `update-inventory`. Grant: `updates.read`."""

from ._host import Interface
from .types import (
    Action,
    ActionKind,
    Assessment,
    Classification,
    HistoryEntry,
    LeftOut,
    OsType,
    Pending,
    RebootBehavior,
    Update,
    UpdatePlan,
)

__all__ = [
    "Action",
    "ActionKind",
    "Assessment",
    "Classification",
    "HistoryEntry",
    "LeftOut",
    "OsType",
    "Pending",
    "RebootBehavior",
    "Update",
    "UpdatePlan",
    "assess",
    "history",
    "pending_reboot",
    "plan",
]

_host = Interface("update-inventory")


def assess() -> Assessment:
    """Asks the package manager what is missing; it reads its repositories anew."""
    return _host.call("updates.assess")


def history(limit: int) -> list[HistoryEntry]:
    """The newest entries of the package manager's history, at most `limit`."""
    return _host.call("updates.history", limit)


def plan(updates: list[str]) -> UpdatePlan:
    """What the package manager would do for these updates, with dependencies, removals and
    downgrades.
    """
    return _host.call("updates.plan", updates)


def pending_reboot() -> Pending:
    """Whether a reboot is pending, and why."""
    return _host.call("power.pending")
