// What a computer says of itself. Changes nothing.

import { BinderyError, process, updates } from "../../sdk/javascript/bindery.js";

const RECENT = 3;
const TIMEOUT = 10_000;

/** A line for each thing that is worth knowing; what cannot be found out is a line, too. */
export function facts(): string[] {
  return [failedUnits, lastChanges, pendingReboot].flatMap((fact) => {
    try {
      return fact();
    } catch (error) {
      // A job that is stopped, or too late, does not go on; without one of its facts it does.
      if (!(error instanceof BinderyError) || ["JobStopping", "DeadlinePassed"].includes(error.code)) {
        throw error;
      }
      return [`not known: ${error.message}`];
    }
  });
}

function failedUnits(): string[] {
  const listed = process.run("systemctl", ["list-units", "--failed", "--plain", "--no-legend"], TIMEOUT);
  if (listed.code !== 0) {
    throw new BinderyError("NoUnits", `systemctl ends with ${listed.code}: ${listed.stderr.trim()}`);
  }
  const units = listed.stdout.split("\n").flatMap((line) => line.trim().split(/\s+/, 1)).filter(Boolean);
  return units.map((unit) => `the unit ${unit} has failed`);
}

function lastChanges(): string[] {
  return updates.history(RECENT).map(({ actions, endedAt, startedAt }) => {
    const what = actions.map((action) => `${action.package} ${action.to ?? "removed"}`).join(", ");
    return `changed at ${endedAt ?? startedAt}: ${what}`;
  });
}

function pendingReboot(): string[] {
  const { pending, reasons } = updates.pendingReboot();
  return pending ? [`a reboot is pending: ${reasons.join(", ")}`] : [];
}
