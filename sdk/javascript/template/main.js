// Says which updates this computer lacks.

import { output, updates, warning } from "./sdk/bindery.js";

/**
 * The runbook: its parameter is the job's parameters, its result the job's result.
 *
 * @param {object} parameters
 * @param {number} [parameters.most] Name so many of them at most.
 */
export default function main({ most = 10 }) {
  const { missing } = updates.assess();
  for (const update of missing.slice(0, most)) {
    output(update.title);
  }
  if (missing.length > most) {
    warning(`${missing.length - most} more`);
  }
  return { missing: missing.length };
}
