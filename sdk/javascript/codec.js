// Between the values of an author and those of the host, by the forms of contract.js.
//
// Authors have the contract's JSON: enums in PascalCase, `{ group: "web" }`, what is absent left out,
// and JSON itself as a value. The host has kebab-case, `{ tag, val }`, null, and JSON as text. What
// does not fit is refused here: the engine underneath would end the whole job.

import { operations, types } from "./contract.js";
import { BinderyError, raised } from "./failure.js";

const WHOLE = { u8: 0xff, u32: 0xffffffff, u64: Number.MAX_SAFE_INTEGER };

/** Calls one operation of the host. */
export function call(name, host, values) {
  const { parameters, returns } = operations[name];
  const lowered = Object.entries(parameters).map(([key, form], at) => {
    const value = values[at] ?? empty(form);
    return refusing(name, () => lower(form, value, key));
  });
  if (typeof host !== "function") {
    throw new BinderyError("NotInRunbook", "the host can be called only from a runbook that runs");
  }
  let answer;
  try {
    answer = host(...lowered);
  } catch (error) {
    throw raised(error);
  }
  return returns === null ? undefined : lift(returns, answer);
}

/** The value of a parameter that is left out: a record that needs nothing is `{}`. */
function empty(form) {
  const fields = types[form]?.record;
  const needsNothing = fields && Object.values(fields).every((it) => it.endsWith("?"));
  return needsNothing ? {} : undefined;
}

/** Runs `work`; a value that does not fit becomes `InvalidArguments`. */
export function refusing(name, work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Misfit)) {
      throw error;
    }
    throw new BinderyError("InvalidArguments", `\`${name}\`: ${error.message}`);
  }
}

/** A value of the author as the host takes it. */
export function lower(form, value, at) {
  if (form.endsWith("?")) {
    return absent(value) ? null : lower(form.slice(0, -1), value, at);
  }
  if (form.endsWith("[]")) {
    if (!Array.isArray(value)) {
      throw new Misfit(at, "an array", value);
    }
    return value.map((item, index) => lower(form.slice(0, -2), item, `${at}[${index}]`));
  }
  if (form === "json") {
    return text(value, at);
  }
  if (form in WHOLE) {
    if (!Number.isInteger(value) || value < 0 || value > WHOLE[form]) {
      throw new Misfit(at, `a whole number from 0 to ${WHOLE[form]}`, value);
    }
    return value;
  }
  if (form === "string" || form === "bool") {
    if (typeof value !== (form === "bool" ? "boolean" : form)) {
      throw new Misfit(at, form === "bool" ? "true or false" : "a string", value);
    }
    return value;
  }
  const type = types[form];
  if (type.alias) {
    return lower(type.alias, value, at);
  }
  if (type.enum) {
    if (typeof value !== "string" || !Object.hasOwn(type.enum, value)) {
      throw new Misfit(at, oneOf(Object.keys(type.enum).map((it) => `"${it}"`)), value);
    }
    return type.enum[value];
  }
  return type.record ? lowerRecord(type.record, value, at) : lowerVariant(type.variant, value, at);
}

function lowerRecord(fields, value, at) {
  if (!isObject(value)) {
    throw new Misfit(at, "an object", value);
  }
  const excess = Object.keys(value).find((it) => !Object.hasOwn(fields, it) && !absent(value[it]));
  if (excess !== undefined) {
    throw new Misfit(at, `an object of ${Object.keys(fields).join(", ")}; it has no key \`${excess}\``);
  }
  const entries = Object.entries(fields);
  const lowered = entries.map(([key, form]) => [key, lower(form, value[key], `${at}.${key}`)]);
  return Object.fromEntries(lowered);
}

function lowerVariant(cases, value, at) {
  const tag = isObject(value) && Object.keys(value).length === 1 ? Object.keys(value)[0] : value;
  const known = typeof tag === "string" && Object.hasOwn(cases, tag);
  if (!known || (cases[tag] === null) !== (tag === value)) {
    const shown = ([name, form]) => (form === null ? `"${name}"` : `{ ${name}: … }`);
    throw new Misfit(at, oneOf(Object.entries(cases).map(shown)), value);
  }
  if (cases[tag] === null) {
    return { tag };
  }
  return { tag, val: lower(cases[tag], value[tag], `${at}.${tag}`) };
}

/** A value of the host as authors have it. */
export function lift(form, value) {
  if (form.endsWith("?")) {
    return absent(value) ? undefined : lift(form.slice(0, -1), value);
  }
  if (form.endsWith("[]")) {
    return value.map((item) => lift(form.slice(0, -2), item));
  }
  if (form === "json") {
    return JSON.parse(value);
  }
  const type = types[form];
  if (type?.alias) {
    return lift(type.alias, value);
  }
  if (type?.enum) {
    return Object.keys(type.enum).find((it) => type.enum[it] === value);
  }
  if (type?.variant) {
    const carried = type.variant[value.tag];
    return carried === null ? value.tag : { [value.tag]: lift(carried, value.val) };
  }
  if (type?.record) {
    const lifted = Object.entries(type.record).map(([key, it]) => [key, lift(it, value[key])]);
    return Object.fromEntries(lifted.filter(([, it]) => it !== undefined));
  }
  return value;
}

/** A value as JSON text. */
function text(value, at) {
  let json;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new Misfit(at, `a value that JSON can hold (${error.message})`, typeof value);
  }
  if (json === undefined) {
    throw new Misfit(at, "a value that JSON can hold", value);
  }
  return json;
}

class Misfit extends Error {
  constructor(at, wanted, ...value) {
    const is = value.length > 0 ? `, and is ${shown(value[0])}` : "";
    super(`\`${at}\`: it must be ${wanted}${is}`);
  }
}

function shown(value) {
  if (absent(value)) {
    return "nothing";
  }
  if (typeof value === "number") {
    return String(value);
  }
  let json;
  try {
    json = JSON.stringify(value);
  } catch {
    // Shown by its type.
  }
  return json === undefined ? `a ${typeof value}` : json.slice(0, 60);
}

function oneOf(names) {
  return names.join(" or ");
}

function absent(value) {
  return value === undefined || value === null;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
