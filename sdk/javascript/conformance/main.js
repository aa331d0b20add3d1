// The conformance runbook: makes the calls of its parameters through the SDK's own functions, and
// returns what each answered.

import * as sdk from "../bindery.js";
import { operations } from "../contract.js";
import { decode, encode } from "./forms.js";

export default function conformance({ calls = [] }) {
  const restored = sdk.job.restored();
  return restored === undefined ? { answers: calls.map(answer) } : { answers: [], restored };
}

function answer({ operation, arguments: given = {} }) {
  try {
    return { ok: carryOut(operation, given) ?? null };
  } catch (error) {
    if (!(error instanceof sdk.BinderyError)) {
      throw error;
    }
    const { code, message, details } = error;
    return { error: { code, message, details } };
  }
}

function carryOut(name, given) {
  const operation = operations[name];
  if (operation === undefined) {
    throw new sdk.BinderyError("UnknownOperation", `the SDK has no operation \`${name}\``);
  }
  const { namespace, function: called, parameters, returns } = operation;
  const excess = Object.keys(given).find((it) => !Object.hasOwn(parameters, it));
  if (excess !== undefined) {
    throw new sdk.BinderyError("InvalidArguments", `\`${name}\` has no parameter \`${excess}\``);
  }
  const entries = Object.entries(parameters);
  const values = entries.map(([key, form]) => decode(form, given[key], key));
  const reply = sdk[namespace][called](...values);
  return returns === null ? null : encode(returns, reply);
}
