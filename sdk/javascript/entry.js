// From the world's `run` to the author's function and back. The build puts this around a runbook.

import { debug, error, output, warning } from "./bindery.js";
import { BinderyError } from "./failure.js";
import { job } from "./operations.js";
import { install as installRandom } from "./random.js";

// The engine has no console.
globalThis.console ??= { debug, error, info: output, log: output, trace: debug, warn: warning };
installRandom();

/** Runs `main` with the job's parameters; the result as JSON text, nothing if there is none. */
export function start(main) {
  try {
    return rendered(main(job.parameters()));
  } catch (thrown) {
    throw failure(thrown);
  }
}

function rendered(result) {
  if (typeof result?.then === "function") {
    const message =
      "the runbook returned a promise: write it without `async`, for its calls simply wait";
    throw new BinderyError("GuestFailed", message);
  }
  if (result === undefined || result === null) {
    return null;
  }
  const text = JSON.stringify(result);
  if (text === undefined) {
    throw new BinderyError("GuestFailed", `the result is a ${typeof result}, which JSON cannot hold`);
  }
  return text;
}

/** What was thrown, as the host takes it. */
function failure(thrown) {
  if (thrown instanceof BinderyError) {
    return { code: String(thrown.code), message: thrown.message, details: written(thrown.details) };
  }
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `${thrown}`;
  const stack = String(thrown?.stack ?? "").trimEnd();
  error(stack ? `${message}\n${stack}` : message);
  return { code: "GuestFailed", message, details: null };
}

function written(details) {
  try {
    return JSON.stringify(details) ?? null;
  } catch {
    return JSON.stringify(String(details));
  }
}
