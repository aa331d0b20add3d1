// The one error of a runbook: what the host refused, and what the runbook itself reports.

export class BinderyError extends Error {
  constructor(code, message, details) {
    super(message);
    this.name = "BinderyError";
    this.code = code;
    if (details !== undefined) {
      this.details = details;
    }
  }
}

/** What the host threw, as an error of ours. */
export function raised(thrown) {
  const payload = thrown?.payload;
  if (typeof payload?.code !== "string") {
    return thrown;
  }
  return new BinderyError(payload.code, payload.message, parsed(payload.details));
}

/** Details are JSON by the contract; text that is none stays text. */
function parsed(details) {
  if (details === null || details === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(details);
  } catch {
    return details;
  }
}
