# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `children`. Grant: `jobs.start:<runbook>`."""

from datetime import timedelta

from ._host import Interface
from .types import (
    Child,
    ChildStatus,
    JobStatus,
    Started,
    Target,
    TargetComputer,
    TargetGroup,
    TargetSandbox,
    WaitFor,
)

__all__ = [
    "Child",
    "ChildStatus",
    "JobStatus",
    "Started",
    "Target",
    "TargetComputer",
    "TargetGroup",
    "TargetSandbox",
    "WaitFor",
    "start",
    "status",
    "wait",
]

_host = Interface("children")


def start(runbook: str, children: list[Child]) -> list[Started]:
    """Starts at most 500 child jobs of one runbook; an answer per child, in the same order.
    Happens once.
    """
    return _host.call("jobs.start", runbook, children)


def wait(jobs: list[str], mode: WaitFor, timeout: timedelta | None = None) -> list[ChildStatus]:
    """Waits until any or all of these child jobs have ended, or until `timeout`; the states at
    that time. `JobStopping` if somebody asks this job to stop: it may clean up, for as long
    as `job.remaining` says, and then returns.
    """
    return _host.call("jobs.wait", jobs, mode, timeout)


def status(jobs: list[str]) -> list[ChildStatus]:
    """The states of these child jobs now."""
    return _host.call("jobs.status", jobs)
