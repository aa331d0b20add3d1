# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The types of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from .failure import BinderyError

Json: TypeAlias = Any
"""Any value that JSON can hold."""

Secret: TypeAlias = str
"""A text that stands for a secret."""

Timestamp: TypeAlias = str
"""A time as RFC 3339 text in UTC, `2026-11-22T18:00:00Z`."""


class ActionKind(StrEnum):
    INSTALL = "Install"
    UPGRADE = "Upgrade"
    DOWNGRADE = "Downgrade"
    REMOVE = "Remove"


class Classification(StrEnum):
    """What an update is for, by the archive's own metadata. Linux knows `unclassified`,
    `critical`, `security` and `other`; Windows all but `other`.
    """

    UNCLASSIFIED = "Unclassified"
    CRITICAL = "Critical"
    SECURITY = "Security"
    UPDATE_ROLLUP = "UpdateRollup"
    FEATURE_PACK = "FeaturePack"
    SERVICE_PACK = "ServicePack"
    DEFINITION = "Definition"
    TOOLS = "Tools"
    UPDATES = "Updates"
    OTHER = "Other"


class Compliance(StrEnum):
    COMPLIANT = "Compliant"
    NON_COMPLIANT = "NonCompliant"
    NOT_ASSESSED = "NotAssessed"


class ConfigureStatus(StrEnum):
    CONFIGURED = "Configured"
    UNREACHABLE = "Unreachable"
    REFUSED = "Refused"


class EntryKind(StrEnum):
    FILE = "File"
    FOLDER = "Folder"
    OTHER = "Other"


class InstallStatus(StrEnum):
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    NOT_ATTEMPTED = "NotAttempted"


class JobStatus(StrEnum):
    NEW = "New"
    ACTIVATING = "Activating"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    BLOCKED = "Blocked"
    SUSPENDED = "Suspended"
    DISCONNECTED = "Disconnected"
    SUSPENDING = "Suspending"
    STOPPING = "Stopping"
    RESUMING = "Resuming"
    REMOVING = "Removing"


class Kind(StrEnum):
    OUTPUT = "Output"
    WARNING = "Warning"
    ERROR = "Error"
    VERBOSE = "Verbose"
    DEBUG = "Debug"


class OsType(StrEnum):
    LINUX = "Linux"
    WINDOWS = "Windows"


class RebootBehavior(StrEnum):
    NEVER_REBOOTS = "NeverReboots"
    CAN_REQUEST_REBOOT = "CanRequestReboot"


class Trigger(StrEnum):
    """Why the job was started."""

    UNKNOWN = "Unknown"
    MANUAL = "Manual"
    TEST_DRAFT = "TestDraft"
    SCHEDULED = "Scheduled"
    WEBHOOK = "Webhook"
    INTERNAL = "Internal"
    WATCHER = "Watcher"


class WaitFor(StrEnum):
    ANY = "Any"
    ALL = "All"


@dataclass(frozen=True)
class TargetSandbox:
    """In the control plane's sandbox."""


@dataclass(frozen=True)
class TargetComputer:
    """On the worker of this computer."""

    value: str


@dataclass(frozen=True)
class TargetGroup:
    """On any live worker of this group."""

    value: str


Target: TypeAlias = TargetSandbox | TargetComputer | TargetGroup
"""Where a child runs."""


@dataclass(kw_only=True)
class Action:
    """One step that the package manager would take."""

    package: str
    kind: ActionKind
    from_: str | None = None
    to: str | None = None
    update: str | None = None
    """The update that was asked for and brings this step; none for a dependency."""


@dataclass(kw_only=True)
class Assessment:
    """What this computer lacks now."""

    assessed_at: Timestamp
    os_type: OsType
    provider: str
    """Which package manager answered: `apt`, `simulated`."""
    simulated: bool
    """Whether this is a simulated computer."""
    root: str
    """The root that is looked after: `/` but for scratch roots."""
    missing: list[Update]
    installed: int
    """How many packages or updates are installed."""
    reboot: Pending


@dataclass(kw_only=True)
class Certificate:
    certificate: str
    """The certificate in PEM."""
    thumbprint: str
    """SHA-256 of the certificate, in hex."""
    not_before: Timestamp
    not_after: Timestamp


@dataclass(kw_only=True)
class Child:
    target: Target
    parameters: Json
    """The parameters: a JSON object."""


@dataclass(kw_only=True)
class ChildStatus:
    job: str
    status: JobStatus
    ended: bool
    """Whether nothing more will happen to it."""
    result: Json | None = None
    """Its result, if it completed. Of many children, the results that together are over 2 MiB
    are left out: ask for the status of those alone.
    """
    error: BinderyError | None = None
    """Its error, if it failed."""


@dataclass(kw_only=True)
class Configured:
    computer: str
    status: ConfigureStatus
    reason: str | None = None
    """Why not, if not."""
    group: str | None = None
    """The worker group that it is in now."""


@dataclass(kw_only=True)
class Connection:
    """How another system is reached."""

    connection_type: str
    """What kind of system it is: a word of your own."""
    fields: Json
    """A JSON object."""
    secrets: list[SecretField]


@dataclass(kw_only=True)
class Credential:
    """For `Authorization: Basic`, give its name to `http.send` instead."""

    user_name: str
    password: Secret


@dataclass(kw_only=True)
class Entry:
    name: str
    kind: EntryKind
    bytes: int | None = None
    """Size in bytes, of a file."""
    modified: Timestamp


@dataclass(kw_only=True)
class Filter:
    """Which computers: written out, a stored list, or (both none) all."""

    ids: list[str] | None = None
    snapshot: str | None = None
    """The id of a stored list, from `snapshot:<id>`."""
    cursor: str | None = None
    """Where the page before this one ended."""
    limit: int | None = None
    """Items of a page, at most 500."""


@dataclass(kw_only=True)
class Finished:
    code: int | None = None
    """The exit code; none if a signal ended it."""
    signal: int | None = None
    """The number of the signal that ended it."""
    stdout: str
    """What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced."""
    stderr: str
    truncated: bool
    """Whether more was written than is here."""
    took: timedelta


@dataclass(kw_only=True)
class FleetComputer:
    """A computer, as its last report describes it."""

    id: str
    name: str
    os_type: OsType | None = None
    os_name: str | None = None
    os_version: str | None = None
    connected: bool
    """Whether its agent is connected."""
    worker: bool
    """Whether it is a Hybrid Runbook Worker of this account."""
    compliance: Compliance
    last_report: Timestamp | None = None


@dataclass(kw_only=True)
class Header:
    name: str
    value: str


@dataclass(kw_only=True)
class HistoryEntry:
    """One entry of the package manager's history, newest first."""

    started_at: Timestamp
    ended_at: Timestamp | None = None
    requested_by: str
    """A command line, or a deployment."""
    actions: list[Action]
    error: str | None = None


@dataclass(kw_only=True)
class InstallResult:
    started_at: Timestamp
    ended_at: Timestamp
    results: list[UpdateResult]
    """One per update of the plan."""
    reboot: Pending


@dataclass(kw_only=True)
class JobContext:
    """The facts of this job."""

    job_id: str
    account: str
    runbook: str
    digest: str
    """The digest of the module that runs, `sha256:…`."""
    worker_id: str
    computer_id: str | None = None
    """The computer that the job runs on; none in the control plane's sandbox."""
    computer_name: str | None = None
    run_id: str | None = None
    """The update run that the job belongs to."""
    run_name: str | None = None
    trigger: Trigger
    dry_run: bool
    """Whether what the job changes is only recorded: reading is real, and a change is answered
    as if it had gone well.
    """
    started_at: Timestamp
    """When the job began, on its own clock."""
    deadline: Timestamp | None = None
    """The time by which it must have ended."""


@dataclass(kw_only=True)
class LeftOut:
    """An update that was asked for and cannot be had, with the package manager's reason."""

    update: str
    reason: str


@dataclass(kw_only=True)
class Page:
    computers: list[FleetComputer]
    unknown: list[str]
    """Ids that were asked for and are not computers of the workspace."""
    cursor: str | None = None
    """Where the next page begins; none after the last."""


@dataclass(kw_only=True)
class Pending:
    """Whether a reboot is pending, and what asks for it."""

    pending: bool
    reasons: list[str]


@dataclass(kw_only=True)
class RebootResult:
    took: timedelta
    """How long the computer was away."""
    boot_before: str
    """The boot id before and after; they differ."""
    boot_after: str


@dataclass(kw_only=True)
class Response:
    status: int
    headers: list[Header]
    body: str
    """At most 1 MiB; bytes that are no UTF-8 are replaced."""


@dataclass(kw_only=True)
class SecretField:
    """A secret of a connection."""

    name: str
    secret: Secret


@dataclass(kw_only=True)
class Started:
    job: str | None = None
    """The job, if it was started."""
    error: BinderyError | None = None
    """Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on."""


@dataclass(kw_only=True)
class TextFile:
    text: str
    modified: Timestamp


@dataclass(kw_only=True)
class Update:
    """One update."""

    id: str
    """What the package manager calls it: on apt `package:architecture=version`, on Windows the
    update id.
    """
    title: str
    kb_id: str | None = None
    """The KB number (Windows)."""
    package: str | None = None
    """The package (Linux)."""
    version: str
    installed_version: str | None = None
    product: str
    """The product or repository that it comes from."""
    classification: Classification
    severity: str | None = None
    published: Timestamp | None = None
    bytes: int | None = None
    """Size in bytes, where known."""
    reboot: RebootBehavior
    held: str | None = None
    """Why the package manager keeps it back, if it does."""


@dataclass(kw_only=True)
class UpdatePlan:
    """What the package manager would really do."""

    digest: str
    """The digest of `updates` and `actions`; an install refuses a plan that was changed."""
    updates: list[str]
    actions: list[Action]
    left_out: list[LeftOut]
    download_bytes: int
    """What must be fetched, in bytes."""
    may_reboot: bool
    """Whether a step may ask for a reboot."""


@dataclass(kw_only=True)
class UpdateResult:
    update: str
    status: InstallStatus
    error: str | None = None
    """The package manager's own words, if it failed."""


@dataclass(kw_only=True)
class Variable:
    """Either the value, or the text that stands for it."""

    value: Json | None = None
    secret: Secret | None = None
