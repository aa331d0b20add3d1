# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The contract as data. In a form `?` marks what may be absent, and `[]` a list."""

from typing import Any

TYPES: dict[str, dict[str, Any]] = {
    "action": {
        "interface": "update-inventory",
        "record": {
            "package": "string",
            "kind": "action-kind",
            "from": "string?",
            "to": "string?",
            "update": "string?",
        },
    },
    "action-kind": {
        "interface": "update-inventory",
        "enum": [
            "install",
            "upgrade",
            "downgrade",
            "remove",
        ],
    },
    "assessment": {
        "interface": "update-inventory",
        "record": {
            "assessed-at": "timestamp",
            "os-type": "os-type",
            "provider": "string",
            "simulated": "bool",
            "root": "string",
            "missing": "update[]",
            "installed": "u32",
            "reboot": "pending",
        },
    },
    "certificate": {
        "interface": "assets",
        "record": {
            "certificate": "string",
            "thumbprint": "string",
            "not-before": "timestamp",
            "not-after": "timestamp",
        },
    },
    "child": {
        "interface": "children",
        "record": {
            "target": "target",
            "parameters": "json",
        },
    },
    "child-status": {
        "interface": "children",
        "record": {
            "job": "string",
            "status": "job-status",
            "ended": "bool",
            "result": "json?",
            "error": "error?",
        },
    },
    "classification": {
        "interface": "update-inventory",
        "enum": [
            "unclassified",
            "critical",
            "security",
            "update-rollup",
            "feature-pack",
            "service-pack",
            "definition",
            "tools",
            "updates",
            "other",
        ],
    },
    "compliance": {
        "interface": "fleet-inventory",
        "enum": [
            "compliant",
            "non-compliant",
            "not-assessed",
        ],
    },
    "configure-status": {
        "interface": "fleet-admin",
        "enum": [
            "configured",
            "unreachable",
            "refused",
        ],
    },
    "configured": {
        "interface": "fleet-admin",
        "record": {
            "computer": "string",
            "status": "configure-status",
            "reason": "string?",
            "group": "string?",
        },
    },
    "connection": {
        "interface": "assets",
        "record": {
            "connection-type": "string",
            "fields": "json",
            "secrets": "secret-field[]",
        },
    },
    "credential": {
        "interface": "assets",
        "record": {
            "user-name": "string",
            "password": "secret",
        },
    },
    "entry": {
        "interface": "files",
        "record": {
            "name": "string",
            "kind": "entry-kind",
            "bytes": "u64?",
            "modified": "timestamp",
        },
    },
    "entry-kind": {
        "interface": "files",
        "enum": [
            "file",
            "folder",
            "other",
        ],
    },
    "error": {
        "interface": "types",
        "record": {
            "code": "string",
            "message": "string",
            "details": "json?",
        },
    },
    "filter": {
        "interface": "fleet-inventory",
        "record": {
            "ids": "string[]?",
            "snapshot": "string?",
            "cursor": "string?",
            "limit": "u32?",
        },
    },
    "finished": {
        "interface": "process",
        "record": {
            "code": "u32?",
            "signal": "u32?",
            "stdout": "string",
            "stderr": "string",
            "truncated": "bool",
            "took": "milliseconds",
        },
    },
    "fleet-computer": {
        "interface": "fleet-inventory",
        "record": {
            "id": "string",
            "name": "string",
            "os-type": "os-type?",
            "os-name": "string?",
            "os-version": "string?",
            "connected": "bool",
            "worker": "bool",
            "compliance": "compliance",
            "last-report": "timestamp?",
        },
    },
    "header": {
        "interface": "http",
        "record": {
            "name": "string",
            "value": "string",
        },
    },
    "history-entry": {
        "interface": "update-inventory",
        "record": {
            "started-at": "timestamp",
            "ended-at": "timestamp?",
            "requested-by": "string",
            "actions": "action[]",
            "error": "string?",
        },
    },
    "install-result": {
        "interface": "update-installer",
        "record": {
            "started-at": "timestamp",
            "ended-at": "timestamp",
            "results": "update-result[]",
            "reboot": "pending",
        },
    },
    "install-status": {
        "interface": "update-installer",
        "enum": [
            "succeeded",
            "failed",
            "not-attempted",
        ],
    },
    "job-context": {
        "interface": "job",
        "record": {
            "job-id": "string",
            "account": "string",
            "runbook": "string",
            "digest": "string",
            "worker-id": "string",
            "computer-id": "string?",
            "computer-name": "string?",
            "run-id": "string?",
            "run-name": "string?",
            "trigger": "trigger",
            "dry-run": "bool",
            "started-at": "timestamp",
            "deadline": "timestamp?",
        },
    },
    "job-status": {
        "interface": "children",
        "enum": [
            "new",
            "activating",
            "running",
            "completed",
            "failed",
            "stopped",
            "blocked",
            "suspended",
            "disconnected",
            "suspending",
            "stopping",
            "resuming",
            "removing",
        ],
    },
    "json": {
        "interface": "types",
        "alias": "string",
    },
    "kind": {
        "interface": "streams",
        "enum": [
            "output",
            "warning",
            "error",
            "verbose",
            "debug",
        ],
    },
    "left-out": {
        "interface": "update-inventory",
        "record": {
            "update": "string",
            "reason": "string",
        },
    },
    "milliseconds": {
        "interface": "types",
        "alias": "u64",
    },
    "os-type": {
        "interface": "update-inventory",
        "enum": [
            "linux",
            "windows",
        ],
    },
    "page": {
        "interface": "fleet-inventory",
        "record": {
            "computers": "fleet-computer[]",
            "unknown": "string[]",
            "cursor": "string?",
        },
    },
    "pending": {
        "interface": "update-inventory",
        "record": {
            "pending": "bool",
            "reasons": "string[]",
        },
    },
    "reboot-behavior": {
        "interface": "update-inventory",
        "enum": [
            "never-reboots",
            "can-request-reboot",
        ],
    },
    "reboot-result": {
        "interface": "power",
        "record": {
            "took": "milliseconds",
            "boot-before": "string",
            "boot-after": "string",
        },
    },
    "response": {
        "interface": "http",
        "record": {
            "status": "u32",
            "headers": "header[]",
            "body": "string",
        },
    },
    "secret": {
        "interface": "assets",
        "alias": "string",
    },
    "secret-field": {
        "interface": "assets",
        "record": {
            "name": "string",
            "secret": "secret",
        },
    },
    "started": {
        "interface": "children",
        "record": {
            "job": "string?",
            "error": "error?",
        },
    },
    "target": {
        "interface": "children",
        "variant": {
            "sandbox": None,
            "computer": "string",
            "group": "string",
        },
    },
    "text-file": {
        "interface": "files",
        "record": {
            "text": "string",
            "modified": "timestamp",
        },
    },
    "timestamp": {
        "interface": "types",
        "alias": "string",
    },
    "trigger": {
        "interface": "job",
        "enum": [
            "unknown",
            "manual",
            "test-draft",
            "scheduled",
            "webhook",
            "internal",
            "watcher",
        ],
    },
    "update": {
        "interface": "update-inventory",
        "record": {
            "id": "string",
            "title": "string",
            "kb-id": "string?",
            "package": "string?",
            "version": "string",
            "installed-version": "string?",
            "product": "string",
            "classification": "classification",
            "severity": "string?",
            "published": "timestamp?",
            "bytes": "u64?",
            "reboot": "reboot-behavior",
            "held": "string?",
        },
    },
    "update-plan": {
        "interface": "update-inventory",
        "record": {
            "digest": "string",
            "updates": "string[]",
            "actions": "action[]",
            "left-out": "left-out[]",
            "download-bytes": "u64",
            "may-reboot": "bool",
        },
    },
    "update-result": {
        "interface": "update-installer",
        "record": {
            "update": "string",
            "status": "install-status",
            "error": "string?",
        },
    },
    "variable": {
        "interface": "assets",
        "record": {
            "value": "json?",
            "secret": "secret?",
        },
    },
    "wait-for": {
        "interface": "children",
        "enum": [
            "any",
            "all",
        ],
    },
}

OPERATIONS: dict[str, dict[str, Any]] = {
    "job.context": {
        "module": "job",
        "function": "context",
        "interface": "job",
        "grant": None,
        "parameters": {},
        "returns": "job-context",
    },
    "job.parameters": {
        "module": "job",
        "function": "parameters",
        "interface": "job",
        "grant": None,
        "parameters": {},
        "returns": "json",
    },
    "job.remaining": {
        "module": "job",
        "function": "remaining",
        "interface": "job",
        "grant": None,
        "parameters": {},
        "returns": "milliseconds?",
    },
    "job.result": {
        "module": "job",
        "function": "set_result",
        "interface": "job",
        "grant": None,
        "parameters": {
            "value": "json",
        },
        "returns": None,
    },
    "job.failure": {
        "module": "job",
        "function": "set_failure",
        "interface": "job",
        "grant": None,
        "parameters": {
            "error": "error",
        },
        "returns": None,
    },
    "job.checkpoint": {
        "module": "job",
        "function": "checkpoint",
        "interface": "job",
        "grant": None,
        "parameters": {
            "state": "json",
        },
        "returns": None,
    },
    "job.restored": {
        "module": "job",
        "function": "restored",
        "interface": "job",
        "grant": None,
        "parameters": {},
        "returns": "json?",
    },
    "stream.write": {
        "module": "streams",
        "function": "write",
        "interface": "streams",
        "grant": None,
        "parameters": {
            "kind": "kind",
            "text": "string",
        },
        "returns": None,
    },
    "stream.value": {
        "module": "streams",
        "function": "value",
        "interface": "streams",
        "grant": None,
        "parameters": {
            "value": "json",
        },
        "returns": None,
    },
    "stream.progress": {
        "module": "streams",
        "function": "progress",
        "interface": "streams",
        "grant": None,
        "parameters": {
            "activity": "string",
            "percent": "u8?",
        },
        "returns": None,
    },
    "clock.sleep": {
        "module": "timers",
        "function": "sleep",
        "interface": "timers",
        "grant": None,
        "parameters": {
            "duration": "milliseconds",
        },
        "returns": None,
    },
    "updates.assess": {
        "module": "updates",
        "function": "assess",
        "interface": "update-inventory",
        "grant": "updates.read",
        "parameters": {},
        "returns": "assessment",
    },
    "updates.history": {
        "module": "updates",
        "function": "history",
        "interface": "update-inventory",
        "grant": "updates.read",
        "parameters": {
            "limit": "u32",
        },
        "returns": "history-entry[]",
    },
    "updates.plan": {
        "module": "updates",
        "function": "plan",
        "interface": "update-inventory",
        "grant": "updates.read",
        "parameters": {
            "updates": "string[]",
        },
        "returns": "update-plan",
    },
    "power.pending": {
        "module": "updates",
        "function": "pending_reboot",
        "interface": "update-inventory",
        "grant": "updates.read",
        "parameters": {},
        "returns": "pending",
    },
    "updates.download": {
        "module": "installer",
        "function": "download",
        "interface": "update-installer",
        "grant": "updates.install",
        "parameters": {
            "plan": "update-plan",
        },
        "returns": None,
    },
    "updates.install": {
        "module": "installer",
        "function": "install",
        "interface": "update-installer",
        "grant": "updates.install",
        "parameters": {
            "plan": "update-plan",
            "reserve": "milliseconds",
        },
        "returns": "install-result",
    },
    "power.reboot": {
        "module": "power",
        "function": "reboot",
        "interface": "power",
        "grant": "power.reboot",
        "parameters": {
            "reserve": "milliseconds",
            "reason": "string",
        },
        "returns": "reboot-result",
    },
    "fleet.computers": {
        "module": "fleet",
        "function": "computers",
        "interface": "fleet-inventory",
        "grant": "fleet.read",
        "parameters": {
            "filter": "filter",
        },
        "returns": "page",
    },
    "fleet.computer": {
        "module": "fleet",
        "function": "computer",
        "interface": "fleet-inventory",
        "grant": "fleet.read",
        "parameters": {
            "id": "string",
        },
        "returns": "fleet-computer",
    },
    "fleet.configure": {
        "module": "fleet_admin",
        "function": "configure",
        "interface": "fleet-admin",
        "grant": "fleet.configure",
        "parameters": {
            "computers": "string[]",
        },
        "returns": "configured[]",
    },
    "jobs.start": {
        "module": "children",
        "function": "start",
        "interface": "children",
        "grant": "jobs.start:<runbook>",
        "parameters": {
            "runbook": "string",
            "children": "child[]",
        },
        "returns": "started[]",
    },
    "jobs.wait": {
        "module": "children",
        "function": "wait",
        "interface": "children",
        "grant": "jobs.start:<runbook>",
        "parameters": {
            "jobs": "string[]",
            "mode": "wait-for",
            "timeout": "milliseconds?",
        },
        "returns": "child-status[]",
    },
    "jobs.status": {
        "module": "children",
        "function": "status",
        "interface": "children",
        "grant": "jobs.start:<runbook>",
        "parameters": {
            "jobs": "string[]",
        },
        "returns": "child-status[]",
    },
    "files.read": {
        "module": "files",
        "function": "read",
        "interface": "files",
        "grant": "files.read:<path>",
        "parameters": {
            "path": "string",
        },
        "returns": "text-file",
    },
    "files.list": {
        "module": "files",
        "function": "list",
        "interface": "files",
        "grant": "files.read:<path>",
        "parameters": {
            "path": "string",
        },
        "returns": "entry[]",
    },
    "files.write": {
        "module": "files_admin",
        "function": "write",
        "interface": "files-admin",
        "grant": "files.write:<path>",
        "parameters": {
            "path": "string",
            "text": "string",
        },
        "returns": None,
    },
    "files.remove": {
        "module": "files_admin",
        "function": "remove",
        "interface": "files-admin",
        "grant": "files.write:<path>",
        "parameters": {
            "path": "string",
        },
        "returns": None,
    },
    "process.run": {
        "module": "process",
        "function": "run",
        "interface": "process",
        "grant": "process:<program>",
        "parameters": {
            "program": "string",
            "args": "string[]",
            "timeout": "milliseconds",
            "stdin": "string?",
        },
        "returns": "finished",
    },
    "http.send": {
        "module": "http",
        "function": "send",
        "interface": "http",
        "grant": "http:<host>",
        "parameters": {
            "url": "string",
            "method": "string",
            "headers": "header[]",
            "timeout": "milliseconds",
            "body": "string?",
            "credential": "string?",
        },
        "returns": "response",
    },
    "assets.get-variable": {
        "module": "assets",
        "function": "get_variable",
        "interface": "assets",
        "grant": "assets.read:<name>",
        "parameters": {
            "name": "string",
        },
        "returns": "variable",
    },
    "assets.get-credential": {
        "module": "assets",
        "function": "get_credential",
        "interface": "assets",
        "grant": "assets.read:<name>",
        "parameters": {
            "name": "string",
        },
        "returns": "credential",
    },
    "assets.get-certificate": {
        "module": "assets",
        "function": "get_certificate",
        "interface": "assets",
        "grant": "assets.read:<name>",
        "parameters": {
            "name": "string",
        },
        "returns": "certificate",
    },
    "assets.get-connection": {
        "module": "assets",
        "function": "get_connection",
        "interface": "assets",
        "grant": "assets.read:<name>",
        "parameters": {
            "name": "string",
        },
        "returns": "connection",
    },
    "assets.set-variable": {
        "module": "assets_admin",
        "function": "set_variable",
        "interface": "assets-admin",
        "grant": "assets.write:<name>",
        "parameters": {
            "name": "string",
            "value": "json",
        },
        "returns": None,
    },
    "records.append": {
        "module": "records",
        "function": "append",
        "interface": "records",
        "grant": "records.write:<table>",
        "parameters": {
            "table": "string",
            "rows": "json[]",
        },
        "returns": None,
    },
}
