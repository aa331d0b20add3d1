//! Every limit of the system, named once. A refusal names the limit that it met.
//!
//! The names follow Azure Automation; the figures are ours, chosen for 50,000 computers in one
//! deployment.

use std::time::Duration;

/// A runbook's Wasm file, in bytes.
pub const MODULE_BYTES: usize = 32 << 20;
/// The JSON text of a job's parameters, in bytes.
pub const PARAMETERS_BYTES: usize = 512 << 10;
/// The number of a job's parameters.
pub const PARAMETERS: usize = 50;
/// The JSON body of any request but an import, in bytes.
pub const BODY_BYTES: usize = 4 << 20;
/// One stream record's text or value, in bytes.
pub const STREAM_RECORD_BYTES: usize = 1 << 20;
/// Arguments or reply of one operation, in bytes of JSON.
pub const OPERATION_BYTES: usize = 4 << 20;
/// Rows of one `records.append`.
pub const RECORD_ROWS: usize = 1_000;
/// A name of a runbook, account, deployment, group or token, in characters.
pub const NAME_CHARS: usize = 63;
/// A mask in a grant or in a list of updates, in characters.
pub const MASK_CHARS: usize = 256;
/// Items of one page of any list.
pub const PAGE_ITEMS: usize = 1_000;
/// Computers or children named in one operation; longer lists go page by page.
pub const FLEET_PAGE: usize = 500;
/// Computer ids written out in `ComputerIDList`; longer lists are `snapshot:<id>`.
pub const INLINE_COMPUTERS: usize = 1_000;
/// Computers in one deployment.
pub const DEPLOYMENT_COMPUTERS: usize = 50_000;

/// All memory of a job together (memories and tables), in bytes.
pub const JOB_MEMORY_BYTES: usize = 400 << 20;
/// Operations of one job: fuel that every host call burns.
pub const JOB_OPERATIONS: u64 = 200_000;
/// Resource handles that a job may hold at once.
pub const JOB_HANDLES: usize = 10_000;
/// Entries of one job's journal, in bytes of frames.
pub const JOB_JOURNAL_BYTES: u64 = 256 << 20;
/// The share of a job's operations or journal after which it is warned, in percent.
pub const JOB_WARNING_PERCENT: u64 = 80;
/// Changes of a dry run that are listed.
pub const DRY_RUN_CHANGES: usize = 1_000;
/// Arguments of a change that is listed, in bytes of JSON; longer ones are listed by their digest.
pub const DRY_RUN_ARGUMENTS_BYTES: usize = 16 << 10;
/// How deep the JSON of runbooks and of requests may be nested: with room below the 127 levels to which
/// documents are read.
pub const JSON_DEPTH: usize = 64;
/// How long an HTTP request of a runbook may take.
pub const HTTP_TIME: Duration = Duration::from_secs(600);
/// The body of such a request, and of its response, in bytes.
pub const HTTP_BODY_BYTES: usize = 1 << 20;
/// The headers of either.
pub const HTTP_HEADERS: usize = 100;
/// How long a replay may take.
pub const REPLAY_TIME: Duration = Duration::from_secs(60);
/// Replays that go on at once.
pub const REPLAYS: usize = 2;
/// Stream records of a counterfactual replay that are kept.
pub const REPLAY_RECORDS: usize = 1_000;
/// How long the test of a runbook may really take.
pub const TEST_TIME: Duration = Duration::from_secs(60);
/// The script of such a test, in bytes.
pub const TEST_SCRIPT_BYTES: usize = 1 << 20;
/// How long the command that prints a runbook's JSON Schema may take: it may have to compile.
pub const SCHEMA_TIME: Duration = Duration::from_secs(600);
/// What that command prints, in bytes.
pub const SCHEMA_BYTES: usize = 256 << 10;
/// Faults of one script.
pub const TEST_FAULTS: usize = 100;
/// Compiled code that is kept of one engine, in bytes.
pub const COMPILE_CACHE_BYTES: u64 = 4 << 30;
/// How long a job waits before its guest's memory is given back, unless it has computed for longer.
pub const PARK_AFTER: Duration = Duration::from_secs(1);
/// The stack of a guest, in bytes.
pub const GUEST_STACK_BYTES: usize = 1 << 20;
/// How often a running guest is interrupted to see whether it was cancelled.
pub const EPOCH_TICK: Duration = Duration::from_millis(10);
/// A host call that has no deadline of its own.
pub const HOST_CALL: Duration = Duration::from_secs(60);

/// Memory of a compiling child, in bytes.
pub const COMPILE_MEMORY_BYTES: u64 = 4 << 30;
/// CPU time of a compiling child.
pub const COMPILE_CPU: Duration = Duration::from_secs(120);
/// Wall-clock time of a compiling child.
pub const COMPILE_TIME: Duration = Duration::from_secs(180);
/// Compiled code of one module, in bytes: many times what the largest module becomes.
pub const COMPILE_CODE_BYTES: u64 = 16 * MODULE_BYTES as u64;

/// A signed bundle's statement, in bytes.
pub const STATEMENT_BYTES: usize = 1 << 20;
/// The manifest of an artifact in a registry, in bytes: what registries take at most.
pub const REGISTRY_MANIFEST_BYTES: usize = 4 << 20;
/// How long a registry may take to be connected, and then to say anything at all.
pub const REGISTRY_SILENCE: Duration = Duration::from_secs(30);
/// How long a push or a pull may take.
pub const REGISTRY_TIME: Duration = Duration::from_secs(900);
/// A password that is read for a registry, in bytes.
pub const REGISTRY_PASSWORD_BYTES: usize = 64 << 10;
/// Keys on a workspace's trust list.
pub const TRUSTED_KEYS: usize = 1_000;

/// Jobs that one worker runs at once; those that wait for their children do not count.
pub const WORKER_JOBS: usize = 50;
/// Jobs that one worker has, with those that wait for their children.
pub const WORKER_HELD_JOBS: usize = 2_000;
/// Guests that one worker has in memory at once; those of jobs that wait for long are not.
pub const WORKER_GUESTS: usize = 250;
/// Groups that one worker is in, besides its own.
pub const WORKER_GROUPS: usize = 50;
/// How long no job is given to a worker that has just refused one.
pub const WORKER_REST: Duration = Duration::from_secs(5);
/// One message between worker and control plane, in bytes: the largest module in base64, and what
/// goes around it.
pub const MESSAGE_BYTES: usize = 48 << 20;
/// Silence after which a worker's lease is in doubt.
pub const WORKER_SILENCE: Duration = Duration::from_secs(90);
/// How often each side of a worker's connection says that it is there.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// The longest wait between two attempts of an agent to connect.
pub const RECONNECT_MAX: Duration = Duration::from_secs(60);
/// How far an agent's clock may be from the control plane's.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// How long a job order may be used.
pub const ORDER_VALIDITY: Duration = Duration::from_secs(600);
/// How long an enrolment token may be used.
pub const ENROL_TOKEN_VALIDITY: Duration = Duration::from_secs(24 * 3600);
/// How often an agent reports its computer when nothing happens.
pub const ASSESS_EVERY: Duration = Duration::from_secs(3600);
/// How long a child may go on past its window before it is reported as Disconnected.
pub const PAST_WINDOW: Duration = Duration::from_secs(30 * 60);
/// How long a job whose computer is gone and that has no window is waited for.
pub const DISCONNECTED: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a job without a window waits for a live worker before it is Suspended (or Failed, where
/// the seal forbids resume).
pub const NO_WORKER: Duration = Duration::from_secs(30 * 60);
/// How long a worker that is there may leave an order unanswered before it is given it again.
pub const ORDER_PATIENCE: Duration = Duration::from_secs(60);
/// How long a job that is stopped may take to end by itself, where nothing is said.
pub const STOP_GRACE_DEFAULT: Duration = Duration::from_secs(30);
/// The longest grace.
pub const STOP_GRACE_MAX: Duration = Duration::from_secs(3600);
/// Restarts of one job before it is Suspended (or Failed, where the seal forbids resume).
pub const JOB_RESTARTS: u32 = 3;
/// Reboots that one job may ask for.
pub const JOB_REBOOTS: u32 = 5;

/// How long journals, streams, records, ended jobs and runs are kept, in days.
pub const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 1..=3_650;
/// The same where nothing is said, in days.
pub const RETENTION_DAYS_DEFAULT: u32 = 30;
/// Documents, entries of a journal or rows that are removed in one commit; one entry more goes with
/// all its rows.
pub const RETENTION_BATCH: usize = 200;
/// How often it is looked for what has been kept long enough.
pub const RETENTION_LOOK: Duration = Duration::from_secs(3600);

/// The maintenance window: shortest, longest and default, in minutes.
pub const WINDOW_MINUTES: std::ops::RangeInclusive<u32> = 1..=1_440;
/// The maintenance window where none is given, in minutes.
pub const WINDOW_MINUTES_DEFAULT: u32 = 120;
/// Names or masks in one `include` or `exclude`.
pub const MASKS: usize = 1_000;

/// A file that a runbook reads or writes, in bytes.
pub const FILE_BYTES: usize = 1 << 20;
/// Entries of a folder that a runbook lists.
pub const FOLDER_ENTRIES: usize = 10_000;
/// The program and the arguments of one `process.run` together, in bytes.
pub const PROCESS_ARGUMENTS_BYTES: usize = 128 << 10;
/// What a program is given on stdin, in bytes.
pub const PROCESS_STDIN_BYTES: usize = 1 << 20;
/// What is kept of each of stdout and stderr of a program: its end, in bytes.
pub const PROCESS_OUTPUT_BYTES: usize = 256 << 10;
/// What a program writes that is told while it runs, in bytes: of more there is the end alone.
pub const PROCESS_TOLD_BYTES: usize = 4 << 20;
/// The longest time that a program may be given.
pub const PROCESS_TIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// The plain fields of an asset together, in bytes of JSON, with its description.
pub const ASSET_BYTES: usize = 1 << 20;
/// Fields and secrets of an asset.
pub const ASSET_FIELDS: usize = 100;
/// One secret, in bytes.
pub const SECRET_BYTES: usize = 64 << 10;
/// Secrets that one operation may have put in.
pub const CALL_SECRETS: usize = 100;

/// Modules that are linked into one runbook, with those that they need themselves.
pub const LINKED_MODULES: usize = 32;
/// Modules of an account.
pub const ACCOUNT_MODULES: usize = 1_000;
