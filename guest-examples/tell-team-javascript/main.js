// Tells the team in its chat which computers lack security updates. How a chat is spoken to is the
// business of a module, which is written in another language; what the chat's secret is, nobody's here.

import { send } from "bindery:notifications/notifications@0.1.0";
import { BinderyError, eachComputer, output } from "../../sdk/javascript/bindery.js";

/** @param {{ connection: string }} parameters */
export default function main({ connection }) {
  const lacking = [...eachComputer()].filter((it) => it.compliance === "NonCompliant").map((it) => it.name);
  const text = lacking.length === 0 ? "Every computer has its updates." : `These lack updates: ${lacking.join(", ")}.`;
  try {
    send(connection, { title: "Updates", text, severity: lacking.length === 0 ? "info" : "warning" });
  } catch (error) {
    const { code, message } = error.payload ?? error;
    throw new BinderyError(code, message);
  }
  output(text);
  return { lacking };
}
