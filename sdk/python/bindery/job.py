# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `job`. Always granted."""

from datetime import timedelta

from ._host import Interface
from .failure import BinderyError
from .types import JobContext, Json, Trigger

__all__ = [
    "JobContext",
    "Trigger",
    "checkpoint",
    "context",
    "parameters",
    "remaining",
    "restored",
    "set_failure",
    "set_result",
]

_host = Interface("job")


def context() -> JobContext:
    return _host.call("job.context")


def parameters() -> Json:
    """The parameters: a JSON object."""
    return _host.call("job.parameters")


def remaining() -> timedelta | None:
    """What is left until the deadline, or until a job that is asked to stop must have ended;
    none if there is neither.
    """
    return _host.call("job.remaining")


def set_result(value: Json) -> None:
    """Sets the result of the job. A component may return it from `run` instead, which replaces
    it.
    """
    _host.call("job.result", value)


def set_failure(error: BinderyError) -> None:
    """Sets the error with which the job fails, if `run` then ends with another number than 0. A
    component returns it from `run` instead.
    """
    _host.call("job.failure", error)


def checkpoint(state: Json) -> None:
    """Starts the runbook again from its beginning, with the same parameters, `state` in
    `restored`, and a fresh journal: for a loop that would else meet the limits of one
    journal. Does not return, unless it is refused. At most 1 MiB.
    """
    _host.call("job.checkpoint", state)


def restored() -> Json | None:
    """The state of the last `checkpoint`; none before the first."""
    return _host.call("job.restored")
