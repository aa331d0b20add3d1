// The answers of the conformance guest, as JSON text.

import { encode, Failure, JsonReader, Result } from "bindery";

/** What an operation came to. */
export function answer<T>(result: Result<T>): string {
  const error = result.error;
  if (error !== null) return refused(error);
  return `{"ok":${encode<T>(result.orFail())}}`;
}

/** Arguments that cannot be decoded. */
export function invalid(from: JsonReader): string {
  return refused(new Failure("InvalidArguments", from.wrong));
}

/** An operation that the SDK does not have. */
export function unknown(operation: string): string {
  return refused(new Failure("UnknownOperation", `there is no operation \`${operation}\``));
}

function refused(error: Failure): string {
  return `{"error":${encode<Failure>(error)}}`;
}
