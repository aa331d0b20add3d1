# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `process`. Grant: `process:<program>`."""

from datetime import timedelta

from ._host import Interface
from .types import Finished

__all__ = [
    "Finished",
    "run",
]

_host = Interface("process")


def run(program: str, args: list[str], timeout: timedelta, stdin: str | None = None) -> Finished:
    """Runs a program to its end. Happens once.

    `program` is an absolute path, or a name that is looked up in the computer's standard
    folders; there is no shell. It runs outside of the agent, so that a restart of the agent
    does not end it, and each line that it writes is on the Verbose stream at once. `TimedOut`
    if it takes longer than `timeout`: it is ended then, with all that it started.
    """
    return _host.call("process.run", program, args, timeout, stdin)
