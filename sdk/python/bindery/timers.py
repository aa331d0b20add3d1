# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `timers`. Always granted."""

from datetime import timedelta

from ._host import Interface

__all__ = [
    "sleep",
]

_host = Interface("timers")


def sleep(duration: timedelta) -> None:
    """Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs
    nothing: while it is long, the job is in nobody's memory. `JobStopping` if somebody asks
    the job to stop: it may clean up, for as long as `job.remaining` says, and then returns.
    """
    _host.call("clock.sleep", duration)
