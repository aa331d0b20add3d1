// Write Bindery runbooks in JavaScript or TypeScript: what an author imports. See bindery.d.ts for
// the documentation.

import { fleet, streams } from "./operations.js";

export { BinderyError } from "./failure.js";
export {
  assets,
  assetsAdmin,
  children,
  files,
  filesAdmin,
  fleet,
  fleetAdmin,
  http,
  installer,
  job,
  power,
  process,
  records,
  streams,
  timers,
  updates,
} from "./operations.js";

export const output = (...parts) => say("Output", parts);
export const warning = (...parts) => say("Warning", parts);
export const error = (...parts) => say("Error", parts);
export const verbose = (...parts) => say("Verbose", parts);
export const debug = (...parts) => say("Debug", parts);

/** Writes one line; what is refused is not said. */
function say(kind, parts) {
  try {
    streams.write(kind, parts.map(word).join(" "));
  } catch {
    // The host says what it left out.
  }
}

function word(part) {
  if (typeof part === "string") {
    return part;
  }
  if (part instanceof Error) {
    return `${part.name}: ${part.message}`;
  }
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}

/** @returns {Generator<import("./operations.js").FleetComputer>} */
export function* eachComputer(filter = {}) {
  let cursor = filter.cursor;
  do {
    const page = fleet.computers({ ...filter, cursor });
    yield* page.computers;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
