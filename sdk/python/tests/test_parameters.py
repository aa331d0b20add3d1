"""Parameters and the types that they become."""

import enum
import sys
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

sys.path.insert(0, str(Path(__file__).parent.parent))

from bindery import BinderyError  # noqa: E402
from bindery._parameters import called  # noqa: E402


class Mode(enum.Enum):
    FAST = "Fast"
    SLOW = "Slow"


@dataclass
class Rule:
    name: str
    ratio: float = 0.5


@dataclass
class Parameters:
    days_max: int
    mode: Mode = Mode.FAST
    rules: list[Rule] = field(default_factory=list)
    note: str | None = None
    level: Literal["a", "b"] = "a"
    tags: dict[str, int] = field(default_factory=dict)


def taken(parameters: Parameters) -> Parameters:
    return parameters


class Fitting(unittest.TestCase):
    def test_a_dataclass_is_filled_by_either_spelling(self) -> None:
        given = {
            "daysMax": 3,
            "mode": "Slow",
            "rules": [{"name": "x", "ratio": 1}],
            "note": None,
            "more": 1,
        }
        self.assertEqual(called(taken, given), Parameters(3, Mode.SLOW, [Rule("x", 1.0)]))
        self.assertEqual(called(taken, {"days_max": 3}), Parameters(3))

    def test_a_function_takes_an_object_or_nothing(self) -> None:
        def plain(parameters: dict[str, Any]) -> Any:
            return parameters

        self.assertEqual(called(plain, {"a": [1]}), {"a": [1]})
        self.assertEqual(called(lambda it: it, {"a": 1}), {"a": 1})
        self.assertEqual(called(lambda: 7, {"a": 1}), 7)

    def test_what_does_not_fit_is_named(self) -> None:
        rows: list[tuple[dict[str, Any], str, str]] = [
            ({}, "daysMax", "it is missing"),
            ({"daysMax": "x"}, "daysMax", "it must be a whole number, and is 'x'"),
            ({"daysMax": True}, "daysMax", "it must be a whole number, and is True"),
            ({"days_max": 1.5}, "days_max", "it must be a whole number, and is 1.5"),
            ({"daysMax": 1, "mode": "fast"}, "mode", "it must be 'Fast' or 'Slow', and is 'fast'"),
            ({"daysMax": 1, "level": "c"}, "level", "it must be 'a' or 'b', and is 'c'"),
            ({"daysMax": 1, "note": 5}, "note", "it must be a string, and is 5"),
            ({"daysMax": 1, "rules": [{}]}, "rules[0].name", "it is missing"),
            ({"daysMax": 1, "tags": {"x": "y"}}, "tags.x", "it must be a whole number, and is 'y'"),
        ]
        for given, name, message in rows:
            with self.subTest(name), self.assertRaises(BinderyError) as refused:
                called(taken, given)
            self.assertEqual(refused.exception.code, "InvalidParameters")
            self.assertEqual(
                refused.exception.message, f"the parameter `{name}` does not fit: {message}"
            )
            self.assertEqual(refused.exception.details, {"field": name})


if __name__ == "__main__":
    unittest.main()
