"""Prints the JSON Schema of a runbook's parameters: `python3 sdk/bindery_schema.py`, in its folder.

It is made from the type that `main` of `main.py` takes, a dataclass: each field with its type, its
default, and the text in quotes below it as description. Further keywords stand in the type:
`Annotated[int, {"minimum": 1}]`. Calls nothing of the host; no runbook imports it.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import json
import sys
import textwrap
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).parent), "."]

from bindery._codec import camel, dumped  # noqa: E402

_PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


class NoSchemaError(Exception):
    """A type has no schema; the text says which, and where it stands."""


def schema(main: Callable[..., Any]) -> dict[str, Any]:
    """The schema of what `main` takes."""
    names = list(inspect.signature(main).parameters)
    if not names:
        return {"type": "object", "additionalProperties": False}
    hint = typing.get_type_hints(main, include_extras=True).get(names[0])
    if not dataclasses.is_dataclass(hint):
        raise NoSchemaError(
            "`main` takes no dataclass: make one of its parameter, or write `[parameters]` in "
            "runbook.toml and leave `schema` out of `[build]`"
        )
    return _dataclass(hint, ())


def _of(hint: Any, within: tuple[Any, ...]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        made = _of(arguments[0], within)
        for more in arguments[1:]:
            made |= more if isinstance(more, dict) else {}
        return made
    if hint is Any:
        return {}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if origin in (typing.Union, types.UnionType):
        return _one_of([_of(it, within) for it in arguments])
    if origin is typing.Literal:
        return _cases(list(arguments))
    if origin is list or hint is list:
        return {"type": "array"} | ({"items": _of(arguments[0], within)} if arguments else {})
    if origin is dict or hint is dict:
        held = {"additionalProperties": _of(arguments[1], within)} if arguments else {}
        return {"type": "object"} | held
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _cases([it.value for it in hint])
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, within)
    raise NoSchemaError(f"`{hint}` has no JSON Schema; take a dataclass, or what JSON has")


def _one_of(options: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = [it["type"] for it in options if list(it) == ["type"]]
    return {"type": kinds} if len(kinds) == len(options) else {"anyOf": options}


def _cases(values: list[Any]) -> dict[str, Any]:
    kinds = {_PLAIN.get(type(it)) for it in values}
    return ({"type": kinds.pop()} if len(kinds) == 1 else {}) | {"enum": values}


def _dataclass(hint: Any, within: tuple[Any, ...]) -> dict[str, Any]:
    if hint in within:
        text = f"`{hint.__name__}` stands in itself: write `[parameters]` in runbook.toml"
        raise NoSchemaError(text)
    hints, texts = typing.get_type_hints(hint, include_extras=True), _texts(hint)
    properties, required = {}, []
    for field in dataclasses.fields(hint):
        key = camel(field.name)
        try:
            made = _of(hints[field.name], (*within, hint))
        except NoSchemaError as error:
            raise NoSchemaError(f"`{field.name}`: {error}") from None
        if field.name in texts:
            made["description"] = texts[field.name]
        if field.default_factory is not dataclasses.MISSING:
            made["default"] = json.loads(dumped(field.default_factory()))
        elif field.default is dataclasses.MISSING:
            required.append(key)
        elif field.default is not None:
            made["default"] = json.loads(dumped(field.default))
        properties[key] = made
    made = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": required} if required else {})


def _texts(hint: Any) -> dict[str, str]:
    """The text in quotes below each field of a class."""
    found: dict[str, str] = {}
    for kind in reversed(hint.__mro__[:-1]):
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        except (OSError, TypeError):
            continue
        lines = getattr(body, "body", [])
        for field, text in zip(lines, lines[1:], strict=False):
            named = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            quoted = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
            if named and quoted and isinstance(text.value.value, str):
                found[field.target.id] = inspect.cleandoc(text.value.value).replace("\n", " ")
    return found


if __name__ == "__main__":
    if not Path("main.py").is_file():
        sys.exit("error: there is no main.py in this folder: it is the runbook")
    try:
        import main as author

        print(json.dumps(schema(author.main), ensure_ascii=False))
    except NoSchemaError as error:
        sys.exit(f"error: {error}")
