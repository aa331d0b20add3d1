// Made from sdk/wit by `cargo xtask bless`. Do not edit.

import { JsonReader, JsonWriter, Some } from "./json";
import { ask } from "./host";
import { Nothing, Result } from "./result";

/** One step that the package manager would take. */
export class Action {
  package: string = "";
  kind: ActionKind = ActionKind.Install;
  from: string | null = null;
  to: string | null = null;
  /** The update that was asked for and brings this step; none for a dependency. */
  update: string | null = null;

  fromJson(from: JsonReader): void {
    from.object(["package", "kind", "from", "to", "update"]);
    this.package = from.key("package").as<string>();
    this.kind = ActionKind.read(from.key("kind"));
    this.from = from.key("from").as<string | null>();
    this.to = from.key("to").as<string | null>();
    this.update = from.key("update").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("package");
    to.put<string>(this.package);
    to.key("kind");
    ActionKind.write(to, this.kind);
    const fromValue = this.from;
    if (fromValue !== null) {
      to.key("from");
      to.put<string>(fromValue);
    }
    const toValue = this.to;
    if (toValue !== null) {
      to.key("to");
      to.put<string>(toValue);
    }
    const updateValue = this.update;
    if (updateValue !== null) {
      to.key("update");
      to.put<string>(updateValue);
    }
    to.endObject();
  }
}

export enum ActionKind {
  Install,
  Upgrade,
  Downgrade,
  Remove,
}

export namespace ActionKind {
  /** The spelling in JSON. */
  export function text(value: ActionKind): string {
    return ACTIONKIND[value];
  }

  export function read(from: JsonReader): ActionKind {
    return <ActionKind>from.choice(ACTIONKIND);
  }

  export function write(to: JsonWriter, value: ActionKind): void {
    to.put<string>(ACTIONKIND[value]);
  }
}

const ACTIONKIND: string[] = ["Install", "Upgrade", "Downgrade", "Remove"];

/** What this computer lacks now. */
export class Assessment {
  assessedAt: Timestamp = "";
  osType: OsType = OsType.Linux;
  /** Which package manager answered: `apt`, `simulated`. */
  provider: string = "";
  /** Whether this is a simulated computer. */
  simulated: bool = false;
  /** The root that is looked after: `/` but for scratch roots. */
  root: string = "";
  missing: Update[] = [];
  /** How many packages or updates are installed. */
  installed: u32 = 0;
  reboot: Pending = new Pending();

  fromJson(from: JsonReader): void {
    from.object([
      "assessedAt",
      "osType",
      "provider",
      "simulated",
      "root",
      "missing",
      "installed",
      "reboot",
    ]);
    this.assessedAt = from.key("assessedAt").as<Timestamp>();
    this.osType = OsType.read(from.key("osType"));
    this.provider = from.key("provider").as<string>();
    this.simulated = from.key("simulated").as<bool>();
    this.root = from.key("root").as<string>();
    this.missing = from.key("missing").as<Update[]>();
    this.installed = from.key("installed").as<u32>();
    this.reboot = from.key("reboot").as<Pending>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("assessedAt");
    to.put<Timestamp>(this.assessedAt);
    to.key("osType");
    OsType.write(to, this.osType);
    to.key("provider");
    to.put<string>(this.provider);
    to.key("simulated");
    to.put<bool>(this.simulated);
    to.key("root");
    to.put<string>(this.root);
    to.key("missing");
    to.put<Update[]>(this.missing);
    to.key("installed");
    to.put<u32>(this.installed);
    to.key("reboot");
    to.put<Pending>(this.reboot);
    to.endObject();
  }
}

export class Certificate {
  /** The certificate in PEM. */
  certificate: string = "";
  /** SHA-256 of the certificate, in hex. */
  thumbprint: string = "";
  notBefore: Timestamp = "";
  notAfter: Timestamp = "";

  fromJson(from: JsonReader): void {
    from.object(["certificate", "thumbprint", "notBefore", "notAfter"]);
    this.certificate = from.key("certificate").as<string>();
    this.thumbprint = from.key("thumbprint").as<string>();
    this.notBefore = from.key("notBefore").as<Timestamp>();
    this.notAfter = from.key("notAfter").as<Timestamp>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("certificate");
    to.put<string>(this.certificate);
    to.key("thumbprint");
    to.put<string>(this.thumbprint);
    to.key("notBefore");
    to.put<Timestamp>(this.notBefore);
    to.key("notAfter");
    to.put<Timestamp>(this.notAfter);
    to.endObject();
  }
}

export class Child {
  target: Target = new Target();
  /** The parameters: a JSON object. */
  parameters: JsonText = "";

  fromJson(from: JsonReader): void {
    from.object(["target", "parameters"]);
    this.target = from.key("target").as<Target>();
    this.parameters = from.key("parameters").as<JsonText>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("target");
    to.put<Target>(this.target);
    to.key("parameters");
    to.put<JsonText>(this.parameters);
    to.endObject();
  }
}

export class ChildStatus {
  job: string = "";
  status: JobStatus = JobStatus.New;
  /** Whether nothing more will happen to it. */
  ended: bool = false;
  /**
   * Its result, if it completed. Of many children, the results that together are over 2 MiB are
   * left out: ask for the status of those alone.
   */
  result: JsonText | null = null;
  /** Its error, if it failed. */
  error: Failure | null = null;

  fromJson(from: JsonReader): void {
    from.object(["job", "status", "ended", "result", "error"]);
    this.job = from.key("job").as<string>();
    this.status = JobStatus.read(from.key("status"));
    this.ended = from.key("ended").as<bool>();
    this.result = from.key("result").as<JsonText | null>();
    this.error = from.key("error").as<Failure | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("job");
    to.put<string>(this.job);
    to.key("status");
    JobStatus.write(to, this.status);
    to.key("ended");
    to.put<bool>(this.ended);
    const resultValue = this.result;
    if (resultValue !== null) {
      to.key("result");
      to.put<JsonText>(resultValue);
    }
    const errorValue = this.error;
    if (errorValue !== null) {
      to.key("error");
      to.put<Failure>(errorValue);
    }
    to.endObject();
  }
}

/**
 * What an update is for, by the archive's own metadata. Linux knows `unclassified`, `critical`,
 * `security` and `other`; Windows all but `other`.
 */
export enum Classification {
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
}

export namespace Classification {
  /** The spelling in JSON. */
  export function text(value: Classification): string {
    return CLASSIFICATION[value];
  }

  export function read(from: JsonReader): Classification {
    return <Classification>from.choice(CLASSIFICATION);
  }

  export function write(to: JsonWriter, value: Classification): void {
    to.put<string>(CLASSIFICATION[value]);
  }
}

const CLASSIFICATION: string[] = [
  "Unclassified",
  "Critical",
  "Security",
  "UpdateRollup",
  "FeaturePack",
  "ServicePack",
  "Definition",
  "Tools",
  "Updates",
  "Other",
];

export enum Compliance {
  Compliant,
  NonCompliant,
  NotAssessed,
}

export namespace Compliance {
  /** The spelling in JSON. */
  export function text(value: Compliance): string {
    return COMPLIANCE[value];
  }

  export function read(from: JsonReader): Compliance {
    return <Compliance>from.choice(COMPLIANCE);
  }

  export function write(to: JsonWriter, value: Compliance): void {
    to.put<string>(COMPLIANCE[value]);
  }
}

const COMPLIANCE: string[] = ["Compliant", "NonCompliant", "NotAssessed"];

export enum ConfigureStatus {
  Configured,
  Unreachable,
  Refused,
}

export namespace ConfigureStatus {
  /** The spelling in JSON. */
  export function text(value: ConfigureStatus): string {
    return CONFIGURESTATUS[value];
  }

  export function read(from: JsonReader): ConfigureStatus {
    return <ConfigureStatus>from.choice(CONFIGURESTATUS);
  }

  export function write(to: JsonWriter, value: ConfigureStatus): void {
    to.put<string>(CONFIGURESTATUS[value]);
  }
}

const CONFIGURESTATUS: string[] = ["Configured", "Unreachable", "Refused"];

export class Configured {
  computer: string = "";
  status: ConfigureStatus = ConfigureStatus.Configured;
  /** Why not, if not. */
  reason: string | null = null;
  /** The worker group that it is in now. */
  group: string | null = null;

  fromJson(from: JsonReader): void {
    from.object(["computer", "status", "reason", "group"]);
    this.computer = from.key("computer").as<string>();
    this.status = ConfigureStatus.read(from.key("status"));
    this.reason = from.key("reason").as<string | null>();
    this.group = from.key("group").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("computer");
    to.put<string>(this.computer);
    to.key("status");
    ConfigureStatus.write(to, this.status);
    const reasonValue = this.reason;
    if (reasonValue !== null) {
      to.key("reason");
      to.put<string>(reasonValue);
    }
    const groupValue = this.group;
    if (groupValue !== null) {
      to.key("group");
      to.put<string>(groupValue);
    }
    to.endObject();
  }
}

/** How another system is reached. */
export class Connection {
  /** What kind of system it is: a word of your own. */
  connectionType: string = "";
  /** A JSON object. */
  fields: JsonText = "";
  secrets: SecretField[] = [];

  fromJson(from: JsonReader): void {
    from.object(["connectionType", "fields", "secrets"]);
    this.connectionType = from.key("connectionType").as<string>();
    this.fields = from.key("fields").as<JsonText>();
    this.secrets = from.key("secrets").as<SecretField[]>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("connectionType");
    to.put<string>(this.connectionType);
    to.key("fields");
    to.put<JsonText>(this.fields);
    to.key("secrets");
    to.put<SecretField[]>(this.secrets);
    to.endObject();
  }
}

/** For `Authorization: Basic`, give its name to `http.send` instead. */
export class Credential {
  userName: string = "";
  password: Secret = "";

  fromJson(from: JsonReader): void {
    from.object(["userName", "password"]);
    this.userName = from.key("userName").as<string>();
    this.password = from.key("password").as<Secret>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("userName");
    to.put<string>(this.userName);
    to.key("password");
    to.put<Secret>(this.password);
    to.endObject();
  }
}

export class Entry {
  name: string = "";
  kind: EntryKind = EntryKind.File;
  /** Size in bytes, of a file. */
  bytes: Some<u64> | null = null;
  modified: Timestamp = "";

  fromJson(from: JsonReader): void {
    from.object(["name", "kind", "bytes", "modified"]);
    this.name = from.key("name").as<string>();
    this.kind = EntryKind.read(from.key("kind"));
    this.bytes = from.key("bytes").as<Some<u64> | null>();
    this.modified = from.key("modified").as<Timestamp>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("name");
    to.put<string>(this.name);
    to.key("kind");
    EntryKind.write(to, this.kind);
    const bytesValue = this.bytes;
    if (bytesValue !== null) {
      to.key("bytes");
      to.put<u64>(bytesValue.value);
    }
    to.key("modified");
    to.put<Timestamp>(this.modified);
    to.endObject();
  }
}

export enum EntryKind {
  File,
  Folder,
  Other,
}

export namespace EntryKind {
  /** The spelling in JSON. */
  export function text(value: EntryKind): string {
    return ENTRYKIND[value];
  }

  export function read(from: JsonReader): EntryKind {
    return <EntryKind>from.choice(ENTRYKIND);
  }

  export function write(to: JsonWriter, value: EntryKind): void {
    to.put<string>(ENTRYKIND[value]);
  }
}

const ENTRYKIND: string[] = ["File", "Folder", "Other"];

/** What went wrong. */
export class Failure {
  /**
   * Stable, for programs: `GrantDenied`, `MaintenanceWindowExceeded`, `PackageManagerLocked` and so
   * on.
   */
  code: string = "";
  /** A sentence that names the thing and the reason. */
  message: string = "";
  /** More, where there is more: for a package manager its own words. */
  details: JsonText | null = null;

  constructor(code: string = "", message: string = "", details: JsonText | null = null) {
    this.code = code;
    this.message = message;
    this.details = details;
  }

  /** Whether it has this code. */
  is(code: string): bool {
    return this.code == code;
  }

  toString(): string {
    return `${this.message} (${this.code})`;
  }

  fromJson(from: JsonReader): void {
    from.object(["code", "message", "details"]);
    this.code = from.key("code").as<string>();
    this.message = from.key("message").as<string>();
    this.details = from.key("details").as<JsonText | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("code");
    to.put<string>(this.code);
    to.key("message");
    to.put<string>(this.message);
    const detailsValue = this.details;
    if (detailsValue !== null) {
      to.key("details");
      to.put<JsonText>(detailsValue);
    }
    to.endObject();
  }
}

/** Which computers: written out, a stored list, or (both none) all. */
export class Filter {
  ids: string[] | null = null;
  /** The id of a stored list, from `snapshot:<id>`. */
  snapshot: string | null = null;
  /** Where the page before this one ended. */
  cursor: string | null = null;
  /** Items of a page, at most 500. */
  limit: Some<u32> | null = null;

  fromJson(from: JsonReader): void {
    from.object(["ids", "snapshot", "cursor", "limit"]);
    this.ids = from.key("ids").as<string[] | null>();
    this.snapshot = from.key("snapshot").as<string | null>();
    this.cursor = from.key("cursor").as<string | null>();
    this.limit = from.key("limit").as<Some<u32> | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    const idsValue = this.ids;
    if (idsValue !== null) {
      to.key("ids");
      to.put<string[]>(idsValue);
    }
    const snapshotValue = this.snapshot;
    if (snapshotValue !== null) {
      to.key("snapshot");
      to.put<string>(snapshotValue);
    }
    const cursorValue = this.cursor;
    if (cursorValue !== null) {
      to.key("cursor");
      to.put<string>(cursorValue);
    }
    const limitValue = this.limit;
    if (limitValue !== null) {
      to.key("limit");
      to.put<u32>(limitValue.value);
    }
    to.endObject();
  }
}

export class Finished {
  /** The exit code; none if a signal ended it. */
  code: Some<u32> | null = null;
  /** The number of the signal that ended it. */
  signal: Some<u32> | null = null;
  /** What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced. */
  stdout: string = "";
  stderr: string = "";
  /** Whether more was written than is here. */
  truncated: bool = false;
  took: Milliseconds = 0;

  fromJson(from: JsonReader): void {
    from.object(["code", "signal", "stdout", "stderr", "truncated", "took"]);
    this.code = from.key("code").as<Some<u32> | null>();
    this.signal = from.key("signal").as<Some<u32> | null>();
    this.stdout = from.key("stdout").as<string>();
    this.stderr = from.key("stderr").as<string>();
    this.truncated = from.key("truncated").as<bool>();
    this.took = from.key("took").as<Milliseconds>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    const codeValue = this.code;
    if (codeValue !== null) {
      to.key("code");
      to.put<u32>(codeValue.value);
    }
    const signalValue = this.signal;
    if (signalValue !== null) {
      to.key("signal");
      to.put<u32>(signalValue.value);
    }
    to.key("stdout");
    to.put<string>(this.stdout);
    to.key("stderr");
    to.put<string>(this.stderr);
    to.key("truncated");
    to.put<bool>(this.truncated);
    to.key("took");
    to.put<Milliseconds>(this.took);
    to.endObject();
  }
}

/** A computer, as its last report describes it. */
export class FleetComputer {
  id: string = "";
  name: string = "";
  osType: Some<OsType> | null = null;
  osName: string | null = null;
  osVersion: string | null = null;
  /** Whether its agent is connected. */
  connected: bool = false;
  /** Whether it is a Hybrid Runbook Worker of this account. */
  worker: bool = false;
  compliance: Compliance = Compliance.Compliant;
  lastReport: Timestamp | null = null;

  fromJson(from: JsonReader): void {
    from.object([
      "id",
      "name",
      "osType",
      "osName",
      "osVersion",
      "connected",
      "worker",
      "compliance",
      "lastReport",
    ]);
    this.id = from.key("id").as<string>();
    this.name = from.key("name").as<string>();
    this.osType = from.key("osType").some<OsType>(OsType.read);
    this.osName = from.key("osName").as<string | null>();
    this.osVersion = from.key("osVersion").as<string | null>();
    this.connected = from.key("connected").as<bool>();
    this.worker = from.key("worker").as<bool>();
    this.compliance = Compliance.read(from.key("compliance"));
    this.lastReport = from.key("lastReport").as<Timestamp | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("id");
    to.put<string>(this.id);
    to.key("name");
    to.put<string>(this.name);
    const osTypeValue = this.osType;
    if (osTypeValue !== null) {
      to.key("osType");
      OsType.write(to, osTypeValue.value);
    }
    const osNameValue = this.osName;
    if (osNameValue !== null) {
      to.key("osName");
      to.put<string>(osNameValue);
    }
    const osVersionValue = this.osVersion;
    if (osVersionValue !== null) {
      to.key("osVersion");
      to.put<string>(osVersionValue);
    }
    to.key("connected");
    to.put<bool>(this.connected);
    to.key("worker");
    to.put<bool>(this.worker);
    to.key("compliance");
    Compliance.write(to, this.compliance);
    const lastReportValue = this.lastReport;
    if (lastReportValue !== null) {
      to.key("lastReport");
      to.put<Timestamp>(lastReportValue);
    }
    to.endObject();
  }
}

export class Header {
  name: string = "";
  value: string = "";

  fromJson(from: JsonReader): void {
    from.object(["name", "value"]);
    this.name = from.key("name").as<string>();
    this.value = from.key("value").as<string>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("name");
    to.put<string>(this.name);
    to.key("value");
    to.put<string>(this.value);
    to.endObject();
  }
}

/** One entry of the package manager's history, newest first. */
export class HistoryEntry {
  startedAt: Timestamp = "";
  endedAt: Timestamp | null = null;
  /** A command line, or a deployment. */
  requestedBy: string = "";
  actions: Action[] = [];
  error: string | null = null;

  fromJson(from: JsonReader): void {
    from.object(["startedAt", "endedAt", "requestedBy", "actions", "error"]);
    this.startedAt = from.key("startedAt").as<Timestamp>();
    this.endedAt = from.key("endedAt").as<Timestamp | null>();
    this.requestedBy = from.key("requestedBy").as<string>();
    this.actions = from.key("actions").as<Action[]>();
    this.error = from.key("error").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("startedAt");
    to.put<Timestamp>(this.startedAt);
    const endedAtValue = this.endedAt;
    if (endedAtValue !== null) {
      to.key("endedAt");
      to.put<Timestamp>(endedAtValue);
    }
    to.key("requestedBy");
    to.put<string>(this.requestedBy);
    to.key("actions");
    to.put<Action[]>(this.actions);
    const errorValue = this.error;
    if (errorValue !== null) {
      to.key("error");
      to.put<string>(errorValue);
    }
    to.endObject();
  }
}

export class InstallResult {
  startedAt: Timestamp = "";
  endedAt: Timestamp = "";
  /** One per update of the plan. */
  results: UpdateResult[] = [];
  reboot: Pending = new Pending();

  fromJson(from: JsonReader): void {
    from.object(["startedAt", "endedAt", "results", "reboot"]);
    this.startedAt = from.key("startedAt").as<Timestamp>();
    this.endedAt = from.key("endedAt").as<Timestamp>();
    this.results = from.key("results").as<UpdateResult[]>();
    this.reboot = from.key("reboot").as<Pending>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("startedAt");
    to.put<Timestamp>(this.startedAt);
    to.key("endedAt");
    to.put<Timestamp>(this.endedAt);
    to.key("results");
    to.put<UpdateResult[]>(this.results);
    to.key("reboot");
    to.put<Pending>(this.reboot);
    to.endObject();
  }
}

export enum InstallStatus {
  Succeeded,
  Failed,
  NotAttempted,
}

export namespace InstallStatus {
  /** The spelling in JSON. */
  export function text(value: InstallStatus): string {
    return INSTALLSTATUS[value];
  }

  export function read(from: JsonReader): InstallStatus {
    return <InstallStatus>from.choice(INSTALLSTATUS);
  }

  export function write(to: JsonWriter, value: InstallStatus): void {
    to.put<string>(INSTALLSTATUS[value]);
  }
}

const INSTALLSTATUS: string[] = ["Succeeded", "Failed", "NotAttempted"];

/** The facts of this job. */
export class JobContext {
  jobId: string = "";
  account: string = "";
  runbook: string = "";
  /** The digest of the module that runs, `sha256:…`. */
  digest: string = "";
  workerId: string = "";
  /** The computer that the job runs on; none in the control plane's sandbox. */
  computerId: string | null = null;
  computerName: string | null = null;
  /** The update run that the job belongs to. */
  runId: string | null = null;
  runName: string | null = null;
  trigger: Trigger = Trigger.Unknown;
  /**
   * Whether what the job changes is only recorded: reading is real, and a change is answered as if
   * it had gone well.
   */
  dryRun: bool = false;
  /** When the job began, on its own clock. */
  startedAt: Timestamp = "";
  /** The time by which it must have ended. */
  deadline: Timestamp | null = null;

  fromJson(from: JsonReader): void {
    from.object([
      "jobId",
      "account",
      "runbook",
      "digest",
      "workerId",
      "computerId",
      "computerName",
      "runId",
      "runName",
      "trigger",
      "dryRun",
      "startedAt",
      "deadline",
    ]);
    this.jobId = from.key("jobId").as<string>();
    this.account = from.key("account").as<string>();
    this.runbook = from.key("runbook").as<string>();
    this.digest = from.key("digest").as<string>();
    this.workerId = from.key("workerId").as<string>();
    this.computerId = from.key("computerId").as<string | null>();
    this.computerName = from.key("computerName").as<string | null>();
    this.runId = from.key("runId").as<string | null>();
    this.runName = from.key("runName").as<string | null>();
    this.trigger = Trigger.read(from.key("trigger"));
    this.dryRun = from.key("dryRun").as<bool>();
    this.startedAt = from.key("startedAt").as<Timestamp>();
    this.deadline = from.key("deadline").as<Timestamp | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("jobId");
    to.put<string>(this.jobId);
    to.key("account");
    to.put<string>(this.account);
    to.key("runbook");
    to.put<string>(this.runbook);
    to.key("digest");
    to.put<string>(this.digest);
    to.key("workerId");
    to.put<string>(this.workerId);
    const computerIdValue = this.computerId;
    if (computerIdValue !== null) {
      to.key("computerId");
      to.put<string>(computerIdValue);
    }
    const computerNameValue = this.computerName;
    if (computerNameValue !== null) {
      to.key("computerName");
      to.put<string>(computerNameValue);
    }
    const runIdValue = this.runId;
    if (runIdValue !== null) {
      to.key("runId");
      to.put<string>(runIdValue);
    }
    const runNameValue = this.runName;
    if (runNameValue !== null) {
      to.key("runName");
      to.put<string>(runNameValue);
    }
    to.key("trigger");
    Trigger.write(to, this.trigger);
    to.key("dryRun");
    to.put<bool>(this.dryRun);
    to.key("startedAt");
    to.put<Timestamp>(this.startedAt);
    const deadlineValue = this.deadline;
    if (deadlineValue !== null) {
      to.key("deadline");
      to.put<Timestamp>(deadlineValue);
    }
    to.endObject();
  }
}

export enum JobStatus {
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
}

export namespace JobStatus {
  /** The spelling in JSON. */
  export function text(value: JobStatus): string {
    return JOBSTATUS[value];
  }

  export function read(from: JsonReader): JobStatus {
    return <JobStatus>from.choice(JOBSTATUS);
  }

  export function write(to: JsonWriter, value: JobStatus): void {
    to.put<string>(JOBSTATUS[value]);
  }
}

const JOBSTATUS: string[] = [
  "New",
  "Activating",
  "Running",
  "Completed",
  "Failed",
  "Stopped",
  "Blocked",
  "Suspended",
  "Disconnected",
  "Suspending",
  "Stopping",
  "Resuming",
  "Removing",
];

/** JSON text. */
export type JsonText = string;

export enum Kind {
  Output,
  Warning,
  Error,
  Verbose,
  Debug,
}

export namespace Kind {
  /** The spelling in JSON. */
  export function text(value: Kind): string {
    return KIND[value];
  }

  export function read(from: JsonReader): Kind {
    return <Kind>from.choice(KIND);
  }

  export function write(to: JsonWriter, value: Kind): void {
    to.put<string>(KIND[value]);
  }
}

const KIND: string[] = ["Output", "Warning", "Error", "Verbose", "Debug"];

/** An update that was asked for and cannot be had, with the package manager's reason. */
export class LeftOut {
  update: string = "";
  reason: string = "";

  fromJson(from: JsonReader): void {
    from.object(["update", "reason"]);
    this.update = from.key("update").as<string>();
    this.reason = from.key("reason").as<string>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("update");
    to.put<string>(this.update);
    to.key("reason");
    to.put<string>(this.reason);
    to.endObject();
  }
}

/** Milliseconds. */
export type Milliseconds = u64;

export enum OsType {
  Linux,
  Windows,
}

export namespace OsType {
  /** The spelling in JSON. */
  export function text(value: OsType): string {
    return OSTYPE[value];
  }

  export function read(from: JsonReader): OsType {
    return <OsType>from.choice(OSTYPE);
  }

  export function write(to: JsonWriter, value: OsType): void {
    to.put<string>(OSTYPE[value]);
  }
}

const OSTYPE: string[] = ["Linux", "Windows"];

export class Page {
  computers: FleetComputer[] = [];
  /** Ids that were asked for and are not computers of the workspace. */
  unknown: string[] = [];
  /** Where the next page begins; none after the last. */
  cursor: string | null = null;

  fromJson(from: JsonReader): void {
    from.object(["computers", "unknown", "cursor"]);
    this.computers = from.key("computers").as<FleetComputer[]>();
    this.unknown = from.key("unknown").as<string[]>();
    this.cursor = from.key("cursor").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("computers");
    to.put<FleetComputer[]>(this.computers);
    to.key("unknown");
    to.put<string[]>(this.unknown);
    const cursorValue = this.cursor;
    if (cursorValue !== null) {
      to.key("cursor");
      to.put<string>(cursorValue);
    }
    to.endObject();
  }
}

/** Whether a reboot is pending, and what asks for it. */
export class Pending {
  pending: bool = false;
  reasons: string[] = [];

  fromJson(from: JsonReader): void {
    from.object(["pending", "reasons"]);
    this.pending = from.key("pending").as<bool>();
    this.reasons = from.key("reasons").as<string[]>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("pending");
    to.put<bool>(this.pending);
    to.key("reasons");
    to.put<string[]>(this.reasons);
    to.endObject();
  }
}

export enum RebootBehavior {
  NeverReboots,
  CanRequestReboot,
}

export namespace RebootBehavior {
  /** The spelling in JSON. */
  export function text(value: RebootBehavior): string {
    return REBOOTBEHAVIOR[value];
  }

  export function read(from: JsonReader): RebootBehavior {
    return <RebootBehavior>from.choice(REBOOTBEHAVIOR);
  }

  export function write(to: JsonWriter, value: RebootBehavior): void {
    to.put<string>(REBOOTBEHAVIOR[value]);
  }
}

const REBOOTBEHAVIOR: string[] = ["NeverReboots", "CanRequestReboot"];

export class RebootResult {
  /** How long the computer was away. */
  took: Milliseconds = 0;
  /** The boot id before and after; they differ. */
  bootBefore: string = "";
  bootAfter: string = "";

  fromJson(from: JsonReader): void {
    from.object(["took", "bootBefore", "bootAfter"]);
    this.took = from.key("took").as<Milliseconds>();
    this.bootBefore = from.key("bootBefore").as<string>();
    this.bootAfter = from.key("bootAfter").as<string>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("took");
    to.put<Milliseconds>(this.took);
    to.key("bootBefore");
    to.put<string>(this.bootBefore);
    to.key("bootAfter");
    to.put<string>(this.bootAfter);
    to.endObject();
  }
}

export class Response {
  status: u32 = 0;
  headers: Header[] = [];
  /** At most 1 MiB; bytes that are no UTF-8 are replaced. */
  body: string = "";

  fromJson(from: JsonReader): void {
    from.object(["status", "headers", "body"]);
    this.status = from.key("status").as<u32>();
    this.headers = from.key("headers").as<Header[]>();
    this.body = from.key("body").as<string>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("status");
    to.put<u32>(this.status);
    to.key("headers");
    to.put<Header[]>(this.headers);
    to.key("body");
    to.put<string>(this.body);
    to.endObject();
  }
}

/** A text that stands for a secret. */
export type Secret = string;

/** A secret of a connection. */
export class SecretField {
  name: string = "";
  secret: Secret = "";

  fromJson(from: JsonReader): void {
    from.object(["name", "secret"]);
    this.name = from.key("name").as<string>();
    this.secret = from.key("secret").as<Secret>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("name");
    to.put<string>(this.name);
    to.key("secret");
    to.put<Secret>(this.secret);
    to.endObject();
  }
}

export class Started {
  /** The job, if it was started. */
  job: string | null = null;
  /** Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on. */
  error: Failure | null = null;

  fromJson(from: JsonReader): void {
    from.object(["job", "error"]);
    this.job = from.key("job").as<string | null>();
    this.error = from.key("error").as<Failure | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    const jobValue = this.job;
    if (jobValue !== null) {
      to.key("job");
      to.put<string>(jobValue);
    }
    const errorValue = this.error;
    if (errorValue !== null) {
      to.key("error");
      to.put<Failure>(errorValue);
    }
    to.endObject();
  }
}

/** The cases of `Target`. */
export enum TargetCase {
  /** In the control plane's sandbox. */
  Sandbox,
  /** On the worker of this computer. */
  Computer,
  /** On any live worker of this group. */
  Group,
}

/** Where a child runs. */
export class Target {
  /** Which case it is. */
  is: TargetCase = TargetCase.Sandbox;
  /** What `computer` carries. */
  asComputer: string = "";
  /** What `group` carries. */
  asGroup: string = "";

  /** In the control plane's sandbox. */
  static sandbox(): Target {
    const it = new Target();
    it.is = TargetCase.Sandbox;
    return it;
  }

  /** On the worker of this computer. */
  static computer(value: string): Target {
    const it = new Target();
    it.is = TargetCase.Computer;
    it.asComputer = value;
    return it;
  }

  /** On any live worker of this group. */
  static group(value: string): Target {
    const it = new Target();
    it.is = TargetCase.Group;
    it.asGroup = value;
    return it;
  }

  fromJson(from: JsonReader): void {
    this.is = <TargetCase>from.variant(["sandbox", "computer", "group"], [false, true, true]);
    if (this.is == TargetCase.Computer) this.asComputer = from.key("computer").as<string>();
    if (this.is == TargetCase.Group) this.asGroup = from.key("group").as<string>();
  }

  toJson(to: JsonWriter): void {
    switch (this.is) {
      case TargetCase.Sandbox: {
        return to.put<string>("sandbox");
      }
      case TargetCase.Computer: {
        to.beginObject();
        to.key("computer");
        to.put<string>(this.asComputer);
        return to.endObject();
      }
      case TargetCase.Group: {
        to.beginObject();
        to.key("group");
        to.put<string>(this.asGroup);
        return to.endObject();
      }
    }
  }
}

export class TextFile {
  text: string = "";
  modified: Timestamp = "";

  fromJson(from: JsonReader): void {
    from.object(["text", "modified"]);
    this.text = from.key("text").as<string>();
    this.modified = from.key("modified").as<Timestamp>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("text");
    to.put<string>(this.text);
    to.key("modified");
    to.put<Timestamp>(this.modified);
    to.endObject();
  }
}

/** A time as RFC 3339 text in UTC, `2026-11-22T18:00:00Z`. */
export type Timestamp = string;

/** Why the job was started. */
export enum Trigger {
  Unknown,
  Manual,
  TestDraft,
  Scheduled,
  Webhook,
  Internal,
  Watcher,
}

export namespace Trigger {
  /** The spelling in JSON. */
  export function text(value: Trigger): string {
    return TRIGGER[value];
  }

  export function read(from: JsonReader): Trigger {
    return <Trigger>from.choice(TRIGGER);
  }

  export function write(to: JsonWriter, value: Trigger): void {
    to.put<string>(TRIGGER[value]);
  }
}

const TRIGGER: string[] = [
  "Unknown",
  "Manual",
  "TestDraft",
  "Scheduled",
  "Webhook",
  "Internal",
  "Watcher",
];

/** One update. */
export class Update {
  /**
   * What the package manager calls it: on apt `package:architecture=version`, on Windows the update
   * id.
   */
  id: string = "";
  title: string = "";
  /** The KB number (Windows). */
  kbId: string | null = null;
  /** The package (Linux). */
  package: string | null = null;
  version: string = "";
  installedVersion: string | null = null;
  /** The product or repository that it comes from. */
  product: string = "";
  classification: Classification = Classification.Unclassified;
  severity: string | null = null;
  published: Timestamp | null = null;
  /** Size in bytes, where known. */
  bytes: Some<u64> | null = null;
  reboot: RebootBehavior = RebootBehavior.NeverReboots;
  /** Why the package manager keeps it back, if it does. */
  held: string | null = null;

  fromJson(from: JsonReader): void {
    from.object([
      "id",
      "title",
      "kbId",
      "package",
      "version",
      "installedVersion",
      "product",
      "classification",
      "severity",
      "published",
      "bytes",
      "reboot",
      "held",
    ]);
    this.id = from.key("id").as<string>();
    this.title = from.key("title").as<string>();
    this.kbId = from.key("kbId").as<string | null>();
    this.package = from.key("package").as<string | null>();
    this.version = from.key("version").as<string>();
    this.installedVersion = from.key("installedVersion").as<string | null>();
    this.product = from.key("product").as<string>();
    this.classification = Classification.read(from.key("classification"));
    this.severity = from.key("severity").as<string | null>();
    this.published = from.key("published").as<Timestamp | null>();
    this.bytes = from.key("bytes").as<Some<u64> | null>();
    this.reboot = RebootBehavior.read(from.key("reboot"));
    this.held = from.key("held").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("id");
    to.put<string>(this.id);
    to.key("title");
    to.put<string>(this.title);
    const kbIdValue = this.kbId;
    if (kbIdValue !== null) {
      to.key("kbId");
      to.put<string>(kbIdValue);
    }
    const packageValue = this.package;
    if (packageValue !== null) {
      to.key("package");
      to.put<string>(packageValue);
    }
    to.key("version");
    to.put<string>(this.version);
    const installedVersionValue = this.installedVersion;
    if (installedVersionValue !== null) {
      to.key("installedVersion");
      to.put<string>(installedVersionValue);
    }
    to.key("product");
    to.put<string>(this.product);
    to.key("classification");
    Classification.write(to, this.classification);
    const severityValue = this.severity;
    if (severityValue !== null) {
      to.key("severity");
      to.put<string>(severityValue);
    }
    const publishedValue = this.published;
    if (publishedValue !== null) {
      to.key("published");
      to.put<Timestamp>(publishedValue);
    }
    const bytesValue = this.bytes;
    if (bytesValue !== null) {
      to.key("bytes");
      to.put<u64>(bytesValue.value);
    }
    to.key("reboot");
    RebootBehavior.write(to, this.reboot);
    const heldValue = this.held;
    if (heldValue !== null) {
      to.key("held");
      to.put<string>(heldValue);
    }
    to.endObject();
  }
}

/** What the package manager would really do. */
export class UpdatePlan {
  /** The digest of `updates` and `actions`; an install refuses a plan that was changed. */
  digest: string = "";
  updates: string[] = [];
  actions: Action[] = [];
  leftOut: LeftOut[] = [];
  /** What must be fetched, in bytes. */
  downloadBytes: u64 = 0;
  /** Whether a step may ask for a reboot. */
  mayReboot: bool = false;

  fromJson(from: JsonReader): void {
    from.object(["digest", "updates", "actions", "leftOut", "downloadBytes", "mayReboot"]);
    this.digest = from.key("digest").as<string>();
    this.updates = from.key("updates").as<string[]>();
    this.actions = from.key("actions").as<Action[]>();
    this.leftOut = from.key("leftOut").as<LeftOut[]>();
    this.downloadBytes = from.key("downloadBytes").as<u64>();
    this.mayReboot = from.key("mayReboot").as<bool>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("digest");
    to.put<string>(this.digest);
    to.key("updates");
    to.put<string[]>(this.updates);
    to.key("actions");
    to.put<Action[]>(this.actions);
    to.key("leftOut");
    to.put<LeftOut[]>(this.leftOut);
    to.key("downloadBytes");
    to.put<u64>(this.downloadBytes);
    to.key("mayReboot");
    to.put<bool>(this.mayReboot);
    to.endObject();
  }
}

export class UpdateResult {
  update: string = "";
  status: InstallStatus = InstallStatus.Succeeded;
  /** The package manager's own words, if it failed. */
  error: string | null = null;

  fromJson(from: JsonReader): void {
    from.object(["update", "status", "error"]);
    this.update = from.key("update").as<string>();
    this.status = InstallStatus.read(from.key("status"));
    this.error = from.key("error").as<string | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("update");
    to.put<string>(this.update);
    to.key("status");
    InstallStatus.write(to, this.status);
    const errorValue = this.error;
    if (errorValue !== null) {
      to.key("error");
      to.put<string>(errorValue);
    }
    to.endObject();
  }
}

/** Either the value, or the text that stands for it. */
export class Variable {
  value: JsonText | null = null;
  secret: Secret | null = null;

  fromJson(from: JsonReader): void {
    from.object(["value", "secret"]);
    this.value = from.key("value").as<JsonText | null>();
    this.secret = from.key("secret").as<Secret | null>();
  }

  toJson(to: JsonWriter): void {
    to.beginObject();
    const valueValue = this.value;
    if (valueValue !== null) {
      to.key("value");
      to.put<JsonText>(valueValue);
    }
    const secretValue = this.secret;
    if (secretValue !== null) {
      to.key("secret");
      to.put<Secret>(secretValue);
    }
    to.endObject();
  }
}

export enum WaitFor {
  Any,
  All,
}

export namespace WaitFor {
  /** The spelling in JSON. */
  export function text(value: WaitFor): string {
    return WAITFOR[value];
  }

  export function read(from: JsonReader): WaitFor {
    return <WaitFor>from.choice(WAITFOR);
  }

  export function write(to: JsonWriter, value: WaitFor): void {
    to.put<string>(WAITFOR[value]);
  }
}

const WAITFOR: string[] = ["Any", "All"];

export namespace job {
  export function context(): Result<JobContext> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<JobContext>("job.context", to);
  }

  /** The parameters: a JSON object. */
  export function parameters(): Result<JsonText> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<JsonText>("job.parameters", to);
  }

  /**
   * What is left until the deadline, or until a job that is asked to stop must have ended; none if
   * there is neither.
   */
  export function remaining(): Result<Some<Milliseconds> | null> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<Some<Milliseconds> | null>("job.remaining", to);
  }

  /**
   * Sets the result of the job. A component may return it from `run` instead, which replaces it.
   */
  export function result(value: JsonText): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("value");
    to.put<JsonText>(value);
    to.endObject();
    return ask<Nothing>("job.result", to);
  }

  /**
   * Sets the error with which the job fails, if `run` then ends with another number than 0. A
   * component returns it from `run` instead.
   */
  export function failure(error: Failure): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("error");
    to.put<Failure>(error);
    to.endObject();
    return ask<Nothing>("job.failure", to);
  }

  /**
   * Starts the runbook again from its beginning, with the same parameters, `state` in `restored`,
   * and a fresh journal: for a loop that would else meet the limits of one journal. Does not
   * return, unless it is refused. At most 1 MiB.
   */
  export function checkpoint(state: JsonText): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("state");
    to.put<JsonText>(state);
    to.endObject();
    return ask<Nothing>("job.checkpoint", to);
  }

  /** The state of the last `checkpoint`; none before the first. */
  export function restored(): Result<JsonText | null> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<JsonText | null>("job.restored", to);
  }
}

export namespace stream {
  /** Writes one record of text. */
  export function write(kind: Kind, text: string): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("kind");
    Kind.write(to, kind);
    to.key("text");
    to.put<string>(text);
    to.endObject();
    return ask<Nothing>("stream.write", to);
  }

  /** Writes one structured record to Output. */
  export function value(value: JsonText): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("value");
    to.put<JsonText>(value);
    to.endObject();
    return ask<Nothing>("stream.value", to);
  }

  /** Says how far the job is. `percent` goes from 0 to 100; none where nobody knows. */
  export function progress(activity: string, percent: Some<u8> | null = null): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("activity");
    to.put<string>(activity);
    const percentValue = percent;
    if (percentValue !== null) {
      to.key("percent");
      to.put<u8>(percentValue.value);
    }
    to.endObject();
    return ask<Nothing>("stream.progress", to);
  }
}

export namespace clock {
  /**
   * Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs
   * nothing: while it is long, the job is in nobody's memory. `JobStopping` if somebody asks the
   * job to stop: it may clean up, for as long as `job.remaining` says, and then returns.
   */
  export function sleep(duration: Milliseconds): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("duration");
    to.put<Milliseconds>(duration);
    to.endObject();
    return ask<Nothing>("clock.sleep", to);
  }
}

export namespace updates {
  /**
   * Asks the package manager what is missing; it reads its repositories anew.
   *
   * Grant: `updates.read`.
   */
  export function assess(): Result<Assessment> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<Assessment>("updates.assess", to);
  }

  /**
   * The newest entries of the package manager's history, at most `limit`.
   *
   * Grant: `updates.read`.
   */
  export function history(limit: u32): Result<HistoryEntry[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("limit");
    to.put<u32>(limit);
    to.endObject();
    return ask<HistoryEntry[]>("updates.history", to);
  }

  /**
   * What the package manager would do for these updates, with dependencies, removals and
   * downgrades.
   *
   * Grant: `updates.read`.
   */
  export function plan(updates: string[]): Result<UpdatePlan> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("updates");
    to.put<string[]>(updates);
    to.endObject();
    return ask<UpdatePlan>("updates.plan", to);
  }

  /**
   * Fetches what the plan needs, so that the window is spent installing. Doing it twice is the same
   * as once.
   *
   * Grant: `updates.install`.
   */
  export function download(plan: UpdatePlan): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("plan");
    to.put<UpdatePlan>(plan);
    to.endObject();
    return ask<Nothing>("updates.download", to);
  }

  /**
   * Carries out the plan as one transaction of the package manager. Happens once.
   *
   * `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the
   * package manager would now do something else. An update that fails is in the result, not an
   * error of the call.
   *
   * Grant: `updates.install`.
   */
  export function install(plan: UpdatePlan, reserve: Milliseconds): Result<InstallResult> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("plan");
    to.put<UpdatePlan>(plan);
    to.key("reserve");
    to.put<Milliseconds>(reserve);
    to.endObject();
    return ask<InstallResult>("updates.install", to);
  }
}

export namespace power {
  /**
   * Whether a reboot is pending, and why.
   *
   * Grant: `updates.read`.
   */
  export function pending(): Result<Pending> {
    const to = new JsonWriter();
    to.beginObject();
    to.endObject();
    return ask<Pending>("power.pending", to);
  }

  /**
   * Reboots the computer and returns after it is back. Happens once.
   *
   * `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
   *
   * Grant: `power.reboot`.
   */
  export function reboot(reserve: Milliseconds, reason: string): Result<RebootResult> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("reserve");
    to.put<Milliseconds>(reserve);
    to.key("reason");
    to.put<string>(reason);
    to.endObject();
    return ask<RebootResult>("power.reboot", to);
  }
}

export namespace fleet {
  /** Grant: `fleet.read`. */
  export function computers(filter: Filter): Result<Page> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("filter");
    to.put<Filter>(filter);
    to.endObject();
    return ask<Page>("fleet.computers", to);
  }

  /** Grant: `fleet.read`. */
  export function computer(id: string): Result<FleetComputer> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("id");
    to.put<string>(id);
    to.endObject();
    return ask<FleetComputer>("fleet.computer", to);
  }

  /**
   * Configures at most 500 computers and answers for each. Doing it twice is the same as once.
   *
   * Grant: `fleet.configure`.
   */
  export function configure(computers: string[]): Result<Configured[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("computers");
    to.put<string[]>(computers);
    to.endObject();
    return ask<Configured[]>("fleet.configure", to);
  }
}

export namespace jobs {
  /**
   * Starts at most 500 child jobs of one runbook; an answer per child, in the same order. Happens
   * once.
   *
   * Grant: `jobs.start:<runbook>`.
   */
  export function start(runbook: string, children: Child[]): Result<Started[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("runbook");
    to.put<string>(runbook);
    to.key("children");
    to.put<Child[]>(children);
    to.endObject();
    return ask<Started[]>("jobs.start", to);
  }

  /**
   * Waits until any or all of these child jobs have ended, or until `timeout`; the states at that
   * time. `JobStopping` if somebody asks this job to stop: it may clean up, for as long as
   * `job.remaining` says, and then returns.
   *
   * Grant: `jobs.start:<runbook>`.
   */
  export function wait(
    jobs: string[], mode: WaitFor, timeout: Some<Milliseconds> | null = null,
  ): Result<ChildStatus[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("jobs");
    to.put<string[]>(jobs);
    to.key("mode");
    WaitFor.write(to, mode);
    const timeoutValue = timeout;
    if (timeoutValue !== null) {
      to.key("timeout");
      to.put<Milliseconds>(timeoutValue.value);
    }
    to.endObject();
    return ask<ChildStatus[]>("jobs.wait", to);
  }

  /**
   * The states of these child jobs now.
   *
   * Grant: `jobs.start:<runbook>`.
   */
  export function status(jobs: string[]): Result<ChildStatus[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("jobs");
    to.put<string[]>(jobs);
    to.endObject();
    return ask<ChildStatus[]>("jobs.status", to);
  }
}

export namespace files {
  /**
   * Reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is no
   * UTF-8 text.
   *
   * Grant: `files.read:<path>`.
   */
  export function read(path: string): Result<TextFile> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("path");
    to.put<string>(path);
    to.endObject();
    return ask<TextFile>("files.read", to);
  }

  /**
   * What is in a folder, by name; at most 10,000 entries. The grant's mask is held against the path
   * with `/` at its end: whoever may read all that is below `/srv` may list it, and so may the mask
   * `/srv/`, which reads nothing there.
   *
   * Grant: `files.read:<path>`.
   */
  export function list(path: string): Result<Entry[]> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("path");
    to.put<string>(path);
    to.endObject();
    return ask<Entry[]>("files.list", to);
  }

  /**
   * Replaces a file by this text, or makes it, as one step: a reader sees the old text or the new
   * one. Its folder must be there. At most 1 MiB. A file that is replaced keeps its permissions and
   * its owner; one that is made is the agent's alone.
   *
   * Grant: `files.write:<path>`.
   */
  export function write(path: string, text: string): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("path");
    to.put<string>(path);
    to.key("text");
    to.put<string>(text);
    to.endObject();
    return ask<Nothing>("files.write", to);
  }

  /**
   * Removes a file. One that is not there is no error.
   *
   * Grant: `files.write:<path>`.
   */
  export function remove(path: string): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("path");
    to.put<string>(path);
    to.endObject();
    return ask<Nothing>("files.remove", to);
  }
}

export namespace process {
  /**
   * Runs a program to its end. Happens once.
   *
   * `program` is an absolute path, or a name that is looked up in the computer's standard folders;
   * there is no shell. It runs outside of the agent, so that a restart of the agent does not end
   * it, and each line that it writes is on the Verbose stream at once. `TimedOut` if it takes
   * longer than `timeout`: it is ended then, with all that it started.
   *
   * Grant: `process:<program>`.
   */
  export function run(
    program: string, args: string[], timeout: Milliseconds, stdin: string | null = null,
  ): Result<Finished> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("program");
    to.put<string>(program);
    to.key("args");
    to.put<string[]>(args);
    to.key("timeout");
    to.put<Milliseconds>(timeout);
    const stdinValue = stdin;
    if (stdinValue !== null) {
      to.key("stdin");
      to.put<string>(stdinValue);
    }
    to.endObject();
    return ask<Finished>("process.run", to);
  }
}

export namespace http {
  /**
   * Sends a request and answers with the response, whatever its status. Happens once.
   *
   * A redirect is a response like any other: whoever follows it needs the grant for its host. A
   * name that a mask with `*` covers must lead to a public address. `TimedOut`, `Unreachable`;
   * `TooLarge` for a body over 1 MiB.
   *
   * `credential` is the name of a credential of the account: the host says it as `Authorization:
   * Basic`, and the grant `assets.read:<name>` is needed, too. See `assets` for secrets in headers,
   * body and URL.
   *
   * Grant: `http:<host>`.
   */
  export function send(
    url: string, method: string, headers: Header[], timeout: Milliseconds, body: string | null = null, credential: string | null = null,
  ): Result<Response> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("url");
    to.put<string>(url);
    to.key("method");
    to.put<string>(method);
    to.key("headers");
    to.put<Header[]>(headers);
    to.key("timeout");
    to.put<Milliseconds>(timeout);
    const bodyValue = body;
    if (bodyValue !== null) {
      to.key("body");
      to.put<string>(bodyValue);
    }
    const credentialValue = credential;
    if (credentialValue !== null) {
      to.key("credential");
      to.put<string>(credentialValue);
    }
    to.endObject();
    return ask<Response>("http.send", to);
  }
}

export namespace assets {
  /**
   * The value of a variable. `NotFound` if the account has none of this name; so for the others.
   *
   * Grant: `assets.read:<name>`.
   */
  export function getVariable(name: string): Result<Variable> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("name");
    to.put<string>(name);
    to.endObject();
    return ask<Variable>("assets.get-variable", to);
  }

  /** Grant: `assets.read:<name>`. */
  export function getCredential(name: string): Result<Credential> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("name");
    to.put<string>(name);
    to.endObject();
    return ask<Credential>("assets.get-credential", to);
  }

  /** Grant: `assets.read:<name>`. */
  export function getCertificate(name: string): Result<Certificate> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("name");
    to.put<string>(name);
    to.endObject();
    return ask<Certificate>("assets.get-certificate", to);
  }

  /** Grant: `assets.read:<name>`. */
  export function getConnection(name: string): Result<Connection> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("name");
    to.put<string>(name);
    to.endObject();
    return ask<Connection>("assets.get-connection", to);
  }

  /**
   * Makes a variable, or gives one another value. One that is secret is refused: what a runbook
   * gives stands in its journal.
   *
   * Grant: `assets.write:<name>`.
   */
  export function setVariable(name: string, value: JsonText): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("name");
    to.put<string>(name);
    to.key("value");
    to.put<JsonText>(value);
    to.endObject();
    return ask<Nothing>("assets.set-variable", to);
  }
}

export namespace records {
  /**
   * Appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a table of
   * your own).
   *
   * Grant: `records.write:<table>`.
   */
  export function append(table: string, rows: JsonText[]): Result<Nothing> {
    const to = new JsonWriter();
    to.beginObject();
    to.key("table");
    to.put<string>(table);
    to.key("rows");
    to.put<JsonText[]>(rows);
    to.endObject();
    return ask<Nothing>("records.append", to);
  }
}
