# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `fleet-inventory`. Grant: `fleet.read`."""

from ._host import Interface
from .types import Compliance, Filter, FleetComputer, Page

__all__ = [
    "Compliance",
    "Filter",
    "FleetComputer",
    "Page",
    "computer",
    "computers",
]

_host = Interface("fleet-inventory")


def computers(filter: Filter | None = None) -> Page:
    return _host.call("fleet.computers", filter)


def computer(id: str) -> FleetComputer:
    return _host.call("fleet.computer", id)
