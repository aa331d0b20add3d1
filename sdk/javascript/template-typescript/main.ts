// Says which updates this computer lacks.

import { output, updates, warning } from "./sdk/bindery.js";

/** The parameters of the job; their schema is made from this type. */
export interface Parameters {
  /**
   * Name so many of them at most.
   * @default 10
   * @minimum 1
   * @asType integer
   */
  most?: number;
}

/** The runbook: its parameter is the job's parameters, its result the job's result. */
export default function main({ most = 10 }: Parameters): { missing: number } {
  const { missing } = updates.assess();
  for (const update of missing.slice(0, most)) {
    output(update.title);
  }
  if (missing.length > most) {
    warning(`${missing.length - most} more`);
  }
  return { missing: missing.length };
}
