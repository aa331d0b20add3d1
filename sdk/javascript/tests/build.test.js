// What the build refuses, with the toolchain's packages; without them it is skipped. Run as the other tests.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const SDK = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bindery-"));
after(() => rmSync(folder, { recursive: true }));

/** Builds `source` for a world of these interfaces; the exit code, and what was said. */
function built(source, interfaces = ["job", "streams", "update-inventory"]) {
  const imports = interfaces.map((it) => `    import ${it};\n`).join("");
  const run = "    export run: func() -> result<option<json>, error>;\n";
  const world = `package bindery:runbook@0.1.0;\n\nworld runbook {\n    use types.{error, json};\n${imports}${run}}\n`;
  rmSync(join(folder, "wit"), { force: true, recursive: true });
  mkdirSync(join(folder, "wit"));
  for (const file of ["types.wit", "updates.wit", "fleet.wit", "computer.wit"]) {
    cpSync(join(SDK, "../wit", file), join(folder, "wit", file));
  }
  writeFileSync(join(folder, "wit/world.wit"), world);
  writeFileSync(join(folder, "main.js"), source.replace("SDK", join(SDK, "bindery.js")));
  const made = spawnSync("node", [join(SDK, "build.mjs"), "main.js"], { cwd: folder, encoding: "utf8" });
  return { said: made.stderr, status: made.status };
}

const skip = /the package `.*` is not there/.exec(built("").said)?.[0] ?? false;

test("what is right is built, and interfaces that are not used need not be there", { skip }, () => {
  const source = 'import { output, updates } from "SDK";\nexport default () => output(updates.assess());';
  assert.deepEqual(built(source), { said: "", status: 0 });
});

test("the example of the README is built", { skip }, () => {
  const [, source] = /```js\n(.*?)```/s.exec(readFileSync(join(SDK, "README.md"), "utf8"));
  const made = built(source.replace("./sdk/bindery.js", "SDK"), ["job", "streams", "http"]);
  assert.deepEqual(made, { said: "", status: 0 });
});

test("what an import of a module lacks is said", { skip }, () => {
  const source = 'import { judge } from "acme:triage/api@1.0.0"; export default () => judge();';
  const fetching = "`mkdir -p wit/deps && bindery module wit NAME > wit/deps/triage.wit`";
  const unnamed =
    "error: the runbook imports `acme:triage/api@1.0.0` of a module, and runbook.toml does not: add " +
    '"acme:triage/api@1.0.0" to `imports` in the table `build`, and put the module\'s WIT into `wit/deps` with ' +
    `${fetching}\n`;
  assert.deepEqual(built(source), { said: unnamed, status: 1 });
  const withoutWit =
    "error: the package `acme:triage@1.0.0` is not in `wit/deps`: correct its name and version in `imports` of " +
    `runbook.toml, or put the module's WIT there with ${fetching}\n`;
  assert.deepEqual(built(source, ["job", "streams", "acme:triage/api@1.0.0"]), { said: withoutWit, status: 1 });
});

test("what cannot be is refused with its reason", { skip }, () => {
  const rows = [
    ['import { power } from "SDK"; export default () => power.reboot(0, "x");', 'add "power.reboot" to `grants`'],
    ['import { eachComputer } from "SDK"; export default () => [...eachComputer()];', '"fleet.read"'],
    ["export function main() {}", "`main.js` has no default export"],
    ['import { readFileSync } from "node:fs"; export default () => readFileSync("x");', "a module of Node.js"],
    ['import os from "os"; export default () => os.arch();', "imports `os`, a module of Node.js"],
    ['import it from "left-pad"; export default () => it;', "correct the name, or install the package"],
    ['import { outptu } from "SDK"; export default () => outptu("x");', '"outptu" is not exported'],
    ["export default () => (", "PARSE_ERROR"],
  ];
  for (const [source, reason] of rows) {
    const { said, status } = built(source);
    assert.equal(status, 1, source);
    assert.ok(said.startsWith("error: ") && said.includes(reason), `${source}: ${said}`);
    assert.ok(!said.includes("    at "), `a stack is told: ${said}`);
  }
});
