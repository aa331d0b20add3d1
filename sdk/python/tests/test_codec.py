"""What the codec makes of values. Run with `python3 -m unittest discover tests` in sdk/python."""

import enum
import sys
import unittest
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bindery import BinderyError, _codec, timers, types, updates  # noqa: E402
from bindery._contract import OPERATIONS  # noqa: E402


class Host:
    """Classes as componentize-py makes them, for any name."""

    def __init__(self, interface: str) -> None:
        self.interface = interface

    def __getattr__(self, name: str) -> Any:
        members = getattr(types, name, None)
        if isinstance(members, type) and issubclass(members, enum.Enum):
            return enum.Enum(name, [member.name for member in members])

        def made(*values: Any, **fields: Any) -> Any:
            return type(name, (SimpleNamespace,), {})(**dict.fromkeys(["value"], *values), **fields)

        return made


def lowered(form: str, value: Any) -> Any:
    return _codec.lower(form, value, "it", Host)


class Values(unittest.TestCase):
    def test_a_record_a_variant_an_enum_and_json_come_back(self) -> None:
        child = types.Child(target=types.TargetGroup("web"), parameters={"days": 30})
        host = lowered("child", child)
        self.assertEqual(host.parameters, '{"days": 30}')
        self.assertEqual(type(host.target).__name__, "Target_Group")
        self.assertEqual(_codec.lift("child", host), child)
        self.assertEqual(
            _codec.lift("target", lowered("target", types.TargetSandbox())), types.TargetSandbox()
        )
        self.assertEqual(lowered("os-type", types.OsType.LINUX).name, "LINUX")
        self.assertEqual(lowered("os-type", "Windows").name, "WINDOWS")

    def test_lengths_of_time_are_timedeltas(self) -> None:
        self.assertEqual(lowered("milliseconds", timedelta(hours=3)), 10_800_000)
        self.assertEqual(_codec.lift("milliseconds?", 1500), timedelta(seconds=1.5))
        self.assertIsNone(_codec.lift("milliseconds?", None))

    def test_a_record_that_needs_nothing_may_be_left_out(self) -> None:
        self.assertIsNone(lowered("filter", None).ids)

    def test_a_value_that_does_not_fit_is_refused_with_its_place(self) -> None:
        rows = [
            (
                "milliseconds",
                5,
                "`it`: it must be a `datetime.timedelta` that is not negative, and is 5",
            ),
            ("u8?", 256, "`it`: it must be a whole number from 0 to 255, and is 256"),
            ("u32", True, "`it`: it must be a whole number from 0 to 4294967295, and is True"),
            ("string[]", ["a", 1], "`it[1]`: it must be a string, and is 1"),
            ("string[]", "a", "`it`: it must be a list, and is 'a'"),
            ("wait-for", "all", "`it`: it must be `WaitFor.ANY` or `WaitFor.ALL`, and is 'all'"),
            ("filter", {"limit": 1}, "`it`: it must be a `Filter`, and is {'limit': 1}"),
            (
                "target",
                "sandbox",
                "`it`: it must be a `TargetSandbox` or a `TargetComputer` or a `TargetGroup`, "
                "and is 'sandbox'",
            ),
            (
                "filter",
                types.Filter(ids=[1]),  # type: ignore[list-item]
                "`it.ids[0]`: it must be a string, and is 1",
            ),
            (
                "json",
                {1, 2},
                "`it`: it must be a value that JSON can hold (set is no JSON), and is {1, 2}",
            ),
        ]
        for form, value, message in rows:
            with self.subTest(form), self.assertRaises(_codec.Misfit) as refused:
                lowered(form, value)
            self.assertEqual(str(refused.exception), message)

    def test_json_of_the_contract_is_in_its_spelling_and_an_authors_is_as_it_is(self) -> None:
        @dataclass
        class Row:
            Name: str
            kb_id: str | None
            wait: timedelta

        action = types.Action(package="curl", kind=types.ActionKind.UPGRADE, from_="1")
        spelled = '{"package": "curl", "kind": "Upgrade", "from": "1"}'
        self.assertEqual(_codec.dumped(action), spelled)
        row = Row("é", None, timedelta(seconds=1))
        self.assertEqual(_codec.dumped(row), '{"Name": "é", "kb_id": null, "wait": 1000}')

    def test_an_error_of_the_host_has_its_code_and_its_details(self) -> None:
        def raised(details: str | None) -> Exception:
            host = Exception()
            host.value = SimpleNamespace(code="X", message="m", details=details)  # type: ignore[attr-defined]
            return _codec.raised(host)

        self.assertEqual(raised('{"rc": 100}'), BinderyError("X", "m", {"rc": 100}))
        self.assertEqual(raised("E: broken"), BinderyError("X", "m", "E: broken"))
        self.assertEqual(raised(None), BinderyError("X", "m"))
        other = KeyError()
        self.assertIs(_codec.raised(other), other)

    def test_outside_of_a_runbook_a_call_is_refused(self) -> None:
        for call in (updates.assess, lambda: timers.sleep(timedelta())):
            with self.assertRaises(BinderyError) as refused:
                call()
            self.assertEqual(refused.exception.code, "NotInRunbook")

    def test_every_operation_has_its_function(self) -> None:
        for operation in OPERATIONS.values():
            module = __import__(f"bindery.{operation['module']}", fromlist=["_"])
            self.assertTrue(callable(getattr(module, operation["function"])))


if __name__ == "__main__":
    unittest.main()
