// What the schema of the parameters is made from, and what is refused, with the toolchain's package; without it it is
// skipped. Run as the other tests.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const SDK = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bindery-"));
after(() => rmSync(folder, { recursive: true }));
cpSync(join(SDK, "template-typescript/tsconfig.json"), join(folder, "tsconfig.json"));

const MODULE = `declare module "acme:triage/api@1.0.0" {
  export interface Parameters { inner: boolean }
  export interface Verdict { reason: string }
  export function judge(text: string): Verdict[];
}`;

/** The properties of the schema of `source`, and what was said; `modules` is what is declared of modules. */
function made(source, modules) {
  rmSync(join(folder, "modules.d.ts"), { force: true });
  if (modules !== undefined) {
    writeFileSync(join(folder, "modules.d.ts"), modules);
  }
  writeFileSync(join(folder, "main.ts"), source);
  const { stderr, stdout } = spawnSync("node", [join(SDK, "schema.mjs"), "main.ts"], { cwd: folder, encoding: "utf8" });
  return { said: stderr, properties: stdout === "" ? undefined : JSON.parse(stdout).properties };
}

const skip = /the package `.*` is not there/.exec(made("").said)?.[0] ?? false;

test("the code may use a module, whether or not it is declared", { skip }, () => {
  const source = `import { judge } from "acme:triage/api@1.0.0";
export interface Parameters { text: string }
export default ({ text }: Parameters) => judge(text).map((it) => it.reason).map(({ length }) => length);`;
  const right = { said: "", properties: { text: { type: "string" } } };
  assert.deepEqual(made(source), right);
  assert.deepEqual(made(source, MODULE), right);
});

test("a type of a module is taken as it is declared", { skip }, () => {
  const source = `import type { Verdict } from "acme:triage/api@1.0.0";
export interface Parameters { reason: Verdict["reason"] }`;
  assert.deepEqual(made(source, MODULE), { said: "", properties: { reason: { type: "string" } } });
});

test("what is wrong with the types is refused with its place", { skip }, () => {
  const imports = 'import type { Verdict } from "acme:triage/api@1.0.0";\n';
  const undeclared = "main.ts:2: the type `Verdict` of a module is not declared: declare it in `modules.d.ts`";
  const rows = [
    [`${imports}export interface Parameters { verdicts: Verdict[] }`, undeclared],
    [`${imports}export interface Parameters extends Verdict { text: string }`, undeclared],
    [`${imports}export type Parameters = Partial<Verdict>;`, undeclared],
    [`${imports}export interface Parameters { text }`, "main.ts:2: Member 'text' implicitly has an 'any' type."],
    ["export interface Parameters { verdict: Verdikt }", "main.ts:1: Cannot find name 'Verdikt'."],
    [
      'import type { Verdict } from "./gone.js";\nexport interface Parameters { verdict: Verdict }',
      "main.ts:1: Cannot find module './gone.js' or its corresponding type declarations.",
    ],
    [
      "export interface Parameters { text: string }\nexport default (it: Parameters) => [].map((it) => it.text);",
      "main.ts:2: Property 'text' does not exist on type 'never'.",
    ],
  ];
  for (const [source, reason] of rows) {
    const said = `error: there is no schema of the type \`Parameters\` of \`main.ts\`: ${reason}\n`;
    assert.deepEqual(made(source), { said, properties: undefined }, source);
  }
});
