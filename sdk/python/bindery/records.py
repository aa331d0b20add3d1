# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `records`. Grant: `records.write:<table>`."""

from ._host import Interface
from .types import Json

__all__ = [
    "append",
]

_host = Interface("records")


def append(table: str, rows: list[Json]) -> None:
    """Appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a
    table of your own).
    """
    _host.call("records.append", table, rows)
