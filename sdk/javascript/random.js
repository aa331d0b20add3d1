// Random numbers of the job. Those of the engine were drawn when the runbook was built, so each job
// would have the same.

import { job } from "./operations.js";

/** From 0 to below 1. A job that is fed its journal again has the same numbers again. */
export function numbers(seed) {
  let state = 0;
  for (const char of seed) {
    state = (Math.imul(state, 31) + char.codePointAt(0)) >>> 0;
  }
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  return () => (next() * 0x200000 + (next() >>> 11)) / 2 ** 53;
}

/** Puts them in the place of the engine's; the seed is asked for when the first number is. */
export function install() {
  let random;
  Math.random = () => {
    random ??= numbers(job.context().jobId);
    return random();
  };
}
