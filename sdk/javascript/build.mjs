// Builds a runbook: `node sdk/build.mjs SOURCE.js [RUNBOOK.wasm]`, in the project's folder.
//
// Rolldown makes one module of the source and all that it imports, and takes the types out of
// TypeScript; what is not used of the SDK falls away. componentize-qjs puts it and QuickJS into a
// component. Nothing is fetched.

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { operations } from "./contract.js";
import { INTERFACE, fetching } from "./modules.mjs";
import { Refusal, refusing, toolchain } from "./toolchain.mjs";

const SDK = dirname(fileURLToPath(import.meta.url));
const WIT = "wit";
const WORLD = "runbook";

/** The packages of a build. */
const PACKAGES = ["componentize-qjs", "rolldown"];

const [source, output = "runbook.wasm"] = argv.slice(2);
await refusing(build);

async function build() {
  if (source === undefined) {
    throw new Refusal("name the source: node sdk/build.mjs SOURCE.js [RUNBOOK.wasm]");
  }
  if (!existsSync(source)) {
    throw new Refusal(`there is no file \`${source}\``);
  }
  const granted = worldInterfaces();
  const { rolldown } = await toolchain("rolldown", PACKAGES);
  const { componentize } = await toolchain("componentize-qjs", PACKAGES);
  const chunk = await bundle(rolldown);
  checkImports(chunk, granted);
  writeFileSync(output, await component(componentize, chunk));
}

/** What the narrowed world imports: interfaces of the host by their name, those of modules in full. */
function worldInterfaces() {
  const files = existsSync(WIT) ? readdirSync(WIT).filter((it) => it.endsWith(".wit")) : [];
  const texts = files.map((it) => readFileSync(join(WIT, it), "utf8"));
  const world = texts.find((it) => new RegExp(`^\\s*world ${WORLD} \\{`, "m").test(it));
  if (world === undefined) {
    throw new Refusal(
      `there is no world \`${WORLD}\` in \`${WIT}\`: build with \`bindery runbook build\`, which writes it ` +
        'there if runbook.toml has `wit = "wit"` under [build]',
    );
  }
  const imports = [...world.matchAll(/^\s*import ([^;\s]+);/gm)];
  return new Set(imports.map(([, name]) => name));
}

/** One module of the source and the SDK. */
async function bundle(rolldown) {
  const entry = "\0bindery-entry";
  const paths = { entry: join(SDK, "entry.js"), main: resolve(source) };
  const code = `import { start } from ${JSON.stringify(paths.entry)};
import main from ${JSON.stringify(paths.main)};
export const run = () => start(main);`;
  const build = await failing(() =>
    rolldown({
      external: INTERFACE,
      input: entry,
      logLevel: "silent",
      platform: "neutral",
      resolve: { mainFields: ["module", "main"] },
      plugins: [
        {
          load: (id) => (id === entry ? { code, moduleType: "js" } : null),
          name: "bindery",
          resolveId: (id, importer) => known(id, importer, entry),
        },
      ],
      // An interface of the host that is imported and not used has no effect.
      treeshake: { moduleSideEffects: "no-external" },
    }),
  );
  const { output: made } = await failing(() => build.generate({ format: "es" }));
  await build.close();
  return made[0];
}

/** Names the modules of Node.js, which no runbook has. */
function known(id, importer, entry) {
  if (id.startsWith("node:") || createRequire(import.meta.url).resolve.paths(id) === null) {
    throw new Refusal(
      `${relative(".", importer)} imports \`${id}\`, a module of Node.js: a runbook has no files, network or ` +
        "processes of its own; it calls the host through the SDK",
    );
  }
  return id === entry ? id : null;
}

/** Runs `work`; what rolldown has to say is for the author, and its stack is not. */
async function failing(work) {
  try {
    return await work();
  } catch (error) {
    const message = error.errors?.map((it) => it.message).join("\n") ?? error.message;
    if (message.includes("[MISSING_EXPORT]") && message.includes('"default"')) {
      throw new Refusal(
        `\`${source}\` has no default export: begin the runbook with \`export default function\``,
      );
    }
    throw new Refusal(message);
  }
}

/** Refuses what the bundle imports of the host and the world does not have. */
function checkImports(chunk, granted) {
  // Rolldown's own list also has those that fell away.
  const left = chunk.imports.filter((it) => chunk.code.includes(` from "${it}";`));
  for (const specifier of left) {
    const name = /^bindery:runbook\/([a-z-]+)@/.exec(specifier)?.[1];
    if (granted.has(name) || granted.has(specifier)) {
      continue;
    }
    const operation = Object.values(operations).find((it) => it.interface === name);
    if (operation?.grant) {
      throw new Refusal(
        `the runbook uses \`${operation.namespace}\`, and runbook.toml does not ask for its grant: add ` +
          `"${operation.grant}" to \`grants\`, or leave it out`,
      );
    }
    const [, module] = INTERFACE.exec(specifier) ?? [];
    if (name === undefined && module !== undefined) {
      throw new Refusal(
        `the runbook imports \`${specifier}\` of a module, and runbook.toml does not: add "${specifier}" to ` +
          `\`imports\` in the table \`build\`, and put the module's WIT into \`wit/deps\` with ${fetching(module)}`,
      );
    }
    throw new Refusal(
      `the runbook imports \`${specifier}\`, which is not there: correct the name, or install the package`,
    );
  }
}

/** The bytes of the component. */
async function component(componentize, { code }) {
  const options = { jsSource: code, optSize: true, sync: true, witPath: resolve(WIT), world: WORLD };
  try {
    return (await componentize(options)).component;
  } catch (error) {
    const [, lacking, module] = /package '([^:']+:([^@']+)[^']*)' not found/.exec(error.message) ?? [];
    if (lacking === undefined) {
      throw error;
    }
    throw new Refusal(
      `the package \`${lacking}\` is not in \`wit/deps\`: correct its name and version in \`imports\` of ` +
        `runbook.toml, or put the module's WIT there with ${fetching(module)}`,
    );
  }
}
