// Made from sdk/wit by `cargo xtask bless`. Do not edit.

import {
  Action,
  ActionKind,
  Assessment,
  assets,
  Certificate,
  Child,
  ChildStatus,
  Classification,
  clock,
  Compliance,
  Configured,
  ConfigureStatus,
  Connection,
  Credential,
  Entry,
  EntryKind,
  Failure,
  files,
  Filter,
  Finished,
  fleet,
  FleetComputer,
  Header,
  HistoryEntry,
  http,
  InstallResult,
  InstallStatus,
  job,
  JobContext,
  jobs,
  JobStatus,
  JsonReader,
  JsonText,
  Kind,
  LeftOut,
  Milliseconds,
  Nothing,
  OsType,
  Page,
  Pending,
  power,
  process,
  RebootBehavior,
  RebootResult,
  records,
  Response,
  Secret,
  SecretField,
  Some,
  Started,
  stream,
  Target,
  TextFile,
  Timestamp,
  Trigger,
  Update,
  UpdatePlan,
  UpdateResult,
  updates,
  Variable,
  WaitFor,
} from "bindery";
import { answer, invalid, unknown } from "./answers";

/** Makes one call through the SDK; its answer as JSON text. */
export function dispatch(operation: string, from: JsonReader): string {
  if (operation == "job.context") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<JobContext>(job.context());
  }
  if (operation == "job.parameters") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<JsonText>(job.parameters());
  }
  if (operation == "job.remaining") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<Some<Milliseconds> | null>(job.remaining());
  }
  if (operation == "job.result") {
    from.object(["value"]);
    const valueGiven = from.key("value").as<JsonText>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(job.result(valueGiven));
  }
  if (operation == "job.failure") {
    from.object(["error"]);
    const errorGiven = from.key("error").as<Failure>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(job.failure(errorGiven));
  }
  if (operation == "job.checkpoint") {
    from.object(["state"]);
    const stateGiven = from.key("state").as<JsonText>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(job.checkpoint(stateGiven));
  }
  if (operation == "job.restored") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<JsonText | null>(job.restored());
  }
  if (operation == "stream.write") {
    from.object(["kind", "text"]);
    const kindGiven = Kind.read(from.key("kind"));
    const textGiven = from.key("text").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(stream.write(kindGiven, textGiven));
  }
  if (operation == "stream.value") {
    from.object(["value"]);
    const valueGiven = from.key("value").as<JsonText>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(stream.value(valueGiven));
  }
  if (operation == "stream.progress") {
    from.object(["activity", "percent"]);
    const activityGiven = from.key("activity").as<string>();
    const percentGiven = from.key("percent").as<Some<u8> | null>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(stream.progress(activityGiven, percentGiven));
  }
  if (operation == "clock.sleep") {
    from.object(["duration"]);
    const durationGiven = from.key("duration").as<Milliseconds>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(clock.sleep(durationGiven));
  }
  if (operation == "updates.assess") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<Assessment>(updates.assess());
  }
  if (operation == "updates.history") {
    from.object(["limit"]);
    const limitGiven = from.key("limit").as<u32>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<HistoryEntry[]>(updates.history(limitGiven));
  }
  if (operation == "updates.plan") {
    from.object(["updates"]);
    const updatesGiven = from.key("updates").as<string[]>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<UpdatePlan>(updates.plan(updatesGiven));
  }
  if (operation == "power.pending") {
    from.object([]);
    if (from.wrong.length > 0) return invalid(from);
    return answer<Pending>(power.pending());
  }
  if (operation == "updates.download") {
    from.object(["plan"]);
    const planGiven = from.key("plan").as<UpdatePlan>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(updates.download(planGiven));
  }
  if (operation == "updates.install") {
    from.object(["plan", "reserve"]);
    const planGiven = from.key("plan").as<UpdatePlan>();
    const reserveGiven = from.key("reserve").as<Milliseconds>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<InstallResult>(updates.install(planGiven, reserveGiven));
  }
  if (operation == "power.reboot") {
    from.object(["reserve", "reason"]);
    const reserveGiven = from.key("reserve").as<Milliseconds>();
    const reasonGiven = from.key("reason").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<RebootResult>(power.reboot(reserveGiven, reasonGiven));
  }
  if (operation == "fleet.computers") {
    from.object(["filter"]);
    const filterGiven = from.key("filter").as<Filter>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Page>(fleet.computers(filterGiven));
  }
  if (operation == "fleet.computer") {
    from.object(["id"]);
    const idGiven = from.key("id").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<FleetComputer>(fleet.computer(idGiven));
  }
  if (operation == "fleet.configure") {
    from.object(["computers"]);
    const computersGiven = from.key("computers").as<string[]>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Configured[]>(fleet.configure(computersGiven));
  }
  if (operation == "jobs.start") {
    from.object(["runbook", "children"]);
    const runbookGiven = from.key("runbook").as<string>();
    const childrenGiven = from.key("children").as<Child[]>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Started[]>(jobs.start(runbookGiven, childrenGiven));
  }
  if (operation == "jobs.wait") {
    from.object(["jobs", "mode", "timeout"]);
    const jobsGiven = from.key("jobs").as<string[]>();
    const modeGiven = WaitFor.read(from.key("mode"));
    const timeoutGiven = from.key("timeout").as<Some<Milliseconds> | null>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<ChildStatus[]>(jobs.wait(jobsGiven, modeGiven, timeoutGiven));
  }
  if (operation == "jobs.status") {
    from.object(["jobs"]);
    const jobsGiven = from.key("jobs").as<string[]>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<ChildStatus[]>(jobs.status(jobsGiven));
  }
  if (operation == "files.read") {
    from.object(["path"]);
    const pathGiven = from.key("path").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<TextFile>(files.read(pathGiven));
  }
  if (operation == "files.list") {
    from.object(["path"]);
    const pathGiven = from.key("path").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Entry[]>(files.list(pathGiven));
  }
  if (operation == "files.write") {
    from.object(["path", "text"]);
    const pathGiven = from.key("path").as<string>();
    const textGiven = from.key("text").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(files.write(pathGiven, textGiven));
  }
  if (operation == "files.remove") {
    from.object(["path"]);
    const pathGiven = from.key("path").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(files.remove(pathGiven));
  }
  if (operation == "process.run") {
    from.object(["program", "args", "timeout", "stdin"]);
    const programGiven = from.key("program").as<string>();
    const argsGiven = from.key("args").as<string[]>();
    const timeoutGiven = from.key("timeout").as<Milliseconds>();
    const stdinGiven = from.key("stdin").as<string | null>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Finished>(process.run(programGiven, argsGiven, timeoutGiven, stdinGiven));
  }
  if (operation == "http.send") {
    from.object(["url", "method", "headers", "timeout", "body", "credential"]);
    const urlGiven = from.key("url").as<string>();
    const methodGiven = from.key("method").as<string>();
    const headersGiven = from.key("headers").as<Header[]>();
    const timeoutGiven = from.key("timeout").as<Milliseconds>();
    const bodyGiven = from.key("body").as<string | null>();
    const credentialGiven = from.key("credential").as<string | null>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Response>(http.send(urlGiven, methodGiven, headersGiven, timeoutGiven, bodyGiven, credentialGiven));
  }
  if (operation == "assets.get-variable") {
    from.object(["name"]);
    const nameGiven = from.key("name").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Variable>(assets.getVariable(nameGiven));
  }
  if (operation == "assets.get-credential") {
    from.object(["name"]);
    const nameGiven = from.key("name").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Credential>(assets.getCredential(nameGiven));
  }
  if (operation == "assets.get-certificate") {
    from.object(["name"]);
    const nameGiven = from.key("name").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Certificate>(assets.getCertificate(nameGiven));
  }
  if (operation == "assets.get-connection") {
    from.object(["name"]);
    const nameGiven = from.key("name").as<string>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Connection>(assets.getConnection(nameGiven));
  }
  if (operation == "assets.set-variable") {
    from.object(["name", "value"]);
    const nameGiven = from.key("name").as<string>();
    const valueGiven = from.key("value").as<JsonText>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(assets.setVariable(nameGiven, valueGiven));
  }
  if (operation == "records.append") {
    from.object(["table", "rows"]);
    const tableGiven = from.key("table").as<string>();
    const rowsGiven = from.key("rows").as<JsonText[]>();
    if (from.wrong.length > 0) return invalid(from);
    return answer<Nothing>(records.append(tableGiven, rowsGiven));
  }
  return unknown(operation);
}
