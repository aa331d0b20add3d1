// The first look at an alert: what Alertmanager sends to a webhook, and what this computer says of itself,
// become one comment of the ticket.

import { BinderyError, http, job, output } from "../../sdk/javascript/bindery.js";
import { facts } from "./facts.ts";

/** Where comments go. The grant in runbook.toml names the same host. */
const COMMENTS = "https://tickets.example.com/api/comments";
const TIMEOUT = 30_000;
/** A credential of the account: the host says it, and this runbook never sees the password. */
const CREDENTIAL = "Tickets";

/** What Alertmanager sends to a webhook, as far as it is read here. */
export interface Parameters {
  /** Whether any of the alerts still stands. */
  status: "firing" | "resolved";
  /**
   * Those that Alertmanager has put together.
   * @minItems 1
   * @maxItems 100
   */
  alerts: Alert[];
  [more: string]: unknown;
}

export interface Alert {
  status: "firing" | "resolved";
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  [more: string]: unknown;
}

export default function main({ status, alerts }: Parameters): { commented: boolean } {
  if (status === "resolved") {
    output("all of it is resolved: there is nothing to look at");
    return { commented: false };
  }
  const { computerName = "this computer", jobId } = job.context();
  const standing = alerts.filter((alert) => alert.status === "firing").map(title);
  const text = [...standing, `${computerName}:`, ...facts().map((fact) => `- ${fact}`)].join("\n");
  output(text);

  const headers = [
    { name: "content-type", value: "application/json" },
    // The same in whatever worker the job goes on: the ticket system knows a comment that it has.
    { name: "idempotency-key", value: jobId },
  ];
  const response = http.send(COMMENTS, "POST", headers, TIMEOUT, JSON.stringify({ text }), CREDENTIAL);
  if (response.status >= 300) {
    throw new BinderyError("CommentRefused", `the ticket system answers ${response.status}: ${response.body}`);
  }
  return { commented: true };
}

function title({ annotations, labels }: Alert): string {
  return `${labels.alertname ?? "An alert"}: ${annotations?.summary ?? "no summary"}`;
}
