"""Between the values of an author and those of the host, by the forms of `_contract`.

Authors have the dataclasses and enums of `types`, lengths of time as `timedelta`, and JSON as
values. The host has the classes that componentize-py makes, milliseconds, and JSON as text. What
does not fit is refused here: the bindings would end the whole job.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from . import types
from ._contract import TYPES
from .failure import BinderyError

_WHOLE = {"u8": 0xFF, "u32": 0xFFFF_FFFF, "u64": 0xFFFF_FFFF_FFFF_FFFF}
_MILLISECOND = timedelta(milliseconds=1)


class Misfit(Exception):
    """A value is not what it must be."""

    def __init__(self, at: str, wanted: str, value: Any) -> None:
        super().__init__(f"`{at}`: it must be {wanted}, and is {shown(value)}")


@contextmanager
def refusing(operation: str) -> Iterator[None]:
    """Makes `InvalidArguments` of a value that does not fit."""
    try:
        yield
    except Misfit as misfit:
        raise BinderyError("InvalidArguments", f"`{operation}`: {misfit}") from None


def lower(form: str, value: Any, at: str, bindings: Callable[[str], Any]) -> Any:
    """A value of the author as the host takes it."""
    if form.endswith("?"):
        return None if value is None else lower(form[:-1], value, at, bindings)
    if form.endswith("[]"):
        if not isinstance(value, (list, tuple)):
            raise Misfit(at, "a list", value)
        return [lower(form[:-2], it, f"{at}[{n}]", bindings) for n, it in enumerate(value)]
    if form == "json":
        return _text(value, at)
    if form == "milliseconds":
        if not isinstance(value, timedelta) or value < timedelta():
            raise Misfit(at, "a `datetime.timedelta` that is not negative", value)
        return value // _MILLISECOND
    if form in _WHOLE:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 0 <= value <= _WHOLE[form]:
            raise Misfit(at, f"a whole number from 0 to {_WHOLE[form]}", value)
        return value
    if form in ("string", "bool"):
        if not isinstance(value, str if form == "string" else bool):
            raise Misfit(at, "a string" if form == "string" else "True or False", value)
        return str(value) if form == "string" else value
    named = TYPES[form]
    if "alias" in named:
        return lower(named["alias"], value, at, bindings)
    if "enum" in named:
        return _lower_enum(form, value, at, bindings)
    if "variant" in named:
        return _lower_case(form, value, at, bindings)
    return _lower_record(form, value, at, bindings)


def _lower_enum(form: str, value: Any, at: str, bindings: Callable[[str], Any]) -> Any:
    own = own_class(form)
    # The contract's own spelling is taken, too.
    if not isinstance(value, str) or value not in list(own):
        raise Misfit(at, " or ".join(f"`{own.__name__}.{it.name}`" for it in own), value)
    return _host_class(form, bindings)[own(value).name]


def _lower_record(form: str, value: Any, at: str, bindings: Callable[[str], Any]) -> Any:
    own, fields = own_class(form), TYPES[form]["record"]
    if value is None and all(field.endswith("?") for field in fields.values()):
        value = own()
    if not isinstance(value, own):
        raise Misfit(at, f"a `{own.__name__}`", value)
    lowered = {}
    for key, field in fields.items():
        name = attribute(key)
        lowered[name] = lower(field, getattr(value, name), f"{at}.{name}", bindings)
    return _host_class(form, bindings)(**lowered)


def _lower_case(form: str, value: Any, at: str, bindings: Callable[[str], Any]) -> Any:
    cases = TYPES[form]["variant"]
    for name, carried in cases.items():
        if isinstance(value, case_class(form, name)):
            made = _host_class(form, bindings, "_" + pascal(name))
            return made() if carried is None else made(lower(carried, value.value, at, bindings))
    wanted = " or ".join(f"a `{case_class(form, name).__name__}`" for name in cases)
    raise Misfit(at, wanted, value)


def _host_class(form: str, bindings: Callable[[str], Any], case: str = "") -> Any:
    return getattr(bindings(TYPES[form]["interface"]), pascal(form) + case)


def lift(form: str, value: Any) -> Any:
    """A value of the host as authors have it."""
    if form.endswith("?"):
        return None if value is None else lift(form[:-1], value)
    if form.endswith("[]"):
        return [lift(form[:-2], item) for item in value]
    if form == "json":
        return json.loads(value)
    if form == "milliseconds":
        return value * _MILLISECOND
    if form == "error":
        return BinderyError(value.code, value.message, details(value.details))
    if form not in TYPES:
        return value
    named = TYPES[form]
    if "alias" in named:
        return lift(named["alias"], value)
    if "enum" in named:
        return own_class(form)[value.name]
    if "record" in named:
        fields = named["record"].items()
        return own_class(form)(
            **{attribute(key): lift(it, getattr(value, attribute(key))) for key, it in fields}
        )
    name = next(it for it in named["variant"] if type(value).__name__.endswith("_" + pascal(it)))
    own, carried = case_class(form, name), named["variant"][name]
    return own() if carried is None else own(lift(carried, value.value))


def raised(error: Exception) -> Exception:
    """What the host raised, as an error of ours."""
    failure = getattr(error, "value", None)
    if not isinstance(getattr(failure, "code", None), str):
        return error
    return lift("error", failure)


def details(text: str | None) -> Any:
    """Details are JSON by the contract; text that is none stays text."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: Any, at: str) -> str:
    """A value as JSON text."""
    try:
        return dumped(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Misfit(at, f"a value that JSON can hold ({error})", value) from None


def dumped(value: Any) -> str:
    """A value as JSON text; dataclasses are objects, and what is absent in one of the contract's is
    left out.
    """
    return json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, BinderyError):
        held = {"code": value.code, "message": value.message, "details": value.details}
        return {key: it for key, it in held.items() if it is not None}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = [(it.name, getattr(value, it.name)) for it in dataclasses.fields(value)]
        if type(value).__module__ != types.__name__:
            return dict(pairs)
        return {camel(name): it for name, it in pairs if it is not None}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, timedelta):
        return value // _MILLISECOND
    raise TypeError(f"{type(value).__name__} is no JSON")


def own_class(form: str) -> Any:
    """The class of a named type."""
    return BinderyError if form == "error" else getattr(types, pascal(form))


def case_class(form: str, case: str) -> Any:
    """The class of a case of a variant."""
    return getattr(types, pascal(form) + pascal(case))


def attribute(name: str) -> str:
    """`from` is a word of the language."""
    name = name.replace("-", "_")
    return name + "_" if name == "from" else name


def camel(name: str) -> str:
    """`kb_id` and `kb-id` are `kbId` in JSON."""
    first, *rest = name.rstrip("_").replace("-", "_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def pascal(name: str) -> str:
    """`os-type` is `OsType`."""
    return "".join(word.capitalize() for word in name.split("-"))


def shown(value: Any) -> str:
    """A value for a message."""
    return "nothing" if value is None else repr(value)[:60]
