"""After a patch run: what was changed on this computer, what it still lacks, in words and as rows.
Changes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import summary
from bindery import BinderyError, job, output, records, updates, warning

HISTORY_MAX = 100


@dataclass
class Parameters:
    hours: Annotated[int, {"minimum": 1, "maximum": 720}] = 24
    """Look back so far."""


@dataclass
class Result:
    changed: int
    failed: int
    missing: int | None
    """None if no repository could be asked."""


def main(parameters: Parameters) -> Result:
    context = job.context()
    computer = context.computer_name or context.worker_id
    since = datetime.now(UTC) - timedelta(hours=parameters.hours)
    history = summary.since(updates.history(HISTORY_MAX), since)
    assessment = assess()

    for line in summary.lines(computer, context.run_name, history, assessment):
        output(line)
    rows = summary.rows(computer, context.run_name, history, assessment)
    if rows:
        records.append("PatchSummary", rows)

    changed = sum(len(entry.actions) for entry in history if entry.error is None)
    failed = sum(1 for entry in history if entry.error is not None)
    return Result(changed, failed, None if assessment is None else len(assessment.missing))


def assess() -> updates.Assessment | None:
    """What is missing; none while the repositories cannot be asked, for the history is worth having
    without it.
    """
    try:
        return updates.assess()
    except BinderyError as error:
        if error.code != "RepositoryUnavailable":
            raise
        warning(f"what is missing is not known: {error.message}")
        return None
