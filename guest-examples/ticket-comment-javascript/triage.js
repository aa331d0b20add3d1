// What a ticket means. Calls nothing of the host.

/**
 * @typedef {import("../../sdk/javascript/bindery.js").FleetComputer} Computer
 * @typedef {object} Ticket
 * @property {string} id
 * @property {string} title
 * @property {string} [description]
 *
 * @typedef {"High" | "Medium" | "Low"} Severity
 */

/** Words of an outage. */
const URGENT = /\b(down|outage|unreachable|no space|cannot log in|data loss)\b/i;

/**
 * The computer that the ticket is about: of those that it names, the one with the longest name, so that
 * `web-01-db` is not taken for `web-01`.
 *
 * @param {Ticket} ticket
 * @param {Iterable<Computer>} computers
 * @returns {Computer | undefined}
 */
export function subject(ticket, computers) {
  const words = new Set(told(ticket).toLowerCase().split(/[^a-z0-9.-]+/).map((it) => it.replace(/\.$/, "")));
  const named = [...computers].filter((it) => words.has(it.name.toLowerCase()));
  return named.sort((one, other) => other.name.length - one.name.length)[0];
}

/**
 * @param {Ticket} ticket
 * @param {Computer | undefined} computer
 * @returns {Severity}
 */
export function severity(ticket, computer) {
  if (URGENT.test(told(ticket)) || computer?.connected === false) {
    return "High";
  }
  return computer?.compliance === "NonCompliant" ? "Medium" : "Low";
}

/**
 * @param {Ticket} ticket
 * @param {Computer | undefined} computer
 * @param {Severity} urgency
 */
export function comment(ticket, computer, urgency) {
  if (computer === undefined) {
    return `${ticket.id}, ${urgency}: the ticket names no computer of the workspace; ask which one it is about.`;
  }
  const { compliance, connected, lastReport, name } = computer;
  const agent = connected ? "its agent is connected" : `its agent is away, last report ${lastReport ?? "unknown"}`;
  return `${ticket.id}, ${urgency}: ${name}: ${agent}; ${UPDATES[compliance]}.`;
}

const UPDATES = {
  Compliant: "it lacks no updates",
  NonCompliant: "it lacks updates: patch it first, and see whether the fault stays",
  NotAssessed: "nobody knows which updates it lacks: assess it",
};

/** @param {Ticket} ticket */
function told(ticket) {
  return `${ticket.title}\n${ticket.description ?? ""}`;
}
