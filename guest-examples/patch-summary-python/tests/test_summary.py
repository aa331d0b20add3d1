"""Run with `PYTHONPATH=../../sdk/python:. python3 -m unittest discover tests`."""

import unittest
from datetime import UTC, datetime

import summary
from bindery.types import Action, ActionKind, Assessment, HistoryEntry, OsType, Pending

OPENSSL = Action(package="openssl", kind=ActionKind.UPGRADE, from_="1", to="2")
TELNET = Action(package="telnet", kind=ActionKind.REMOVE, from_="5")


def entry(hour: int, *actions: Action, error: str | None = None) -> HistoryEntry:
    return HistoryEntry(
        started_at=f"2026-11-22T{hour:02}:00:00Z",
        requested_by="apt-get",
        actions=list(actions),
        error=error,
    )


class Summary(unittest.TestCase):
    def test_only_what_began_since_counts(self) -> None:
        history = [entry(18), entry(12), entry(11)]
        noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.assertEqual(summary.since(history, noon), history[:2])

    def test_what_failed_is_told_and_not_counted(self) -> None:
        history = [entry(18, OPENSSL, TELNET), entry(12, OPENSSL, error="E: held")]
        told = summary.lines("web-01", "Sunday", history, None)
        self.assertEqual(told[0], "web-01 after `Sunday`: 1 upgraded, 1 removed")
        self.assertEqual(told[1:3], ["  openssl: 1 -> 2", "  telnet: 5 -> absent"])
        self.assertEqual(told[3], "failed at 2026-11-22T12:00:00Z: E: held")
        rows = summary.rows("web-01", "Sunday", history, None)
        self.assertEqual([row.Change for row in rows], ["Upgrade", "Remove"])

    def test_a_pending_reboot_is_told_with_its_reasons(self) -> None:
        assessment = Assessment(
            assessed_at="2026-11-22T18:00:00Z",
            os_type=OsType.LINUX,
            provider="apt",
            simulated=False,
            root="/",
            missing=[],
            installed=400,
            reboot=Pending(pending=True, reasons=["linux-image"]),
        )
        told = summary.lines("web-01", None, [], assessment)
        self.assertEqual(told[0], "web-01: nothing was changed")
        self.assertEqual(told[-1], "a reboot is pending: linux-image")


if __name__ == "__main__":
    unittest.main()
