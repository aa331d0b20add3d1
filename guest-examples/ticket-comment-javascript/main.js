// Writes the first comment of a ticket: how urgent it is, which computer it is about, and whether that
// computer lacks updates. Changes nothing but its own table.

import { BinderyError, eachComputer, job, output, records, warning } from "../../sdk/javascript/bindery.js";
import { comment, severity, subject } from "./triage.js";

/** @param {import("./triage.js").Ticket} ticket The parameters, such as a webhook passes on. */
export default function main(ticket) {
  const computer = subject(ticket, eachComputer());
  if (computer === undefined) {
    warning(`${ticket.id} names no computer of the workspace`);
  }
  const urgency = severity(ticket, computer);
  const text = comment(ticket, computer, urgency);
  try {
    records.append("TicketComment", [
      { Computer: computer?.name, Severity: urgency, Text: text, Ticket: ticket.id, Trigger: job.context().trigger },
    ]);
  } catch (error) {
    if (error instanceof BinderyError && error.code === "GrantDenied") {
      throw new BinderyError("GrantDenied", `${ticket.id} gets no comment: ${error.message}`);
    }
    throw error;
  }
  output(text);
  return { computer: computer?.id, severity: urgency, text };
}
