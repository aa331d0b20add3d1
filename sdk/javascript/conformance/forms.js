// Between the contract's JSON and the SDK's values. They differ in one thing: what the contract has as
// JSON text is a value in the SDK.

import { types } from "../contract.js";
import { BinderyError } from "../bindery.js";

/** The SDK's value of the contract's JSON. */
export function decode(form, value, at) {
  return walk(form, value, (text) => {
    if (typeof text !== "string") {
      throw new BinderyError("InvalidArguments", `\`${at}\`: JSON text must be a string`);
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new BinderyError("InvalidArguments", `\`${at}\`: ${error.message}`);
    }
  });
}

/** The contract's JSON of the SDK's value. */
export function encode(form, value) {
  return walk(form, value, (json) => JSON.stringify(json));
}

/** Applies `change` to all JSON in a value; what is of no such form is left to the SDK. */
function walk(form, value, change) {
  if (value === undefined || (value === null && form !== "json")) {
    return value;
  }
  if (form.endsWith("?")) {
    return walk(form.slice(0, -1), value, change);
  }
  if (form.endsWith("[]")) {
    const item = form.slice(0, -2);
    return Array.isArray(value) ? value.map((it) => walk(item, it, change)) : value;
  }
  if (form === "json") {
    return change(value);
  }
  const fields = types[form]?.record ?? types[form]?.variant;
  if (!fields || typeof value !== "object") {
    return value;
  }
  const changed = ([key, it]) => [key, fields[key] ? walk(fields[key], it, change) : it];
  return Object.fromEntries(Object.entries(value).map(changed));
}
