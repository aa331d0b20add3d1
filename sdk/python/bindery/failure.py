"""The one error of a runbook: what the host refused, and what the runbook itself reports."""

from __future__ import annotations

from typing import Any


class BinderyError(Exception):
    """An error with a stable code. Operations raise it; raised from the runbook it makes the job
    Failed with this code.

    Any other exception makes the job Failed with `GuestFailed`, and its traceback goes to the Error
    stream.

        raise BinderyError("DiskFull", "12 MB are left on /var", {"free": 12})
    """

    def __init__(self, code: str, message: str, details: Any = None) -> None:
        super().__init__(message)
        self.code = code
        """For programs: `GrantDenied`, `MaintenanceWindowExceeded`, or a code of your own."""
        self.message = message
        """A sentence that names the thing and the reason."""
        self.details = details
        """More, where there is more: for a package manager its own words."""

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"

    def __repr__(self) -> str:
        return f"BinderyError({self.code!r}, {self.message!r}, {self.details!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BinderyError):
            return NotImplemented
        mine, others = (self.code, self.message), (other.code, other.message)
        return mine == others and self.details == other.details

    __hash__ = Exception.__hash__
