// Prints the JSON Schema of a runbook's parameters: `node sdk/schema.mjs SOURCE.ts [TYPE]`, in the project's folder.
//
// ts-json-schema-generator makes it of the interface TYPE, `Parameters` if it is not named: types, `?`, and the JSDoc
// comment above each field, with tags such as `@default 10`, `@minimum 1` and `@asType integer`. Types of modules need
// to be declared, in `modules.d.ts`, only where the parameters have them.

import { existsSync } from "node:fs";
import { relative } from "node:path";
import { argv } from "node:process";
import { INTERFACE } from "./modules.mjs";
import { Refusal, refusing, toolchain } from "./toolchain.mjs";

const GENERATOR = "ts-json-schema-generator";
const TSCONFIG = "tsconfig.json";
const MODULES = "modules.d.ts";

/** TypeScript's code of a module of which it knows nothing. */
const NO_MODULE = 2307;
/** Its codes of parameters without a type, whole or taken apart: those of callbacks that such a module's values take. */
const NO_TYPE = [7006, 7031];

const [source, type = "Parameters"] = argv.slice(2);

await refusing(async () => {
  if (source === undefined) {
    throw new Refusal("name the source: node sdk/schema.mjs SOURCE.ts [TYPE]");
  }
  if (!existsSync(source)) {
    throw new Refusal(`there is no file \`${source}\``);
  }
  const generator = await toolchain(GENERATOR, [GENERATOR]);
  try {
    console.log(JSON.stringify(schema(generator)));
  } catch (error) {
    throw new Refusal(`there is no schema of the type \`${type}\` of \`${source}\`: ${reason(error)}`);
  }
});

function schema({ createFormatter, createParser, createProgram, DEFAULT_CONFIG, SchemaGenerator }) {
  // The source comes last in this glob: of two types with one name the generator takes the last.
  const path = existsSync(MODULES) ? `{${MODULES},${relative(".", source)}}` : source;
  const tsconfig = existsSync(TSCONFIG) ? { tsconfig: TSCONFIG } : {};
  const own = { expose: "none", functions: "fail", path, skipTypeCheck: true, sortProps: false, topRef: false, type };
  const config = { ...DEFAULT_CONFIG, ...own, ...tsconfig };
  const program = createProgram(config);
  check(program);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(undeclared(program.getTypeChecker())));
  return new SchemaGenerator(program, parser, createFormatter(config), config).createSchema(type);
}

/** Refuses what TypeScript does, but for modules that nobody declared and what follows from them. */
function check(program) {
  const found = [
    program.getOptionsDiagnostics(),
    program.getSyntacticDiagnostics(),
    program.getGlobalDiagnostics(),
    program.getSemanticDiagnostics(),
  ].flat();
  const known = found.filter((it) => !isUndeclaredModule(it));
  const wrong = known.length === found.length ? known : known.filter((it) => !NO_TYPE.includes(it.code));
  if (wrong.length > 0) {
    throw new Refusal(wrong.map(told).join("\n"));
  }
}

function isUndeclaredModule({ code, file, length, start }) {
  return code === NO_MODULE && INTERFACE.test(file.text.slice(start + 1, start + length - 1));
}

/** The parser of types that nobody declared: the generator would take them for `any`. */
function undeclared(checker) {
  // TypeScript takes what it cannot resolve for an alias without a declaration.
  const alias = (node) => checker.getTypeAtLocation(node).aliasSymbol;
  return {
    createType: (node) => {
      const messageText = `the type \`${alias(node).name}\` of a module is not declared: declare it in \`${MODULES}\``;
      throw new Refusal(told({ file: node.getSourceFile(), messageText, start: node.getStart() }));
    },
    supportsNode: (node) => alias(node) !== undefined && alias(node).declarations === undefined,
  };
}

/** The refusal among an error and its causes; else the messages of all of them. */
function reason(error) {
  const causes = [];
  for (let it = error; it instanceof Error; it = it.cause) {
    if (it instanceof Refusal) {
      return it.message;
    }
    causes.push(it.message.replace(/\.$/, ""));
  }
  return causes.join(": ");
}

/** What is wrong, with its place. */
function told({ file, messageText, start }) {
  let chain = messageText;
  while (typeof chain === "object") {
    chain = chain.next?.[0] ?? chain.messageText;
  }
  const line = file === undefined ? undefined : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
  return line === undefined ? chain : `${relative(".", file.fileName)}:${line}: ${chain}`;
}
