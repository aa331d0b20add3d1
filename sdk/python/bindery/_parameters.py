"""From the JSON of the parameters to the type that a runbook takes."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from ._codec import camel, shown
from .failure import BinderyError

_PLAIN = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


class Misfit(Exception):
    """A value does not fit at a place."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def called(main: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    """Calls `main` with the parameters in the type that it wants; `InvalidParameters` names the one
    that does not fit.
    """
    signature = list(inspect.signature(main).parameters)
    if not signature:
        return main()
    hint = typing.get_type_hints(main).get(signature[0], Any)
    try:
        value = fitted(hint, parameters, "")
    except Misfit as misfit:
        message = f"the parameters do not fit: {misfit}"
        if misfit.field:
            message = f"the parameter `{misfit.field}` does not fit: {misfit}"
        raise BinderyError("InvalidParameters", message, {"field": misfit.field}) from None
    return main(value)


def fitted(hint: Any, value: Any, at: str) -> Any:
    """The JSON value as what the hint says."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if hint is None or hint is type(None):
        return _sure(value is None, value, at, "null")
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments, value, at)
    if origin is typing.Literal:
        wanted = " or ".join(repr(it) for it in arguments)
        return _sure(value in arguments, value, at, wanted)
    if hint in _PLAIN:
        return _plain(hint, value, at)
    if origin is list or hint is list:
        _sure(isinstance(value, list), value, at, "a list")
        item = arguments[0] if arguments else Any
        return [fitted(item, it, f"{at}[{n}]") for n, it in enumerate(value)]
    if origin is dict or hint is dict:
        _sure(isinstance(value, dict), value, at, "an object")
        held = arguments[1] if arguments else Any
        return {key: fitted(held, it, _below(at, key)) for key, it in value.items()}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        wanted = " or ".join(repr(it.value) for it in hint)
        _sure(value in [it.value for it in hint], value, at, wanted)
        return hint(value)
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, value, at)
    raise Misfit(at, f"a runbook cannot take a `{hint}`; take a dataclass, or what JSON has")


def _plain(hint: Any, value: Any, at: str) -> Any:
    taken = (int, float) if hint is float else hint
    fits = isinstance(value, taken) and (hint is bool or not isinstance(value, bool))
    return hint(_sure(fits, value, at, _PLAIN[hint]))


def _one_of(hints: tuple[Any, ...], value: Any, at: str) -> Any:
    misfits = []
    for hint in hints:
        try:
            return fitted(hint, value, at)
        except Misfit as misfit:
            if hint is not type(None):
                misfits.append(misfit)
    raise misfits[0]


def _dataclass(hint: Any, value: Any, at: str) -> Any:
    _sure(isinstance(value, dict), value, at, "an object")
    hints, made = typing.get_type_hints(hint), {}
    for field in dataclasses.fields(hint):
        key = next((it for it in (field.name, camel(field.name)) if it in value), None)
        if key is not None:
            made[field.name] = fitted(hints[field.name], value[key], _below(at, key))
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise Misfit(_below(at, camel(field.name)), "it is missing")
    return hint(**made)


def _sure(fits: bool, value: Any, at: str, wanted: str) -> Any:
    if not fits:
        raise Misfit(at, f"it must be {wanted}, and is {shown(value)}")
    return value


def _below(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
