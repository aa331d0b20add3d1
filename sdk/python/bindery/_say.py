"""The words of a job."""

from __future__ import annotations

from . import streams
from ._codec import dumped
from .failure import BinderyError
from .types import Kind


def output(*parts: object) -> None:
    """Writes a line to the Output stream; what is no string is written as JSON.

    The five functions of this kind raise nothing: a line of more than 1 MiB is left out, and a Warning
    says so. Use `streams.write` where that matters.
    """
    _say(Kind.OUTPUT, parts)


def warning(*parts: object) -> None:
    """Writes a line to the Warning stream."""
    _say(Kind.WARNING, parts)


def error(*parts: object) -> None:
    """Writes a line to the Error stream. It does not end the job: a raised `BinderyError` does."""
    _say(Kind.ERROR, parts)


def verbose(*parts: object) -> None:
    """Writes a line to the Verbose stream."""
    _say(Kind.VERBOSE, parts)


def debug(*parts: object) -> None:
    """Writes a line to the Debug stream."""
    _say(Kind.DEBUG, parts)


def _say(kind: Kind, parts: tuple[object, ...]) -> None:
    try:
        streams.write(kind, " ".join(_word(part) for part in parts))
    except BinderyError as refused:
        # The host says what it left out; outside of a runbook there is a terminal.
        if refused.code == "NotInRunbook":
            print(f"{kind}:", *parts)


def _word(part: object) -> str:
    if isinstance(part, str):
        return str(part)
    try:
        return dumped(part)
    except (TypeError, ValueError, RecursionError):
        return str(part)
