"""The schema that is made of a type."""

import enum
import sys
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

sys.path.insert(0, str(Path(__file__).parent.parent))

from bindery_schema import NoSchemaError, schema  # noqa: E402


class Mode(enum.Enum):
    FAST = "Fast"
    SLOW = "Slow"


@dataclass
class Rule:
    name: str


@dataclass
class Parameters:
    days_max: Annotated[int, {"minimum": 1}]
    """Warn of
    older ones."""
    mode: Mode = Mode.FAST
    rules: list[Rule] = field(default_factory=lambda: [Rule("x")])
    note: str | None = None
    rule: Rule | None = None
    level: Literal["a", "b"] = "a"
    tags: dict[str, float] = field(default_factory=dict)
    rest: Any = None


@dataclass
class Chain:
    next: "Chain | None" = None


class Schemas(unittest.TestCase):
    def test_a_dataclass_has_the_schema_of_its_fields(self) -> None:
        def main(parameters: Parameters) -> None: ...

        numbers = {"type": "object", "additionalProperties": {"type": "number"}}
        rule = {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "additionalProperties": False,
            "required": ["name"],
        }
        days = {"type": "integer", "minimum": 1, "description": "Warn of older ones."}
        expected = {
            "type": "object",
            "properties": {
                "daysMax": days,
                "mode": {"type": "string", "enum": ["Fast", "Slow"], "default": "Fast"},
                "rules": {"type": "array", "items": rule, "default": [{"name": "x"}]},
                "note": {"type": ["string", "null"]},
                "rule": {"anyOf": [rule, {"type": "null"}]},
                "level": {"type": "string", "enum": ["a", "b"], "default": "a"},
                "tags": numbers | {"default": {}},
                "rest": {},
            },
            "additionalProperties": False,
            "required": ["daysMax"],
        }
        self.assertEqual(schema(main), expected)

    def test_a_runbook_without_parameters_takes_none(self) -> None:
        self.assertEqual(schema(lambda: None), {"type": "object", "additionalProperties": False})

    def test_what_has_no_schema_is_named(self) -> None:
        @dataclass
        class Odd:
            when: complex

        def plain(parameters: dict[str, int]) -> None: ...
        def odd(parameters: Odd) -> None: ...
        def chain(parameters: Chain) -> None: ...

        odd.__annotations__["parameters"] = Odd
        for main, expected in [
            (plain, "`main` takes no dataclass"),
            (odd, "`when`: `<class 'complex'>` has no JSON Schema"),
            (chain, "`next`: `Chain` stands in itself"),
        ]:
            with self.assertRaisesRegex(NoSchemaError, expected):
                schema(main)


if __name__ == "__main__":
    unittest.main()
