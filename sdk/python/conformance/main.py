"""The conformance runbook: makes the calls of its parameters through the SDK's own functions, and
returns what each answered.
"""

from typing import Any

import forms
from bindery import (
    BinderyError,
    assets,
    assets_admin,
    children,
    files,
    files_admin,
    fleet,
    fleet_admin,
    http,
    installer,
    job,
    power,
    process,
    records,
    streams,
    timers,
    updates,
)
from bindery._contract import OPERATIONS

MODULES = {
    module.__name__.removeprefix("bindery."): module
    for module in (
        assets,
        assets_admin,
        children,
        files,
        files_admin,
        fleet,
        fleet_admin,
        http,
        installer,
        job,
        power,
        process,
        records,
        streams,
        timers,
        updates,
    )
}


def main(parameters: dict[str, Any]) -> dict[str, Any]:
    restored = job.restored()
    if restored is not None:
        return {"answers": [], "restored": restored}
    return {"answers": [answer(call) for call in parameters.get("calls", [])]}


def answer(call: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": carry_out(call["operation"], call.get("arguments", {}))}
    except BinderyError as error:
        return {"error": error}


def carry_out(name: str, arguments: Any) -> Any:
    if name not in OPERATIONS:
        raise BinderyError("UnknownOperation", f"the SDK has no operation `{name}`")
    operation = OPERATIONS[name]
    function = getattr(MODULES[operation["module"]], operation["function"])
    reply = forms.record(function, operation["parameters"], arguments, name)
    return None if operation["returns"] is None else forms.encode(operation["returns"], reply)
