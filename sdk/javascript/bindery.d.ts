/**
 * Write Bindery runbooks in JavaScript or TypeScript.
 *
 * A runbook is a module whose default export is one function. Its parameter is the object of the job's
 * parameters, which the host has held against the schema in `runbook.toml`; what it returns is the
 * job's result, and what it throws is the error with which the job fails.
 *
 * ```js
 * import { output, updates } from "./sdk/bindery.js";
 *
 * export default function report({ bytesMin = 0 }) {
 *   const { missing } = updates.assess();
 *   for (const update of missing.filter((it) => (it.bytes ?? 0) >= bytesMin)) {
 *     output(`${update.title} is missing`);
 *   }
 *   return { missing: missing.length };
 * }
 * ```
 *
 * Every operation waits for its answer, so nothing is a promise. Values are those of the contract's
 * JSON: enums are strings such as `"UpdateRollup"`, times are RFC 3339 text, lengths of time are
 * milliseconds, and what is absent is left out.
 *
 * A runbook imports of the host what it uses, and nothing more: one that never mentions `power` cannot
 * reboot, and its file proves it.
 */

import type { Filter, FleetComputer, Json } from "./operations.js";

export * from "./operations.js";

/**
 * An error with a stable code. Operations throw it; thrown from the runbook it makes the job Failed with
 * this code. Any other error makes the job Failed with `GuestFailed`, and its stack goes to the Error
 * stream.
 *
 * ```js
 * throw new BinderyError("DiskFull", "12 MB are left on /var", { free: 12 });
 * ```
 */
export declare class BinderyError extends Error {
  constructor(code: string, message: string, details?: Json);

  /** For programs: `GrantDenied`, `MaintenanceWindowExceeded`, or a code of your own. */
  readonly code: string;

  /** More, where there is more: for a package manager its own words. */
  readonly details?: Json;
}

/**
 * Writes a line to the Output stream; what is no string is written as JSON.
 *
 * The five functions of this kind throw nothing: a line of more than 1 MiB is left out, and a Warning
 * says so. Use `streams.write` where that matters.
 */
export declare function output(...parts: unknown[]): void;

/** Writes a line to the Warning stream. */
export declare function warning(...parts: unknown[]): void;

/** Writes a line to the Error stream. It does not end the job: throw a `BinderyError` for that. */
export declare function error(...parts: unknown[]): void;

/** Writes a line to the Verbose stream. */
export declare function verbose(...parts: unknown[]): void;

/** Writes a line to the Debug stream. */
export declare function debug(...parts: unknown[]): void;

/**
 * Every computer that `filter` names, asked for page by page. Ids that are no computers of the
 * workspace are left out; `fleet.computers` lists them.
 */
export declare function eachComputer(filter?: Filter): Generator<FleetComputer, void, undefined>;
