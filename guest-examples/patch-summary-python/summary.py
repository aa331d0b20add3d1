"""The words and the rows. Calls nothing of the host."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bindery.types import Action, ActionKind, Assessment, Classification, HistoryEntry


@dataclass
class Row:
    """A row of the table `PatchSummary`."""

    Computer: str
    Run: str | None
    Package: str
    Change: str
    Version: str | None
    At: str


def since(history: list[HistoryEntry], time: datetime) -> list[HistoryEntry]:
    """The entries that began at that time or later."""
    return [entry for entry in history if datetime.fromisoformat(entry.started_at) >= time]


def lines(
    computer: str, run: str | None, history: list[HistoryEntry], assessment: Assessment | None
) -> list[str]:
    """What a person wants to read."""
    head = f"{computer} after `{run}`" if run else computer
    told = [f"{head}: {changes(history)}"]
    for entry in history:
        if entry.error is not None:
            told.append(f"failed at {entry.started_at}: {entry.error}")
        told += [f"  {step(action)}" for action in entry.actions]
    if assessment is None:
        return told
    security = sum(it.classification == Classification.SECURITY for it in assessment.missing)
    told.append(f"{len(assessment.missing)} updates are missing, {security} of them for security")
    if assessment.reboot.pending:
        told.append(
            f"a reboot is pending: {', '.join(assessment.reboot.reasons) or 'no reason given'}"
        )
    return told


def changes(history: list[HistoryEntry]) -> str:
    """`2 upgraded, 1 removed`."""
    kinds = Counter(
        action.kind for entry in history if entry.error is None for action in entry.actions
    )
    said = [f"{kinds[kind]} {word}" for kind, word in DONE.items() if kinds[kind]]
    return ", ".join(said) or "nothing was changed"


DONE = {
    ActionKind.INSTALL: "installed",
    ActionKind.UPGRADE: "upgraded",
    ActionKind.DOWNGRADE: "downgraded",
    ActionKind.REMOVE: "removed",
}


def step(action: Action) -> str:
    """`openssl: 3.0.1 -> 3.0.2`."""
    return f"{action.package}: {action.from_ or 'absent'} -> {action.to or 'absent'}"


def rows(
    computer: str, run: str | None, history: list[HistoryEntry], assessment: Assessment | None
) -> list[Row]:
    """One per change that was made, and one per update that is missing."""
    made = [
        Row(computer, run, action.package, str(action.kind), action.to, entry.started_at)
        for entry in history
        if entry.error is None
        for action in entry.actions
    ]
    if assessment is None:
        return made
    return made + [
        Row(computer, run, it.package or it.title, "Missing", it.version, assessment.assessed_at)
        for it in assessment.missing
    ]
