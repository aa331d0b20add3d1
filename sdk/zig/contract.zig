//! The types and operations of the contract.
//! Made from sdk/wit by `cargo xtask bless`. Do not edit.

const std = @import("std");
const host = @import("host.zig");
const Allocator = std.mem.Allocator;

/// The codes of the host as errors. `OtherCode` is one that this SDK does not know; `NotInRunbook` and
/// `InvalidJson` are the SDK's own.
pub const Error = error{
    OutOfMemory,
    OtherCode,
    NotInRunbook,
    InvalidJson,
    /// Send a token as `Authorization: Bearer …`; `bindery token create` makes one, and `bindery store owner-token` where the owner's is lost.
    Unauthenticated,
    /// Ask an owner of the account for a role that allows it.
    Forbidden,
    /// List what there is, and check the spelling.
    NotFound,
    /// See `/v1/openapi.json` for the paths that exist.
    NoSuchPath,
    /// Choose another name; case does not count.
    NameTaken,
    /// Begin with a letter, go on with letters, digits, `_` or `-`; at most 63 characters.
    InvalidName,
    /// Correct the field that is named and send the request again.
    InvalidRequest,
    /// Make it smaller, or send less at once; the limit is named in the error.
    TooLarge,
    /// Look at it again: it is in a state that does not allow this, or somebody changed it meanwhile.
    Conflict,
    /// A sealed runbook's content and verbs are its publisher's; `bindery runbook show` lists what is allowed.
    RunbookSealed,
    /// Correct the parameters; `bindery runbook show NAME --schema` shows what they must be.
    InvalidParameters,
    /// Correct the options; the schema is at `/v1/schemas/additional-options.json`.
    InvalidOptions,
    /// Build it for a WebAssembly target, and name the .wasm file that the compiler wrote.
    InvalidModule,
    /// An owner asks for it with `bindery account change NAME --profile extended`; or build without garbage collection and exceptions.
    ProfileNotAllowed,
    /// Run it with the program that is built with `--features extended`, or build it without what it needs.
    WrongProfile,
    /// Build against the interfaces of sdk/wit, or for wasm32-wasip1 or wasm32-wasip2.
    UnknownImports,
    /// Export `run` of bindery:runbook, `wasi:cli/run`, or `_start`.
    NoEntryPoint,
    /// Correct runbook.toml; the field is named in the error.
    InvalidManifest,
    /// Ask only for grants of the contract's table.
    UnknownGrant,
    /// Add the grant to `grants` in runbook.toml.
    GrantNotAsked,
    /// Publish it first: `bindery runbook publish NAME`.
    NotPublished,
    /// An owner grants it when publishing: `bindery runbook publish NAME --grant-all`, or `--grant GRANT` for each.
    GrantDenied,
    /// Clean up and return; `job.remaining` says how long there is.
    JobStopping,
    /// Resume it: `bindery job resume JOB`.
    JobSuspended,
    /// Use an operation of the contract's table; those on a computer need a worker there: `--computer` or `--group`.
    UnknownOperation,
    /// Correct the arguments; the WIT file shows their form.
    InvalidArguments,
    /// Start it again with a longer window.
    DeadlinePassed,
    /// Use a longer window, or let the next one go on.
    MaintenanceWindowExceeded,
    /// Do less in one job; the limit is named in the error.
    LimitExceeded,
    /// Try again; if it stays so, look at what the operation waits for.
    TimedOut,
    /// Nothing: somebody asked for it.
    Cancelled,
    /// Nothing: somebody asked for it. `bindery run retry --failed` goes on with the rest.
    RunCancelled,
    /// Look at the job's Error stream and correct the runbook.
    GuestFailed,
    /// Import the bundle again from its publisher; do not use this copy.
    BadSignature,
    /// Let an owner trust the publisher's key, if it is what it says.
    UntrustedPublisher,
    /// Get a current one, and check this computer's clock.
    NotValidNow,
    /// Nothing: the control plane gave the job to another worker.
    WrongWorker,
    /// Resume with the version that wrote the journal.
    JournalMismatch,
    /// The job cannot go on; start it again.
    JournalDamaged,
    /// Look at the computer itself before you start it again.
    OutcomeUnknown,
    /// Start it again; what was installed stays installed.
    WorkerRestarted,
    /// Start or configure a worker: `bindery worker list` shows who is there.
    NoWorker,
    /// Change the `allow` file on the computer, if its owner agrees.
    RefusedByComputer,
    /// Check that it runs, and the way to it; an agent must reach the control plane.
    Unreachable,
    /// Start the agent with `--allow-changes`.
    ChangesNotAllowed,
    /// Make a new one: `bindery token create --enrol`.
    InvalidEnrolToken,
    /// This machine was cloned with its agent's folder: remove the folder and enrol it anew.
    IdentityCopied,
    /// Set the clock of this computer; NTP keeps it right.
    ClockSkew,
    /// Update the older of the two.
    ProtocolMismatch,
    /// Wait until the other program has ended, or look for one that hangs.
    PackageManagerLocked,
    /// Repair it on the computer (`dpkg --configure -a`, `apt-get -f install`).
    PackageManagerBroken,
    /// Look at the packages that are named; exclude them or repair the repository.
    DependencyBroken,
    /// Make room on the computer.
    DiskFull,
    /// Check the repository's address and the computer's way to it.
    RepositoryUnavailable,
    /// Assess and plan again.
    PlanChanged,
    /// Read the package manager's own words in the error.
    InstallFailed,
    /// Update Bindery when a version that can is out.
    NotYet,
    /// Look at the control plane's log; report it if it stays.
    Internal,
    /// Stop, keep a copy of the data folder, and run `bindery store recover`.
    StoreDamaged,
    /// Start it with `bindery up`, or name it with --url.
    ControlPlaneUnreachable,
};

/// What went wrong.
pub const Failure = struct {
    /// Stable, for programs: `GrantDenied`, `MaintenanceWindowExceeded`, `PackageManagerLocked` and so on.
    code: []const u8,
    /// A sentence that names the thing and the reason.
    message: []const u8,
    /// More, where there is more: for a package manager its own words.
    details: ?Json = null,
};

/// JSON text.
pub const Json = []const u8;

/// Milliseconds.
pub const Milliseconds = u64;

/// A time as RFC 3339 text in UTC, `2026-11-22T18:00:00Z`.
pub const Timestamp = []const u8;

pub const job = struct {
    /// The facts of this job.
    pub const JobContext = struct {
        job_id: []const u8,
        account: []const u8,
        runbook: []const u8,
        /// The digest of the module that runs, `sha256:…`.
        digest: []const u8,
        worker_id: []const u8,
        /// The computer that the job runs on; none in the control plane's sandbox.
        computer_id: ?[]const u8 = null,
        computer_name: ?[]const u8 = null,
        /// The update run that the job belongs to.
        run_id: ?[]const u8 = null,
        run_name: ?[]const u8 = null,
        trigger: Trigger,
        /// Whether what the job changes is only recorded: reading is real, and a change is answered as if it had gone well.
        dry_run: bool,
        /// When the job began, on its own clock.
        started_at: Timestamp,
        /// The time by which it must have ended.
        deadline: ?Timestamp = null,
    };

    /// Why the job was started.
    pub const Trigger = enum {
        unknown,
        manual,
        test_draft,
        scheduled,
        webhook,
        internal,
        watcher,
    };

    /// Operation `job.context`: always granted; changes nothing.
    pub fn context(arena: Allocator) Error!JobContext {
        return host.invoke(JobContext, arena, "job.context", struct {}{});
    }

    /// The parameters: a JSON object.
    ///
    /// Operation `job.parameters`: always granted; changes nothing.
    pub fn parameters(arena: Allocator) Error!Json {
        return host.invoke(Json, arena, "job.parameters", struct {}{});
    }

    /// What is left until the deadline, or until a job that is asked to stop must have ended; none if there is neither.
    ///
    /// Operation `job.remaining`: always granted; changes nothing.
    pub fn remaining(arena: Allocator) Error!?Milliseconds {
        return host.invoke(?Milliseconds, arena, "job.remaining", struct {}{});
    }

    /// What `result` takes.
    pub const ResultArguments = struct {
        value: Json,
    };

    /// Sets the result of the job. A component may return it from `run` instead, which replaces it.
    ///
    /// Operation `job.result`: always granted; twice is the same as once.
    pub fn result(arguments: ResultArguments) Error!void {
        return host.invoke(void, host.gpa, "job.result", arguments);
    }

    /// What `failure` takes.
    pub const FailureArguments = struct {
        @"error": Failure,
    };

    /// Sets the error with which the job fails, if `run` then ends with another number than 0. A component returns it
    /// from `run` instead.
    ///
    /// Operation `job.failure`: always granted; twice is the same as once.
    pub fn failure(arguments: FailureArguments) Error!void {
        return host.invoke(void, host.gpa, "job.failure", arguments);
    }

    /// What `checkpoint` takes.
    pub const CheckpointArguments = struct {
        state: Json,
    };

    /// Starts the runbook again from its beginning, with the same parameters, `state` in `restored`, and a fresh
    /// journal: for a loop that would else meet the limits of one journal. Does not return, unless it is refused. At
    /// most 1 MiB.
    ///
    /// Operation `job.checkpoint`: always granted; twice is the same as once.
    pub fn checkpoint(arguments: CheckpointArguments) Error!void {
        return host.invoke(void, host.gpa, "job.checkpoint", arguments);
    }

    /// The state of the last `checkpoint`; none before the first.
    ///
    /// Operation `job.restored`: always granted; changes nothing.
    pub fn restored(arena: Allocator) Error!?Json {
        return host.invoke(?Json, arena, "job.restored", struct {}{});
    }
};

pub const stream = struct {
    pub const Kind = enum {
        output,
        warning,
        @"error",
        verbose,
        debug,
    };

    /// What `write` takes.
    pub const WriteArguments = struct {
        kind: Kind,
        text: []const u8,
    };

    /// Writes one record of text.
    ///
    /// Operation `stream.write`: always granted; twice is the same as once.
    pub fn write(arguments: WriteArguments) Error!void {
        return host.invoke(void, host.gpa, "stream.write", arguments);
    }

    /// What `value` takes.
    pub const ValueArguments = struct {
        value: Json,
    };

    /// Writes one structured record to Output.
    ///
    /// Operation `stream.value`: always granted; twice is the same as once.
    pub fn value(arguments: ValueArguments) Error!void {
        return host.invoke(void, host.gpa, "stream.value", arguments);
    }

    /// What `progress` takes.
    pub const ProgressArguments = struct {
        activity: []const u8,
        percent: ?u8 = null,
    };

    /// Says how far the job is. `percent` goes from 0 to 100; none where nobody knows.
    ///
    /// Operation `stream.progress`: always granted; twice is the same as once.
    pub fn progress(arguments: ProgressArguments) Error!void {
        return host.invoke(void, host.gpa, "stream.progress", arguments);
    }
};

pub const clock = struct {
    /// What `sleep` takes.
    pub const SleepArguments = struct {
        duration: Milliseconds,
    };

    /// Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs nothing: while it is
    /// long, the job is in nobody's memory. `JobStopping` if somebody asks the job to stop: it may clean up, for as
    /// long as `job.remaining` says, and then returns.
    ///
    /// Operation `clock.sleep`: always granted; changes nothing.
    pub fn sleep(arguments: SleepArguments) Error!void {
        return host.invoke(void, host.gpa, "clock.sleep", arguments);
    }
};

pub const updates = struct {
    /// One step that the package manager would take.
    pub const Action = struct {
        package: []const u8,
        kind: ActionKind,
        from: ?[]const u8 = null,
        to: ?[]const u8 = null,
        /// The update that was asked for and brings this step; none for a dependency.
        update: ?[]const u8 = null,
    };

    pub const ActionKind = enum {
        install,
        upgrade,
        downgrade,
        remove,
    };

    /// What this computer lacks now.
    pub const Assessment = struct {
        assessed_at: Timestamp,
        os_type: OsType,
        /// Which package manager answered: `apt`, `simulated`.
        provider: []const u8,
        /// Whether this is a simulated computer.
        simulated: bool,
        /// The root that is looked after: `/` but for scratch roots.
        root: []const u8,
        missing: []const Update,
        /// How many packages or updates are installed.
        installed: u32,
        reboot: Pending,
    };

    /// What an update is for, by the archive's own metadata.
    /// Linux knows `unclassified`, `critical`, `security` and `other`; Windows all but `other`.
    pub const Classification = enum {
        unclassified,
        critical,
        security,
        update_rollup,
        feature_pack,
        service_pack,
        definition,
        tools,
        updates,
        other,
    };

    /// One entry of the package manager's history, newest first.
    pub const HistoryEntry = struct {
        started_at: Timestamp,
        ended_at: ?Timestamp = null,
        /// A command line, or a deployment.
        requested_by: []const u8,
        actions: []const Action,
        @"error": ?[]const u8 = null,
    };

    pub const InstallResult = struct {
        started_at: Timestamp,
        ended_at: Timestamp,
        /// One per update of the plan.
        results: []const UpdateResult,
        reboot: Pending,
    };

    pub const InstallStatus = enum {
        succeeded,
        failed,
        not_attempted,
    };

    /// An update that was asked for and cannot be had, with the package manager's reason.
    pub const LeftOut = struct {
        update: []const u8,
        reason: []const u8,
    };

    pub const OsType = enum {
        linux,
        windows,
    };

    /// Whether a reboot is pending, and what asks for it.
    pub const Pending = struct {
        pending: bool,
        reasons: []const []const u8,
    };

    pub const RebootBehavior = enum {
        never_reboots,
        can_request_reboot,
    };

    /// One update.
    pub const Update = struct {
        /// What the package manager calls it: on apt `package:architecture=version`, on Windows the update id.
        id: []const u8,
        title: []const u8,
        /// The KB number (Windows).
        kb_id: ?[]const u8 = null,
        /// The package (Linux).
        package: ?[]const u8 = null,
        version: []const u8,
        installed_version: ?[]const u8 = null,
        /// The product or repository that it comes from.
        product: []const u8,
        classification: Classification,
        severity: ?[]const u8 = null,
        published: ?Timestamp = null,
        /// Size in bytes, where known.
        bytes: ?u64 = null,
        reboot: RebootBehavior,
        /// Why the package manager keeps it back, if it does.
        held: ?[]const u8 = null,
    };

    /// What the package manager would really do.
    pub const UpdatePlan = struct {
        /// The digest of `updates` and `actions`; an install refuses a plan that was changed.
        digest: []const u8,
        updates: []const []const u8,
        actions: []const Action,
        left_out: []const LeftOut,
        /// What must be fetched, in bytes.
        download_bytes: u64,
        /// Whether a step may ask for a reboot.
        may_reboot: bool,
    };

    pub const UpdateResult = struct {
        update: []const u8,
        status: InstallStatus,
        /// The package manager's own words, if it failed.
        @"error": ?[]const u8 = null,
    };

    /// Asks the package manager what is missing; it reads its repositories anew.
    ///
    /// Operation `updates.assess`: needs the grant `updates.read`; changes nothing.
    pub fn assess(arena: Allocator) Error!Assessment {
        return host.invoke(Assessment, arena, "updates.assess", struct {}{});
    }

    /// What `history` takes.
    pub const HistoryArguments = struct {
        limit: u32,
    };

    /// The newest entries of the package manager's history, at most `limit`.
    ///
    /// Operation `updates.history`: needs the grant `updates.read`; changes nothing.
    pub fn history(arena: Allocator, arguments: HistoryArguments) Error![]const HistoryEntry {
        return host.invoke([]const HistoryEntry, arena, "updates.history", arguments);
    }

    /// What `plan` takes.
    pub const PlanArguments = struct {
        updates: []const []const u8,
    };

    /// What the package manager would do for these updates, with dependencies, removals and downgrades.
    ///
    /// Operation `updates.plan`: needs the grant `updates.read`; changes nothing.
    pub fn plan(arena: Allocator, arguments: PlanArguments) Error!UpdatePlan {
        return host.invoke(UpdatePlan, arena, "updates.plan", arguments);
    }

    /// What `download` takes.
    pub const DownloadArguments = struct {
        plan: UpdatePlan,
    };

    /// Fetches what the plan needs, so that the window is spent installing. Doing it twice is the same as once.
    ///
    /// Operation `updates.download`: needs the grant `updates.install`; twice is the same as once.
    pub fn download(arguments: DownloadArguments) Error!void {
        return host.invoke(void, host.gpa, "updates.download", arguments);
    }

    /// What `install` takes.
    pub const InstallArguments = struct {
        plan: UpdatePlan,
        reserve: Milliseconds,
    };

    /// Carries out the plan as one transaction of the package manager. Happens once.
    ///
    /// `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the package manager
    /// would now do something else. An update that fails is in the result, not an error of the call.
    ///
    /// Operation `updates.install`: needs the grant `updates.install`; happens once.
    pub fn install(arena: Allocator, arguments: InstallArguments) Error!InstallResult {
        return host.invoke(InstallResult, arena, "updates.install", arguments);
    }
};

pub const power = struct {
    pub const RebootResult = struct {
        /// How long the computer was away.
        took: Milliseconds,
        /// The boot id before and after; they differ.
        boot_before: []const u8,
        boot_after: []const u8,
    };

    /// Whether a reboot is pending, and why.
    ///
    /// Operation `power.pending`: needs the grant `updates.read`; changes nothing.
    pub fn pending(arena: Allocator) Error!updates.Pending {
        return host.invoke(updates.Pending, arena, "power.pending", struct {}{});
    }

    /// What `reboot` takes.
    pub const RebootArguments = struct {
        reserve: Milliseconds,
        reason: []const u8,
    };

    /// Reboots the computer and returns after it is back. Happens once.
    ///
    /// `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
    ///
    /// Operation `power.reboot`: needs the grant `power.reboot`; happens once.
    pub fn reboot(arena: Allocator, arguments: RebootArguments) Error!RebootResult {
        return host.invoke(RebootResult, arena, "power.reboot", arguments);
    }
};

pub const fleet = struct {
    pub const Compliance = enum {
        compliant,
        non_compliant,
        not_assessed,
    };

    pub const ConfigureStatus = enum {
        configured,
        @"unreachable",
        refused,
    };

    pub const Configured = struct {
        computer: []const u8,
        status: ConfigureStatus,
        /// Why not, if not.
        reason: ?[]const u8 = null,
        /// The worker group that it is in now.
        group: ?[]const u8 = null,
    };

    /// Which computers: written out, a stored list, or (both none) all.
    pub const Filter = struct {
        ids: ?[]const []const u8 = null,
        /// The id of a stored list, from `snapshot:<id>`.
        snapshot: ?[]const u8 = null,
        /// Where the page before this one ended.
        cursor: ?[]const u8 = null,
        /// Items of a page, at most 500.
        limit: ?u32 = null,
    };

    /// A computer, as its last report describes it.
    pub const FleetComputer = struct {
        id: []const u8,
        name: []const u8,
        os_type: ?updates.OsType = null,
        os_name: ?[]const u8 = null,
        os_version: ?[]const u8 = null,
        /// Whether its agent is connected.
        connected: bool,
        /// Whether it is a Hybrid Runbook Worker of this account.
        worker: bool,
        compliance: Compliance,
        last_report: ?Timestamp = null,
    };

    pub const Page = struct {
        computers: []const FleetComputer,
        /// Ids that were asked for and are not computers of the workspace.
        unknown: []const []const u8,
        /// Where the next page begins; none after the last.
        cursor: ?[]const u8 = null,
    };

    /// What `computers` takes.
    pub const ComputersArguments = struct {
        filter: Filter,
    };

    /// Operation `fleet.computers`: needs the grant `fleet.read`; changes nothing.
    pub fn computers(arena: Allocator, arguments: ComputersArguments) Error!Page {
        return host.invoke(Page, arena, "fleet.computers", arguments);
    }

    /// What `computer` takes.
    pub const ComputerArguments = struct {
        id: []const u8,
    };

    /// Operation `fleet.computer`: needs the grant `fleet.read`; changes nothing.
    pub fn computer(arena: Allocator, arguments: ComputerArguments) Error!FleetComputer {
        return host.invoke(FleetComputer, arena, "fleet.computer", arguments);
    }

    /// What `configure` takes.
    pub const ConfigureArguments = struct {
        computers: []const []const u8,
    };

    /// Configures at most 500 computers and answers for each. Doing it twice is the same as once.
    ///
    /// Operation `fleet.configure`: needs the grant `fleet.configure`; twice is the same as once.
    pub fn configure(arena: Allocator, arguments: ConfigureArguments) Error![]const Configured {
        return host.invoke([]const Configured, arena, "fleet.configure", arguments);
    }
};

pub const jobs = struct {
    pub const Child = struct {
        target: Target,
        /// The parameters: a JSON object.
        parameters: Json,
    };

    pub const ChildStatus = struct {
        job: []const u8,
        status: JobStatus,
        /// Whether nothing more will happen to it.
        ended: bool,
        /// Its result, if it completed. Of many children, the results that together are over 2 MiB are left out: ask
        /// for the status of those alone.
        result: ?Json = null,
        /// Its error, if it failed.
        @"error": ?Failure = null,
    };

    pub const JobStatus = enum {
        new,
        activating,
        running,
        completed,
        failed,
        stopped,
        blocked,
        suspended,
        disconnected,
        suspending,
        stopping,
        resuming,
        removing,
    };

    pub const Started = struct {
        /// The job, if it was started.
        job: ?[]const u8 = null,
        /// Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on.
        @"error": ?Failure = null,
    };

    /// Where a child runs.
    pub const Target = union(enum) {
        /// In the control plane's sandbox.
        sandbox,
        /// On the worker of this computer.
        computer: []const u8,
        /// On any live worker of this group.
        group: []const u8,
    };

    pub const WaitFor = enum {
        any,
        all,
    };

    /// What `start` takes.
    pub const StartArguments = struct {
        runbook: []const u8,
        children: []const Child,
    };

    /// Starts at most 500 child jobs of one runbook; an answer per child, in the same order. Happens once.
    ///
    /// Operation `jobs.start`: needs the grant `jobs.start:<runbook>`; happens once.
    pub fn start(arena: Allocator, arguments: StartArguments) Error![]const Started {
        return host.invoke([]const Started, arena, "jobs.start", arguments);
    }

    /// What `wait` takes.
    pub const WaitArguments = struct {
        jobs: []const []const u8,
        mode: WaitFor,
        timeout: ?Milliseconds = null,
    };

    /// Waits until any or all of these child jobs have ended, or until `timeout`; the states at that time. `JobStopping`
    /// if somebody asks this job to stop: it may clean up, for as long as `job.remaining` says, and then returns.
    ///
    /// Operation `jobs.wait`: needs the grant `jobs.start:<runbook>`; changes nothing.
    pub fn wait(arena: Allocator, arguments: WaitArguments) Error![]const ChildStatus {
        return host.invoke([]const ChildStatus, arena, "jobs.wait", arguments);
    }

    /// What `status` takes.
    pub const StatusArguments = struct {
        jobs: []const []const u8,
    };

    /// The states of these child jobs now.
    ///
    /// Operation `jobs.status`: needs the grant `jobs.start:<runbook>`; changes nothing.
    pub fn status(arena: Allocator, arguments: StatusArguments) Error![]const ChildStatus {
        return host.invoke([]const ChildStatus, arena, "jobs.status", arguments);
    }
};

pub const files = struct {
    pub const Entry = struct {
        name: []const u8,
        kind: EntryKind,
        /// Size in bytes, of a file.
        bytes: ?u64 = null,
        modified: Timestamp,
    };

    pub const EntryKind = enum {
        file,
        folder,
        other,
    };

    pub const TextFile = struct {
        text: []const u8,
        modified: Timestamp,
    };

    /// What `read` takes.
    pub const ReadArguments = struct {
        path: []const u8,
    };

    /// Reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is no UTF-8 text.
    ///
    /// Operation `files.read`: needs the grant `files.read:<path>`; changes nothing.
    pub fn read(arena: Allocator, arguments: ReadArguments) Error!TextFile {
        return host.invoke(TextFile, arena, "files.read", arguments);
    }

    /// What `list` takes.
    pub const ListArguments = struct {
        path: []const u8,
    };

    /// What is in a folder, by name; at most 10,000 entries. The grant's mask is held against the path with `/` at its
    /// end: whoever may read all that is below `/srv` may list it, and so may the mask `/srv/`, which reads nothing there.
    ///
    /// Operation `files.list`: needs the grant `files.read:<path>`; changes nothing.
    pub fn list(arena: Allocator, arguments: ListArguments) Error![]const Entry {
        return host.invoke([]const Entry, arena, "files.list", arguments);
    }

    /// What `write` takes.
    pub const WriteArguments = struct {
        path: []const u8,
        text: []const u8,
    };

    /// Replaces a file by this text, or makes it, as one step: a reader sees the old text or the new one. Its folder must be
    /// there. At most 1 MiB. A file that is replaced keeps its permissions and its owner; one that is made is the agent's alone.
    ///
    /// Operation `files.write`: needs the grant `files.write:<path>`; twice is the same as once.
    pub fn write(arguments: WriteArguments) Error!void {
        return host.invoke(void, host.gpa, "files.write", arguments);
    }

    /// What `remove` takes.
    pub const RemoveArguments = struct {
        path: []const u8,
    };

    /// Removes a file. One that is not there is no error.
    ///
    /// Operation `files.remove`: needs the grant `files.write:<path>`; twice is the same as once.
    pub fn remove(arguments: RemoveArguments) Error!void {
        return host.invoke(void, host.gpa, "files.remove", arguments);
    }
};

pub const process = struct {
    pub const Finished = struct {
        /// The exit code; none if a signal ended it.
        code: ?u32 = null,
        /// The number of the signal that ended it.
        signal: ?u32 = null,
        /// What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced.
        stdout: []const u8,
        stderr: []const u8,
        /// Whether more was written than is here.
        truncated: bool,
        took: Milliseconds,
    };

    /// What `run` takes.
    pub const RunArguments = struct {
        program: []const u8,
        args: []const []const u8,
        timeout: Milliseconds,
        stdin: ?[]const u8 = null,
    };

    /// Runs a program to its end. Happens once.
    ///
    /// `program` is an absolute path, or a name that is looked up in the computer's standard folders; there is no shell. It
    /// runs outside of the agent, so that a restart of the agent does not end it, and each line that it writes is on the
    /// Verbose stream at once. `TimedOut` if it takes longer than `timeout`: it is ended then, with all that it started.
    ///
    /// Operation `process.run`: needs the grant `process:<program>`; happens once.
    pub fn run(arena: Allocator, arguments: RunArguments) Error!Finished {
        return host.invoke(Finished, arena, "process.run", arguments);
    }
};

pub const http = struct {
    pub const Header = struct {
        name: []const u8,
        value: []const u8,
    };

    pub const Response = struct {
        status: u32,
        headers: []const Header,
        /// At most 1 MiB; bytes that are no UTF-8 are replaced.
        body: []const u8,
    };

    /// What `send` takes.
    pub const SendArguments = struct {
        url: []const u8,
        method: []const u8,
        headers: []const Header,
        timeout: Milliseconds,
        body: ?[]const u8 = null,
        credential: ?[]const u8 = null,
    };

    /// Sends a request and answers with the response, whatever its status. Happens once.
    ///
    /// A redirect is a response like any other: whoever follows it needs the grant for its host. A name that a mask with
    /// `*` covers must lead to a public address. `TimedOut`, `Unreachable`; `TooLarge` for a body over 1 MiB.
    ///
    /// `credential` is the name of a credential of the account: the host says it as `Authorization: Basic`, and the grant
    /// `assets.read:<name>` is needed, too. See `assets` for secrets in headers, body and URL.
    ///
    /// Operation `http.send`: needs the grant `http:<host>`; happens once.
    pub fn send(arena: Allocator, arguments: SendArguments) Error!Response {
        return host.invoke(Response, arena, "http.send", arguments);
    }
};

pub const assets = struct {
    pub const Certificate = struct {
        /// The certificate in PEM.
        certificate: []const u8,
        /// SHA-256 of the certificate, in hex.
        thumbprint: []const u8,
        not_before: Timestamp,
        not_after: Timestamp,
    };

    /// How another system is reached.
    pub const Connection = struct {
        /// What kind of system it is: a word of your own.
        connection_type: []const u8,
        /// A JSON object.
        fields: Json,
        secrets: []const SecretField,
    };

    /// For `Authorization: Basic`, give its name to `http.send` instead.
    pub const Credential = struct {
        user_name: []const u8,
        password: Secret,
    };

    /// A text that stands for a secret.
    pub const Secret = []const u8;

    /// A secret of a connection.
    pub const SecretField = struct {
        name: []const u8,
        secret: Secret,
    };

    /// Either the value, or the text that stands for it.
    pub const Variable = struct {
        value: ?Json = null,
        secret: ?Secret = null,
    };

    /// What `getVariable` takes.
    pub const GetVariableArguments = struct {
        name: []const u8,
    };

    /// The value of a variable. `NotFound` if the account has none of this name; so for the others.
    ///
    /// Operation `assets.get-variable`: needs the grant `assets.read:<name>`; changes nothing.
    pub fn getVariable(arena: Allocator, arguments: GetVariableArguments) Error!Variable {
        return host.invoke(Variable, arena, "assets.get-variable", arguments);
    }

    /// What `getCredential` takes.
    pub const GetCredentialArguments = struct {
        name: []const u8,
    };

    /// Operation `assets.get-credential`: needs the grant `assets.read:<name>`; changes nothing.
    pub fn getCredential(arena: Allocator, arguments: GetCredentialArguments) Error!Credential {
        return host.invoke(Credential, arena, "assets.get-credential", arguments);
    }

    /// What `getCertificate` takes.
    pub const GetCertificateArguments = struct {
        name: []const u8,
    };

    /// Operation `assets.get-certificate`: needs the grant `assets.read:<name>`; changes nothing.
    pub fn getCertificate(arena: Allocator, arguments: GetCertificateArguments) Error!Certificate {
        return host.invoke(Certificate, arena, "assets.get-certificate", arguments);
    }

    /// What `getConnection` takes.
    pub const GetConnectionArguments = struct {
        name: []const u8,
    };

    /// Operation `assets.get-connection`: needs the grant `assets.read:<name>`; changes nothing.
    pub fn getConnection(arena: Allocator, arguments: GetConnectionArguments) Error!Connection {
        return host.invoke(Connection, arena, "assets.get-connection", arguments);
    }

    /// What `setVariable` takes.
    pub const SetVariableArguments = struct {
        name: []const u8,
        value: Json,
    };

    /// Makes a variable, or gives one another value. One that is secret is refused: what a runbook gives stands in its
    /// journal.
    ///
    /// Operation `assets.set-variable`: needs the grant `assets.write:<name>`; twice is the same as once.
    pub fn setVariable(arguments: SetVariableArguments) Error!void {
        return host.invoke(void, host.gpa, "assets.set-variable", arguments);
    }
};

pub const records = struct {
    /// What `append` takes.
    pub const AppendArguments = struct {
        table: []const u8,
        rows: []const Json,
    };

    /// Appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a table of your own).
    ///
    /// Operation `records.append`: needs the grant `records.write:<table>`; twice is the same as once.
    pub fn append(arguments: AppendArguments) Error!void {
        return host.invoke(void, host.gpa, "records.append", arguments);
    }
};

/// Every operation: its name, and the function that calls it.
pub const operations = .{
    .{ "job.context", job.context },
    .{ "job.parameters", job.parameters },
    .{ "job.remaining", job.remaining },
    .{ "job.result", job.result },
    .{ "job.failure", job.failure },
    .{ "job.checkpoint", job.checkpoint },
    .{ "job.restored", job.restored },
    .{ "stream.write", stream.write },
    .{ "stream.value", stream.value },
    .{ "stream.progress", stream.progress },
    .{ "clock.sleep", clock.sleep },
    .{ "updates.assess", updates.assess },
    .{ "updates.history", updates.history },
    .{ "updates.plan", updates.plan },
    .{ "power.pending", power.pending },
    .{ "updates.download", updates.download },
    .{ "updates.install", updates.install },
    .{ "power.reboot", power.reboot },
    .{ "fleet.computers", fleet.computers },
    .{ "fleet.computer", fleet.computer },
    .{ "fleet.configure", fleet.configure },
    .{ "jobs.start", jobs.start },
    .{ "jobs.wait", jobs.wait },
    .{ "jobs.status", jobs.status },
    .{ "files.read", files.read },
    .{ "files.list", files.list },
    .{ "files.write", files.write },
    .{ "files.remove", files.remove },
    .{ "process.run", process.run },
    .{ "http.send", http.send },
    .{ "assets.get-variable", assets.getVariable },
    .{ "assets.get-credential", assets.getCredential },
    .{ "assets.get-certificate", assets.getCertificate },
    .{ "assets.get-connection", assets.getConnection },
    .{ "assets.set-variable", assets.setVariable },
    .{ "records.append", records.append },
};
