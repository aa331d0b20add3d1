// For tests of a runbook's logic in Node.js: `node --import ./sdk/outside.mjs --test`.
//
// There is no host there: its interfaces are empty, and each call of an operation throws
// `NotInRunbook`.

import { register } from "node:module";

const hooks = `
export async function resolve(specifier, context, next) {
  return specifier.startsWith("bindery:") ? { shortCircuit: true, url: specifier } : next(specifier, context);
}

export async function load(url, context, next) {
  const empty = { format: "module", shortCircuit: true, source: "export {};" };
  return url.startsWith("bindery:") ? empty : next(url, context);
}
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
