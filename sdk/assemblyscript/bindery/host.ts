// The border to the host: `bindery_v1`, and what of WASI a runbook needs. Nothing else of the SDK
// calls out of the module.

import { Failure } from "./contract";
import { decode, encode, Json, JsonReader } from "./json";
import { Result } from "./result";

@external("bindery_v1", "call")
declare function hostCall(
  operation: usize, operationLength: i32, given: usize, givenLength: i32,
): i64;

@external("bindery_v1", "read")
declare function hostRead(to: usize, offset: i32, length: i32): i32;

@external("wasi_snapshot_preview1", "proc_exit")
declare function exit(code: i32): void;

@external("wasi_snapshot_preview1", "clock_time_get")
declare function clockTime(clock: i32, precision: i64, to: usize): i32;

@external("wasi_snapshot_preview1", "random_get")
declare function random(to: usize, length: i32): i32;

/** The answer of the host: JSON text. */
class Answer {
  constructor(readonly text: string, readonly refused: bool) {}
}

/** Carries out an operation. `given` is a JSON object. */
function call(operation: string, given: string): Answer {
  const replace = String.UTF8.ErrorMode.REPLACE;
  const name = String.UTF8.encode(operation, false, replace);
  const bytes = String.UTF8.encode(given, false, replace);
  const length = hostCall(
    changetype<usize>(name), name.byteLength, changetype<usize>(bytes), bytes.byteLength,
  );
  const answer = new ArrayBuffer(<i32>(length < 0 ? -length : length));
  hostRead(changetype<usize>(answer), 0, answer.byteLength);
  return new Answer(String.UTF8.decode(answer), length < 0);
}

/** Carries out an operation whose answer is a `T`. */
export function ask<T>(operation: string, given: JsonWriter): Result<T> {
  const answer = call(operation, given.text());
  if (answer.refused) return Result.failed<T>(decode<Failure>(answer.text).orFail());
  return decode<T>(answer.text);
}

/** Ends the runbook: its job is Failed with this error. */
export function end(error: Failure): void {
  call("job.failure", `{"error":${encode<Failure>(error)}}`);
  exit(1);
}

let aborting: bool = false;

/** What the compiler calls where a program cannot go on: `throw`, an index out of range. */
export function abort(
  message: string | null, file: string | null, line: u32, column: u32,
): void {
  // Without memory even this cannot be said; then the module traps, and the host knows of it.
  if (aborting) unreachable();
  aborting = true;
  const what = message === null ? "the runbook aborted" : message;
  const where = file === null ? "" : ` (${file}:${line}:${column})`;
  say("Error", what + where);
  end(new Failure("GuestFailed", what + where));
}

/** Writes one record of text; what is refused is not said. */
export function say(kind: string, text: string): void {
  call("stream.write", `{"kind":"${kind}","text":${encode<string>(text)}}`);
}

export function trace(
  message: string, n: i32 = 0, a0: f64 = 0, a1: f64 = 0, a2: f64 = 0, a3: f64 = 0, a4: f64 = 0,
): void {
  const numbers = [a0, a1, a2, a3, a4].slice(0, n);
  say("Debug", n == 0 ? message : `${message} ${numbers.join(", ")}`);
}

export function seed(): f64 {
  random(changetype<usize>(place), 8);
  return reinterpret<f64>(load<u64>(changetype<usize>(place)));
}

/** Milliseconds since 1970, on the job's own clock. */
export function milliseconds(): i64 {
  clockTime(0, 1, changetype<usize>(place));
  return <i64>(load<u64>(changetype<usize>(place)) / 1_000_000);
}

const place: ArrayBuffer = new ArrayBuffer(8);

/** The standard class on the job's own clock. */
export class JobDate extends Date {
  static now(): i64 {
    return milliseconds();
  }
}

/** The standard names for the streams. */
export namespace console {
  export function log(message: string = ""): void { say("Output", message); }

  export function info(message: string = ""): void { say("Output", message); }

  export function warn(message: string = ""): void { say("Warning", message); }

  export function error(message: string = ""): void { say("Error", message); }

  export function debug(message: string = ""): void { say("Debug", message); }

  export function assert<T>(condition: T, message: string = ""): void {
    if (!condition) say("Error", "Assertion failed: " + message);
  }
}
