// Write Bindery runbooks in AssemblyScript. See README.md.

import { Failure, Filter, fleet, job, Kind, Page, records, stream } from "./contract";
import { decode, encode, Json, JsonReader, Some } from "./json";
import { end, milliseconds } from "./host";
import { Nothing, Result } from "./result";

export * from "./contract";
export { decode, encode, Json, JsonKind, JsonReader, JsonWriter, Some } from "./json";
export { fail, Nothing, Result } from "./result";

/** Rows that one call of the host takes. */
const ROWS_MAX = 1_000;

/** The parameters of a runbook that takes none: any object will do. */
export class NoParameters {
  fromJson(_from: JsonReader): void {}
}

/**
 * Runs `main` with the job's parameters; what it returns is the job's result.
 *
 *     export function run(): i32 {
 *       return runbook<Parameters, Summary>(main);
 *     }
 *
 * The job is Failed with `InvalidParameters` if the parameters do not fit `P`.
 */
export function runbook<P, R>(main: (parameters: P) => R): i32 {
  const given = parameters<P>();
  if (isVoid<R>()) {
    main(given);
  } else {
    job.result(encode<R>(main(given))).orFail();
  }
  return 0;
}

/** The job's parameters as a `P`; the runbook ends with `InvalidParameters` if they do not fit. */
function parameters<P>(): P {
  const from = JsonReader.of(Json.parse(job.parameters().orFail()).orFail());
  const given = from.as<P>();
  if (from.wrong.length > 0) {
    const details = `{"field":${encode<string>(from.wrongPlace)}}`;
    end(new Failure("InvalidParameters", `the parameters do not fit: ${from.wrong}`, details));
  }
  return given;
}

/** Writes a line to the Output stream. What the host refuses is not said; `stream.write` tells. */
export function output(text: string): void {
  stream.write(Kind.Output, text);
}

/** Writes a line to the Warning stream. */
export function warning(text: string): void {
  stream.write(Kind.Warning, text);
}

/** Writes a line to the Error stream. */
export function error(text: string): void {
  stream.write(Kind.Error, text);
}

/** Writes a line to the Verbose stream. */
export function verbose(text: string): void {
  stream.write(Kind.Verbose, text);
}

/** Writes a line to the Debug stream. */
export function debug(text: string): void {
  stream.write(Kind.Debug, text);
}

/** Says how far the job is: `percent` from 0 to 100, -1 where nobody knows. */
export function progress(activity: string, percent: i32 = -1): void {
  let known: Some<u8> | null = null;
  if (percent >= 0) known = new Some<u8>(<u8>min(percent, 100));
  stream.progress(activity, known);
}

/** Writes one structured record to Output. */
export function outputValue<T>(value: T): Result<Nothing> {
  return stream.value(encode<T>(value));
}

/** Appends rows, each a class with `@json`, to a table; long lists go in several calls. */
export function appendRows<T>(table: string, rows: T[]): Result<Nothing> {
  for (let from = 0; from < rows.length; from += ROWS_MAX) {
    const page: string[] = [];
    const to = min(from + ROWS_MAX, rows.length);
    for (let i = from; i < to; i++) page.push(encode<T>(rows[i]));
    const appended = records.append(table, page);
    if (!appended.ok) return appended;
  }
  return Result.of<Nothing>(new Nothing());
}

/** All computers that `filter` means, on one page: asks for page after page. */
export function allComputers(filter: Filter = new Filter()): Result<Page> {
  const all = new Page();
  do {
    filter.cursor = all.cursor;
    const asked = fleet.computers(filter);
    if (!asked.ok) return asked;
    const page = asked.orFail();
    all.computers = all.computers.concat(page.computers);
    all.unknown = all.unknown.concat(page.unknown);
    all.cursor = page.cursor;
  } while (all.cursor !== null);
  return Result.of<Page>(all);
}

/**
 * Starts the runbook again from its beginning, with `state` for `restored` and a fresh journal.
 * Does not return; if the host refuses, the runbook ends with its error.
 */
export function checkpoint<S>(state: S): void {
  job.checkpoint(encode<S>(state)).orFail();
}

/** The state of the last `checkpoint` as an `S`; `first` before the first. */
export function restored<S>(first: S): Result<S> {
  const kept = job.restored();
  const error = kept.error;
  if (error !== null) return Result.failed<S>(error);
  const text = kept.orFail();
  return text === null ? Result.of<S>(first) : decode<S>(text);
}

/** The time now, as the contract writes times: RFC 3339 in UTC. It is the job's own clock. */
export function now(): string {
  return new Date(milliseconds()).toISOString();
}

/** Makes milliseconds of seconds. */
export function seconds(count: u64): u64 {
  return count * 1_000;
}

/** Makes milliseconds of minutes. */
export function minutes(count: u64): u64 {
  return count * 60_000;
}

/** Makes milliseconds of hours. */
export function hours(count: u64): u64 {
  return count * 3_600_000;
}
