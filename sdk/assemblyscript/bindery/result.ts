// What an operation comes to. AssemblyScript has no exceptions: an error is a value here, and a
// runbook that cannot go on without the value ends with that error.

import { Failure } from "./contract";
import { encode, JsonWriter } from "./json";
import { end } from "./host";

/** A value, or the error why there is none. */
export class Result<T> {
  /** Why there is no value; null if there is one. */
  error: Failure | null = null;

  private constructor(private readonly value: T) {}

  static of<T>(value: T): Result<T> {
    return new Result<T>(value);
  }

  static failed<T>(error: Failure): Result<T> {
    // Nobody reads the value of a result with an error.
    let result: Result<T>;
    if (isReference<T>()) {
      result = new Result<T>(changetype<T>(<usize>0));
    } else {
      result = new Result<T>(<T>0);
    }
    result.error = error;
    return result;
  }

  /** Whether there is a value. */
  get ok(): bool {
    return this.error === null;
  }

  /** The value; without one the runbook ends here, and its job is Failed with the error. */
  orFail(): T {
    const error = this.error;
    if (error !== null) end(error);
    return this.value;
  }

  /** The value, or `other` without one. */
  or(other: T): T {
    return this.ok ? this.value : other;
  }

  toJson(to: JsonWriter): void {
    to.raw(encode<T>(this.orFail()));
  }
}

/** The value of an operation that has none. */
export class Nothing {
  fromJson(_from: JsonReader): void {}

  toJson(to: JsonWriter): void { to.raw("null"); }
}

/** Ends the runbook: its job is Failed with this error. `details` is JSON text, as of `encode`. */
export function fail(code: string, message: string, details: string | null = null): void {
  end(new Failure(code, message, details));
}
