// Made from sdk/wit by `cargo xtask bless`. Do not edit.

/** One step that the package manager would take. */
export interface Action {
  package: string;
  kind: ActionKind;
  from?: string;
  to?: string;
  /** The update that was asked for and brings this step; none for a dependency. */
  update?: string;
}

export type ActionKind =
  | "Install"
  | "Upgrade"
  | "Downgrade"
  | "Remove";

/** What this computer lacks now. */
export interface Assessment {
  assessedAt: Timestamp;
  osType: OsType;
  /** Which package manager answered: `apt`, `simulated`. */
  provider: string;
  /** Whether this is a simulated computer. */
  simulated: boolean;
  /** The root that is looked after: `/` but for scratch roots. */
  root: string;
  missing: Update[];
  /** How many packages or updates are installed. */
  installed: number;
  reboot: Pending;
}

export interface Certificate {
  /** The certificate in PEM. */
  certificate: string;
  /** SHA-256 of the certificate, in hex. */
  thumbprint: string;
  notBefore: Timestamp;
  notAfter: Timestamp;
}

export interface Child {
  target: Target;
  /** The parameters: a JSON object. */
  parameters: Json;
}

export interface ChildStatus {
  job: string;
  status: JobStatus;
  /** Whether nothing more will happen to it. */
  ended: boolean;
  /**
   * Its result, if it completed. Of many children, the results that together are over 2 MiB are
   * left out: ask for the status of those alone.
   */
  result?: Json;
  /** Its error, if it failed. */
  error?: Failure;
}

/**
 * What an update is for, by the archive's own metadata. Linux knows `unclassified`, `critical`,
 * `security` and `other`; Windows all but `other`.
 */
export type Classification =
  | "Unclassified"
  | "Critical"
  | "Security"
  | "UpdateRollup"
  | "FeaturePack"
  | "ServicePack"
  | "Definition"
  | "Tools"
  | "Updates"
  | "Other";

export type Compliance =
  | "Compliant"
  | "NonCompliant"
  | "NotAssessed";

export type ConfigureStatus =
  | "Configured"
  | "Unreachable"
  | "Refused";

export interface Configured {
  computer: string;
  status: ConfigureStatus;
  /** Why not, if not. */
  reason?: string;
  /** The worker group that it is in now. */
  group?: string;
}

/** How another system is reached. */
export interface Connection {
  /** What kind of system it is: a word of your own. */
  connectionType: string;
  /** A JSON object. */
  fields: Json;
  secrets: SecretField[];
}

/** For `Authorization: Basic`, give its name to `http.send` instead. */
export interface Credential {
  userName: string;
  password: Secret;
}

export interface Entry {
  name: string;
  kind: EntryKind;
  /** Size in bytes, of a file. */
  bytes?: number;
  modified: Timestamp;
}

export type EntryKind =
  | "File"
  | "Folder"
  | "Other";

/** What went wrong. */
export interface Failure {
  /**
   * Stable, for programs: `GrantDenied`, `MaintenanceWindowExceeded`, `PackageManagerLocked` and
   * so on.
   */
  code: string;
  /** A sentence that names the thing and the reason. */
  message: string;
  /** More, where there is more: for a package manager its own words. */
  details?: Json;
}

/** Which computers: written out, a stored list, or (both none) all. */
export interface Filter {
  ids?: string[];
  /** The id of a stored list, from `snapshot:<id>`. */
  snapshot?: string;
  /** Where the page before this one ended. */
  cursor?: string;
  /** Items of a page, at most 500. */
  limit?: number;
}

export interface Finished {
  /** The exit code; none if a signal ended it. */
  code?: number;
  /** The number of the signal that ended it. */
  signal?: number;
  /** What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced. */
  stdout: string;
  stderr: string;
  /** Whether more was written than is here. */
  truncated: boolean;
  took: Milliseconds;
}

/** A computer, as its last report describes it. */
export interface FleetComputer {
  id: string;
  name: string;
  osType?: OsType;
  osName?: string;
  osVersion?: string;
  /** Whether its agent is connected. */
  connected: boolean;
  /** Whether it is a Hybrid Runbook Worker of this account. */
  worker: boolean;
  compliance: Compliance;
  lastReport?: Timestamp;
}

export interface Header {
  name: string;
  value: string;
}

/** One entry of the package manager's history, newest first. */
export interface HistoryEntry {
  startedAt: Timestamp;
  endedAt?: Timestamp;
  /** A command line, or a deployment. */
  requestedBy: string;
  actions: Action[];
  error?: string;
}

export interface InstallResult {
  startedAt: Timestamp;
  endedAt: Timestamp;
  /** One per update of the plan. */
  results: UpdateResult[];
  reboot: Pending;
}

export type InstallStatus =
  | "Succeeded"
  | "Failed"
  | "NotAttempted";

/** The facts of this job. */
export interface JobContext {
  jobId: string;
  account: string;
  runbook: string;
  /** The digest of the module that runs, `sha256:…`. */
  digest: string;
  workerId: string;
  /** The computer that the job runs on; none in the control plane's sandbox. */
  computerId?: string;
  computerName?: string;
  /** The update run that the job belongs to. */
  runId?: string;
  runName?: string;
  trigger: Trigger;
  /**
   * Whether what the job changes is only recorded: reading is real, and a change is answered as if
   * it had gone well.
   */
  dryRun: boolean;
  /** When the job began, on its own clock. */
  startedAt: Timestamp;
  /** The time by which it must have ended. */
  deadline?: Timestamp;
}

export type JobStatus =
  | "New"
  | "Activating"
  | "Running"
  | "Completed"
  | "Failed"
  | "Stopped"
  | "Blocked"
  | "Suspended"
  | "Disconnected"
  | "Suspending"
  | "Stopping"
  | "Resuming"
  | "Removing";

/** JSON text. */
export type Json = any;

export type Kind =
  | "Output"
  | "Warning"
  | "Error"
  | "Verbose"
  | "Debug";

/** An update that was asked for and cannot be had, with the package manager's reason. */
export interface LeftOut {
  update: string;
  reason: string;
}

/** Milliseconds. */
export type Milliseconds = number;

export type OsType =
  | "Linux"
  | "Windows";

export interface Page {
  computers: FleetComputer[];
  /** Ids that were asked for and are not computers of the workspace. */
  unknown: string[];
  /** Where the next page begins; none after the last. */
  cursor?: string;
}

/** Whether a reboot is pending, and what asks for it. */
export interface Pending {
  pending: boolean;
  reasons: string[];
}

export type RebootBehavior =
  | "NeverReboots"
  | "CanRequestReboot";

export interface RebootResult {
  /** How long the computer was away. */
  took: Milliseconds;
  /** The boot id before and after; they differ. */
  bootBefore: string;
  bootAfter: string;
}

export interface Response {
  status: number;
  headers: Header[];
  /** At most 1 MiB; bytes that are no UTF-8 are replaced. */
  body: string;
}

/** A text that stands for a secret. */
export type Secret = string;

/** A secret of a connection. */
export interface SecretField {
  name: string;
  secret: Secret;
}

export interface Started {
  /** The job, if it was started. */
  job?: string;
  /** Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on. */
  error?: Failure;
}

/** Where a child runs. */
export type Target =
  /** In the control plane's sandbox. */
  | "sandbox"
  /** On the worker of this computer. */
  | { computer: string }
  /** On any live worker of this group. */
  | { group: string };

export interface TextFile {
  text: string;
  modified: Timestamp;
}

/** A time as RFC 3339 text in UTC, `2026-11-22T18:00:00Z`. */
export type Timestamp = string;

/** Why the job was started. */
export type Trigger =
  | "Unknown"
  | "Manual"
  | "TestDraft"
  | "Scheduled"
  | "Webhook"
  | "Internal"
  | "Watcher";

/** One update. */
export interface Update {
  /**
   * What the package manager calls it: on apt `package:architecture=version`, on Windows the
   * update id.
   */
  id: string;
  title: string;
  /** The KB number (Windows). */
  kbId?: string;
  /** The package (Linux). */
  package?: string;
  version: string;
  installedVersion?: string;
  /** The product or repository that it comes from. */
  product: string;
  classification: Classification;
  severity?: string;
  published?: Timestamp;
  /** Size in bytes, where known. */
  bytes?: number;
  reboot: RebootBehavior;
  /** Why the package manager keeps it back, if it does. */
  held?: string;
}

/** What the package manager would really do. */
export interface UpdatePlan {
  /** The digest of `updates` and `actions`; an install refuses a plan that was changed. */
  digest: string;
  updates: string[];
  actions: Action[];
  leftOut: LeftOut[];
  /** What must be fetched, in bytes. */
  downloadBytes: number;
  /** Whether a step may ask for a reboot. */
  mayReboot: boolean;
}

export interface UpdateResult {
  update: string;
  status: InstallStatus;
  /** The package manager's own words, if it failed. */
  error?: string;
}

/** Either the value, or the text that stands for it. */
export interface Variable {
  value?: Json;
  secret?: Secret;
}

export type WaitFor =
  | "Any"
  | "All";

/** The interface `job`. Always granted. */
export declare const job: {
  context(): JobContext;

  /** The parameters: a JSON object. */
  parameters(): Json;

  /**
   * What is left until the deadline, or until a job that is asked to stop must have ended; none if
   * there is neither.
   */
  remaining(): Milliseconds | undefined;

  /**
   * Sets the result of the job. A component may return it from `run` instead, which replaces it.
   */
  setResult(value: Json): void;

  /**
   * Sets the error with which the job fails, if `run` then ends with another number than 0. A
   * component returns it from `run` instead.
   */
  setFailure(error: Failure): void;

  /**
   * Starts the runbook again from its beginning, with the same parameters, `state` in `restored`,
   * and a fresh journal: for a loop that would else meet the limits of one journal. Does not
   * return, unless it is refused. At most 1 MiB.
   */
  checkpoint(state: Json): void;

  /** The state of the last `checkpoint`; none before the first. */
  restored(): Json | undefined;
};

/** The interface `streams`. Always granted. */
export declare const streams: {
  /** Writes one record of text. */
  write(kind: Kind, text: string): void;

  /** Writes one structured record to Output. */
  value(value: Json): void;

  /** Says how far the job is. `percent` goes from 0 to 100; none where nobody knows. */
  progress(activity: string, percent?: number): void;
};

/** The interface `timers`. Always granted. */
export declare const timers: {
  /**
   * Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs
   * nothing: while it is long, the job is in nobody's memory. `JobStopping` if somebody asks the
   * job to stop: it may clean up, for as long as `job.remaining` says, and then returns.
   */
  sleep(duration: Milliseconds): void;
};

/** The interface `update-inventory`. Grant: `updates.read`. */
export declare const updates: {
  /** Asks the package manager what is missing; it reads its repositories anew. */
  assess(): Assessment;

  /** The newest entries of the package manager's history, at most `limit`. */
  history(limit: number): HistoryEntry[];

  /**
   * What the package manager would do for these updates, with dependencies, removals and
   * downgrades.
   */
  plan(updates: string[]): UpdatePlan;

  /** Whether a reboot is pending, and why. */
  pendingReboot(): Pending;
};

/** The interface `update-installer`. Grant: `updates.install`. */
export declare const installer: {
  /**
   * Fetches what the plan needs, so that the window is spent installing. Doing it twice is the
   * same as once.
   */
  download(plan: UpdatePlan): void;

  /**
   * Carries out the plan as one transaction of the package manager. Happens once.
   *
   * `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the
   * package manager would now do something else. An update that fails is in the result, not an
   * error of the call.
   */
  install(plan: UpdatePlan, reserve: Milliseconds): InstallResult;
};

/** The interface `power`. Grant: `power.reboot`. */
export declare const power: {
  /**
   * Reboots the computer and returns after it is back. Happens once.
   *
   * `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
   */
  reboot(reserve: Milliseconds, reason: string): RebootResult;
};

/** The interface `fleet-inventory`. Grant: `fleet.read`. */
export declare const fleet: {
  computers(filter?: Filter): Page;

  computer(id: string): FleetComputer;
};

/** The interface `fleet-admin`. Grant: `fleet.configure`. */
export declare const fleetAdmin: {
  /** Configures at most 500 computers and answers for each. Doing it twice is the same as once. */
  configure(computers: string[]): Configured[];
};

/** The interface `children`. Grant: `jobs.start:<runbook>`. */
export declare const children: {
  /**
   * Starts at most 500 child jobs of one runbook; an answer per child, in the same order. Happens
   * once.
   */
  start(runbook: string, children: Child[]): Started[];

  /**
   * Waits until any or all of these child jobs have ended, or until `timeout`; the states at that
   * time. `JobStopping` if somebody asks this job to stop: it may clean up, for as long as
   * `job.remaining` says, and then returns.
   */
  wait(jobs: string[], mode: WaitFor, timeout?: Milliseconds): ChildStatus[];

  /** The states of these child jobs now. */
  status(jobs: string[]): ChildStatus[];
};

/** The interface `files`. Grant: `files.read:<path>`. */
export declare const files: {
  /**
   * Reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is no
   * UTF-8 text.
   */
  read(path: string): TextFile;

  /**
   * What is in a folder, by name; at most 10,000 entries. The grant's mask is held against the
   * path with `/` at its end: whoever may read all that is below `/srv` may list it, and so may
   * the mask `/srv/`, which reads nothing there.
   */
  list(path: string): Entry[];
};

/** The interface `files-admin`. Grant: `files.write:<path>`. */
export declare const filesAdmin: {
  /**
   * Replaces a file by this text, or makes it, as one step: a reader sees the old text or the new
   * one. Its folder must be there. At most 1 MiB. A file that is replaced keeps its permissions
   * and its owner; one that is made is the agent's alone.
   */
  write(path: string, text: string): void;

  /** Removes a file. One that is not there is no error. */
  remove(path: string): void;
};

/** The interface `process`. Grant: `process:<program>`. */
export declare const process: {
  /**
   * Runs a program to its end. Happens once.
   *
   * `program` is an absolute path, or a name that is looked up in the computer's standard folders;
   * there is no shell. It runs outside of the agent, so that a restart of the agent does not end
   * it, and each line that it writes is on the Verbose stream at once. `TimedOut` if it takes
   * longer than `timeout`: it is ended then, with all that it started.
   */
  run(program: string, args: string[], timeout: Milliseconds, stdin?: string): Finished;
};

/** The interface `http`. Grant: `http:<host>`. */
export declare const http: {
  /**
   * Sends a request and answers with the response, whatever its status. Happens once.
   *
   * A redirect is a response like any other: whoever follows it needs the grant for its host. A
   * name that a mask with `*` covers must lead to a public address. `TimedOut`, `Unreachable`;
   * `TooLarge` for a body over 1 MiB.
   *
   * `credential` is the name of a credential of the account: the host says it as `Authorization:
   * Basic`, and the grant `assets.read:<name>` is needed, too. See `assets` for secrets in
   * headers, body and URL.
   */
  send(url: string, method: string, headers: Header[], timeout: Milliseconds, body?: string, credential?: string): Response;
};

/** The interface `assets`. Grant: `assets.read:<name>`. */
export declare const assets: {
  /**
   * The value of a variable. `NotFound` if the account has none of this name; so for the others.
   */
  getVariable(name: string): Variable;

  getCredential(name: string): Credential;

  getCertificate(name: string): Certificate;

  getConnection(name: string): Connection;
};

/** The interface `assets-admin`. Grant: `assets.write:<name>`. */
export declare const assetsAdmin: {
  /**
   * Makes a variable, or gives one another value. One that is secret is refused: what a runbook
   * gives stands in its journal.
   */
  setVariable(name: string, value: Json): void;
};

/** The interface `records`. Grant: `records.write:<table>`. */
export declare const records: {
  /**
   * Appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a table of
   * your own).
   */
  append(table: string, rows: Json[]): void;
};
