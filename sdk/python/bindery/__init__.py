"""Write Bindery runbooks in Python.

A runbook is a module `main` with one function of that name. Its parameter is the job's parameters,
what it returns is the job's result, and what it raises is the error with which the job fails:

    from dataclasses import dataclass

    from bindery import output, updates


    @dataclass
    class Parameters:
        bytes_min: int = 0


    def main(parameters: Parameters) -> dict[str, int]:
        missing = updates.assess().missing
        for update in missing:
            if (update.bytes or 0) >= parameters.bytes_min:
                output(f"{update.title} is missing")
        return {"missing": len(missing)}

A dataclass is filled from the JSON, with `bytesMin` or `bytes_min` for the field `bytes_min`; a
`dict` is taken as it is, and a function without a parameter takes none. The result is anything that
JSON can hold, or a dataclass.

The modules of the package are the interfaces of the host. A runbook imports what it uses: one that
does not import `bindery.power` need not ask for its grant, and then its file proves that it cannot
reboot. `bindery.pages` asks for long lists page by page.
"""

from . import job, streams, timers
from ._say import debug, error, output, verbose, warning
from .failure import BinderyError

__all__ = [
    "BinderyError",
    "debug",
    "error",
    "job",
    "output",
    "streams",
    "timers",
    "verbose",
    "warning",
]
