//! Made from sdk/wit by `cargo xtask bless`. Do not edit.

use crate::form::{cases, record, variant};
use bindery_sdk::bindings::bindery::runbook as host;

record! { host::update_inventory::Action {
    package: "package",
    kind: "kind",
    from: "from",
    to: "to",
    update: "update",
} }

cases! { host::update_inventory::ActionKind {
    Install,
    Upgrade,
    Downgrade,
    Remove,
} }

record! { host::update_inventory::Assessment {
    assessed_at: "assessedAt",
    os_type: "osType",
    provider: "provider",
    simulated: "simulated",
    root: "root",
    missing: "missing",
    installed: "installed",
    reboot: "reboot",
} }

record! { host::assets::Certificate {
    certificate: "certificate",
    thumbprint: "thumbprint",
    not_before: "notBefore",
    not_after: "notAfter",
} }

record! { host::children::Child {
    target: "target",
    parameters: "parameters",
} }

record! { host::children::ChildStatus {
    job: "job",
    status: "status",
    ended: "ended",
    result: "result",
    error: "error",
} }

cases! { host::update_inventory::Classification {
    Unclassified,
    Critical,
    Security,
    UpdateRollup,
    FeaturePack,
    ServicePack,
    Definition,
    Tools,
    Updates,
    Other,
} }

cases! { host::fleet_inventory::Compliance {
    Compliant,
    NonCompliant,
    NotAssessed,
} }

cases! { host::fleet_admin::ConfigureStatus {
    Configured,
    Unreachable,
    Refused,
} }

record! { host::fleet_admin::Configured {
    computer: "computer",
    status: "status",
    reason: "reason",
    group: "group",
} }

record! { host::assets::Connection {
    connection_type: "connectionType",
    fields: "fields",
    secrets: "secrets",
} }

record! { host::assets::Credential {
    user_name: "userName",
    password: "password",
} }

record! { host::files::Entry {
    name: "name",
    kind: "kind",
    bytes: "bytes",
    modified: "modified",
} }

cases! { host::files::EntryKind {
    File,
    Folder,
    Other,
} }

record! { host::types::Error {
    code: "code",
    message: "message",
    details: "details",
} }

record! { host::fleet_inventory::Filter {
    ids: "ids",
    snapshot: "snapshot",
    cursor: "cursor",
    limit: "limit",
} }

record! { host::process::Finished {
    code: "code",
    signal: "signal",
    stdout: "stdout",
    stderr: "stderr",
    truncated: "truncated",
    took: "took",
} }

record! { host::fleet_inventory::FleetComputer {
    id: "id",
    name: "name",
    os_type: "osType",
    os_name: "osName",
    os_version: "osVersion",
    connected: "connected",
    worker: "worker",
    compliance: "compliance",
    last_report: "lastReport",
} }

record! { host::http::Header {
    name: "name",
    value: "value",
} }

record! { host::update_inventory::HistoryEntry {
    started_at: "startedAt",
    ended_at: "endedAt",
    requested_by: "requestedBy",
    actions: "actions",
    error: "error",
} }

record! { host::update_installer::InstallResult {
    started_at: "startedAt",
    ended_at: "endedAt",
    results: "results",
    reboot: "reboot",
} }

cases! { host::update_installer::InstallStatus {
    Succeeded,
    Failed,
    NotAttempted,
} }

record! { host::job::JobContext {
    job_id: "jobId",
    account: "account",
    runbook: "runbook",
    digest: "digest",
    worker_id: "workerId",
    computer_id: "computerId",
    computer_name: "computerName",
    run_id: "runId",
    run_name: "runName",
    trigger: "trigger",
    dry_run: "dryRun",
    started_at: "startedAt",
    deadline: "deadline",
} }

cases! { host::children::JobStatus {
    New,
    Activating,
    Running,
    Completed,
    Failed,
    Stopped,
    Blocked,
    Suspended,
    Disconnected,
    Suspending,
    Stopping,
    Resuming,
    Removing,
} }

cases! { host::streams::Kind {
    Output,
    Warning,
    Error,
    Verbose,
    Debug,
} }

record! { host::update_inventory::LeftOut {
    update: "update",
    reason: "reason",
} }

cases! { host::update_inventory::OsType {
    Linux,
    Windows,
} }

record! { host::fleet_inventory::Page {
    computers: "computers",
    unknown: "unknown",
    cursor: "cursor",
} }

record! { host::update_inventory::Pending {
    pending: "pending",
    reasons: "reasons",
} }

cases! { host::update_inventory::RebootBehavior {
    NeverReboots,
    CanRequestReboot,
} }

record! { host::power::RebootResult {
    took: "took",
    boot_before: "bootBefore",
    boot_after: "bootAfter",
} }

record! { host::http::Response {
    status: "status",
    headers: "headers",
    body: "body",
} }

record! { host::assets::SecretField {
    name: "name",
    secret: "secret",
} }

record! { host::children::Started {
    job: "job",
    error: "error",
} }

variant! { host::children::Target {
    Sandbox: "sandbox",
    Computer(value): "computer",
    Group(value): "group",
} }

record! { host::files::TextFile {
    text: "text",
    modified: "modified",
} }

cases! { host::job::Trigger {
    Unknown,
    Manual,
    TestDraft,
    Scheduled,
    Webhook,
    Internal,
    Watcher,
} }

record! { host::update_inventory::Update {
    id: "id",
    title: "title",
    kb_id: "kbId",
    package: "package",
    version: "version",
    installed_version: "installedVersion",
    product: "product",
    classification: "classification",
    severity: "severity",
    published: "published",
    bytes: "bytes",
    reboot: "reboot",
    held: "held",
} }

record! { host::update_inventory::UpdatePlan {
    digest: "digest",
    updates: "updates",
    actions: "actions",
    left_out: "leftOut",
    download_bytes: "downloadBytes",
    may_reboot: "mayReboot",
} }

record! { host::update_installer::UpdateResult {
    update: "update",
    status: "status",
    error: "error",
} }

record! { host::assets::Variable {
    value: "value",
    secret: "secret",
} }

cases! { host::children::WaitFor {
    Any,
    All,
} }
