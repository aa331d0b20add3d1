"""What componentize-py builds: the world's `run` around `main` of the author's `main.py`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import traceback
from typing import Any

import wit_world.imports
from componentize_py_types import Err

import main as author

from . import _codec, _host, job
from ._parameters import called
from ._say import error
from .failure import BinderyError

# Only what is imported while it is built is in the runbook, and modules of the account are imported in the
# functions that use them.
for _found in pkgutil.iter_modules(wit_world.imports.__path__):
    importlib.import_module(f"wit_world.imports.{_found.name}")

if not callable(getattr(author, "main", None)):
    raise ImportError("main.py has no function `main`: it is the runbook")
if inspect.iscoroutinefunction(author.main):
    raise ImportError("`main` is async: write it without, for its calls simply wait")


class WitWorld(wit_world.WitWorld):
    """The runbook."""

    def run(self) -> str | None:
        """Runs `main`; its result as JSON text, nothing if there is none."""
        try:
            return _rendered(called(author.main, job.parameters()))
        except BinderyError as failure:
            raise _failed(failure) from None
        except BaseException as thrown:
            error("".join(traceback.format_exception(thrown)).rstrip())
            raise _failed(BinderyError("GuestFailed", _told(thrown))) from None
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def _rendered(result: object) -> str | None:
    if result is None:
        return None
    try:
        return _codec.dumped(result)
    except (TypeError, ValueError, RecursionError) as misfit:
        message = f"the result cannot be written as JSON: {misfit}"
        raise BinderyError("GuestFailed", message) from None


def _told(thrown: BaseException) -> str:
    message = f"{type(thrown).__name__}: {thrown}"
    if isinstance(thrown, ModuleNotFoundError):
        message += "; import it at the top of a file, else it is not in the runbook"
    return message


def _failed(failure: BinderyError) -> Err[Any]:
    try:
        return Err(_codec.lower("error", failure, "error", _host.bindings))
    except _codec.Misfit as misfit:
        plain = BinderyError(str(failure.code), f"{failure.message} ({misfit})")
        return Err(_codec.lower("error", plain, "error", _host.bindings))
