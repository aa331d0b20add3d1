// What the codec makes of values. Run with `node --import ./outside.mjs --test tests/` in sdk/javascript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { job, timers } from "../bindery.js";
import { call, lift, lower } from "../codec.js";
import { operations } from "../contract.js";
import { numbers } from "../random.js";

const host = { computers: [], cursor: null, unknown: ["x"] };

test("a call passes what the host takes, and returns the contract's JSON", () => {
  let taken;
  const answer = call("fleet.computers", (filter) => ((taken = filter), host), [{ limit: 5 }]);
  assert.deepEqual(taken, { cursor: null, ids: null, limit: 5, snapshot: null });
  assert.deepEqual(answer, { computers: [], unknown: ["x"] });
});

test("a record that needs nothing may be left out", () => {
  let taken;
  call("fleet.computers", (filter) => ((taken = filter), host), []);
  assert.deepEqual(taken, { cursor: null, ids: null, limit: null, snapshot: null });
});

test("variants, enums and JSON change their form and come back", () => {
  const child = { parameters: { days: 30 }, target: { group: "web" } };
  const lowered = { parameters: '{"days":30}', target: { tag: "group", val: "web" } };
  assert.deepEqual(lower("child", child, "child"), lowered);
  assert.deepEqual(lift("child", lowered), child);
  assert.deepEqual(lower("target", "sandbox", "target"), { tag: "sandbox" });
  assert.equal(lift("target", { tag: "sandbox" }), "sandbox");
  assert.equal(lower("classification", "UpdateRollup", "it"), "update-rollup");
  assert.equal(lift("classification", "update-rollup"), "UpdateRollup");
});

test("a value that does not fit is refused with its place", () => {
  const circle = {};
  circle.circle = circle;
  const rows = [
    ["clock.sleep", [-1], "`duration`: it must be a whole number from 0 to 9007199254740991, and is -1"],
    ["clock.sleep", ["3 h"], "`duration`: it must be a whole number from 0 to 9007199254740991, and is \"3 h\""],
    ["clock.sleep", [], "`duration`: it must be a whole number from 0 to 9007199254740991, and is nothing"],
    ["clock.sleep", [NaN], "`duration`: it must be a whole number from 0 to 9007199254740991, and is NaN"],
    ["jobs.wait", [["a"], "all"], '`mode`: it must be "Any" or "All", and is "all"'],
    ["updates.plan", [["a", 1]], "`updates[1]`: it must be a string, and is 1"],
    [
      "fleet.computers",
      [{ snapshotId: "x" }],
      "`filter`: it must be an object of ids, snapshot, cursor, limit; it has no key `snapshotId`",
    ],
    [
      "jobs.start",
      ["A", [{ parameters: {}, target: "group" }]],
      '`children[0].target`: it must be "sandbox" or { computer: … } or { group: … }, and is "group"',
    ],
    ["records.append", ["T", [() => 1]], "`rows[0]`: it must be a value that JSON can hold, and is a function"],
  ];
  for (const [name, values, message] of rows) {
    assert.throws(() => call(name, () => assert.fail("called"), values), {
      code: "InvalidArguments",
      message: `\`${name}\`: ${message}`,
    });
  }
  assert.throws(() => call("records.append", () => {}, ["T", [circle]]), { code: "InvalidArguments" });
});

test("an error of the host has its code and its details", () => {
  const refuse = (details) => () => {
    throw Object.assign(new Error("[object Object]"), { payload: { code: "X", details, message: "m" } });
  };
  assert.throws(() => call("updates.assess", refuse('{"rc":100}'), []), { code: "X", details: { rc: 100 } });
  assert.throws(() => call("updates.assess", refuse("E: broken"), []), { details: "E: broken", message: "m" });
  assert.throws(() => call("updates.assess", refuse(null), []), { code: "X", name: "BinderyError" });
});

test("outside of a runbook a call is refused", () => {
  assert.throws(() => job.context(), { code: "NotInRunbook" });
  assert.throws(() => timers.sleep(1), { code: "NotInRunbook" });
});

test("every operation has its function", async () => {
  const sdk = await import("../bindery.js");
  for (const { namespace, function: name } of Object.values(operations)) {
    assert.equal(typeof sdk[namespace][name], "function");
  }
});

test("random numbers follow from the seed and are spread", () => {
  const draw = (seed) => Array.from({ length: 1000 }, numbers(seed));
  assert.deepEqual(draw("a"), draw("a"));
  assert.notEqual(draw("a")[0], draw("b")[0]);
  const all = draw("a");
  assert.ok(all.every((it) => it >= 0 && it < 1));
  assert.ok(Math.abs(all.reduce((sum, it) => sum + it, 0) / all.length - 0.5) < 0.05);
});
