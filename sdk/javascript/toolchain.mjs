// The npm packages that `build.mjs` and `schema.mjs` call, and how these refuse.

import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { env, exit } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const SDK = dirname(fileURLToPath(import.meta.url));

/** The versions that the SDK was tried with. */
const VERSIONS = { "componentize-qjs": "0.4.5", rolldown: "1.3.2", "ts-json-schema-generator": "2.4.0" };

/** What the author has to mend: it is told without a stack. */
export class Refusal extends Error {}

/** Runs `work`; what it throws ends the program. */
export async function refusing(work) {
  try {
    await work();
  } catch (error) {
    console.error(`error: ${error instanceof Refusal ? error.message : (error.stack ?? error)}`);
    exit(1);
  }
}

/**
 * A package of the toolchain: the project's own, one of NODE_PATH, or one beside a folder of the PATH. If it is not
 * there, all that are `wanted` are named with it.
 */
export async function toolchain(name, wanted) {
  const beside = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const folders = beside.flatMap((it) => [join(it, "../node"), join(it, "../lib"), join(it, "..")]);
  for (const folder of [resolve("."), SDK, ...folders]) {
    try {
      const require = createRequire(join(folder, "package.json"));
      return await import(pathToFileURL(require.resolve(name)).href);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") {
        throw error;
      }
    }
  }
  const install = wanted.map((it) => `${it}@${VERSIONS[it]}`).join(" ");
  throw new Refusal(
    `the package \`${name}\` is not there: install it with \`npm install --save-dev ${install}\`, or put ` +
      "the folder that `cargo xtask toolchains` prints into the PATH",
  );
}
