// Run with `node --test tests/`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { comment, severity, subject } from "../triage.js";

/** @param {string} name */
const computer = (name, more = {}) =>
  ({ compliance: "Compliant", connected: true, id: name, name, worker: true, ...more });
/** @param {string} title */
const ticket = (title) => ({ id: "INC-1", title });

test("the longest name that stands in the ticket as a word is its subject", () => {
  const fleet = [computer("web-01"), computer("web-01-db"), computer("we")];
  const rows = [
    ["WEB-01 is slow.", "web-01"],
    ["web-01, web-01-db: slow", "web-01-db"],
    ["slow on web-01.", "web-01"],
    ["we", "we"],
    ["web-012 is slow", undefined],
  ];
  for (const [title, name] of rows) {
    assert.equal(subject(ticket(title), fleet)?.name, name, title);
  }
});

test("an outage and a computer that is away are urgent, missing updates less so", () => {
  assert.equal(severity(ticket("shop is down"), undefined), "High");
  assert.equal(severity(ticket("slow"), computer("a", { connected: false })), "High");
  assert.equal(severity(ticket("slow"), computer("a", { compliance: "NonCompliant" })), "Medium");
  assert.equal(severity(ticket("countdown is wrong"), computer("a")), "Low");
});

test("the comment says what to do", () => {
  assert.match(comment(ticket("x"), computer("a", { compliance: "NonCompliant" }), "Medium"), /patch it first/);
  assert.match(comment(ticket("x"), undefined, "Low"), /ask which one/);
});
