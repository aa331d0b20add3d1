"""The calls of the host, through the bindings that componentize-py makes while it builds."""

from __future__ import annotations

import importlib
from typing import Any

from . import _codec
from ._contract import OPERATIONS
from .failure import BinderyError

try:
    import wit_world  # noqa: F401
except ModuleNotFoundError:
    INSIDE = False
else:
    INSIDE = True


class Interface:
    """The operations of one interface of the host."""

    def __init__(self, name: str) -> None:
        self._module: Any = None
        if not INSIDE:
            return
        try:
            self._module = bindings(name)
        except ModuleNotFoundError:
            raise ImportError(_not_asked(name)) from None
        # An interface that others only take types of has no functions.
        if not all(hasattr(self._module, it["function"]) for it in _operations(name)):
            raise ImportError(_not_asked(name))

    def call(self, operation: str, *values: Any) -> Any:
        """Carries out one operation."""
        if self._module is None:
            message = "the host can be called only from a runbook that runs"
            raise BinderyError("NotInRunbook", message)
        described = OPERATIONS[operation]
        forms = described["parameters"].items()
        with _codec.refusing(operation):
            passed = [
                _codec.lower(it, value, key, bindings)
                for (key, it), value in zip(forms, values, strict=True)
            ]
        try:
            answer = getattr(self._module, described["function"])(*passed)
        except Exception as error:
            raise _codec.raised(error) from None
        if described["returns"] is None:
            return None
        return _codec.lift(described["returns"], answer)


def bindings(interface: str) -> Any:
    """The module that componentize-py made of an interface."""
    return importlib.import_module("wit_world.imports." + interface.replace("-", "_"))


def _operations(interface: str) -> list[dict[str, Any]]:
    return [it for it in OPERATIONS.values() if it["interface"] == interface]


def _not_asked(interface: str) -> str:
    own = _operations(interface)[0]
    return (
        f"`bindery.{own['module']}` is used, and runbook.toml does not ask for its grant: "
        f'add "{own["grant"]}" to `grants`, or leave it out'
    )
