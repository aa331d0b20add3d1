"""Long lists, page by page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from . import fleet


def each_computer(filter: fleet.Filter | None = None) -> Iterator[fleet.FleetComputer]:
    """Every computer that `filter` names, all without one. Ids that are no computers of the
    workspace are left out; `fleet.computers` lists them.
    """
    question = filter or fleet.Filter()
    while True:
        page = fleet.computers(question)
        yield from page.computers
        if page.cursor is None:
            return
        question = dataclasses.replace(question, cursor=page.cursor)
