"""Between the contract's JSON and the SDK's values."""

import json
from datetime import timedelta
from typing import Any

from bindery import BinderyError
from bindery._codec import attribute, camel, case_class, own_class
from bindery._contract import TYPES


def record(cls: Any, fields: dict[str, str], value: Any, at: str) -> Any:
    """What `cls` makes of an object with these fields."""
    if not isinstance(value, dict):
        raise refused(at, "it must be an object")
    known = {camel(key): key for key in fields}
    for key in value:
        if key not in known:
            raise refused(at, f"there is no key `{key}`")
    try:
        return cls(
            **{
                attribute(key): decode(fields[key], value[name], f"{at}.{name}")
                for name, key in known.items()
                if name in value
            }
        )
    except TypeError as error:
        raise refused(at, str(error)) from None


def decode(form: str, value: Any, at: str) -> Any:
    """The SDK's value of the contract's JSON; what has no form of its own is left to the SDK."""
    if form.endswith("?"):
        return None if value is None else decode(form[:-1], value, at)
    if form.endswith("[]") and isinstance(value, list):
        return [decode(form[:-2], item, f"{at}[{n}]") for n, item in enumerate(value)]
    try:
        if form == "json":
            return json.loads(value)
        if form == "milliseconds":
            return timedelta(milliseconds=value)
        if form not in TYPES or "alias" in TYPES[form]:
            return value
        if "enum" in TYPES[form]:
            return own_class(form)(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise refused(at, str(error)) from None
    if "record" in TYPES[form]:
        return record(own_class(form), TYPES[form]["record"], value, at)
    return variant(form, value, at)


def variant(form: str, value: Any, at: str) -> Any:
    """A case, written as a string or as an object with one key."""
    cases = {camel(name): (name, carried) for name, carried in TYPES[form]["variant"].items()}
    key = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    if not isinstance(key, str) or key not in cases:
        raise refused(at, "there is no such case")
    name, carried = cases[key]
    if (carried is None) != (key is value):
        raise refused(at, f"`{key}` has another form")
    own = case_class(form, name)
    return own() if carried is None else own(decode(carried, value[key], f"{at}.{key}"))


def encode(form: str, value: Any) -> Any:
    """The contract's JSON of the SDK's value."""
    if form.endswith("?"):
        return None if value is None else encode(form[:-1], value)
    if form.endswith("[]"):
        return [encode(form[:-2], item) for item in value]
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if form == "milliseconds":
        return value // timedelta(milliseconds=1)
    if form not in TYPES or "alias" in TYPES[form]:
        return value
    named = TYPES[form]
    if "enum" in named:
        return value.value
    if "record" in named:
        fields = {
            camel(key): (it, getattr(value, attribute(key))) for key, it in named["record"].items()
        }
        return {key: encode(it, held) for key, (it, held) in fields.items() if held is not None}
    name = next(it for it in named["variant"] if isinstance(value, case_class(form, it)))
    carried = named["variant"][name]
    return camel(name) if carried is None else {camel(name): encode(carried, value.value)}


def refused(at: str, why: str) -> BinderyError:
    """The error of arguments that are no values of the SDK."""
    return BinderyError("InvalidArguments", f"`{at}`: {why}")
