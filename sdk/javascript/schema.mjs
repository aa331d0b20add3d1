// Prints the JSON Schema of a runbook's parameters: `node sdk/schema.mjs SOURCE.ts [TYPE]`, in the project's folder.
//
// ts-json-schema-generator makes it of the interface TYPE, `Parameters` if it is not named: types, `?`, and the JSDoc
// comment above each field, with tags such as `@default 10`, `@minimum 1` and `@asType integer`.

import { existsSync } from "node:fs";
import { relative } from "node:path";
import { argv } from "node:process";
import { Refusal, refusing, toolchain } from "./toolchain.mjs";

const GENERATOR = "ts-json-schema-generator";
const TSCONFIG = "tsconfig.json";
const [source, type = "Parameters"] = argv.slice(2);

await refusing(async () => {
  if (source === undefined) {
    throw new Refusal("name the source: node sdk/schema.mjs SOURCE.ts [TYPE]");
  }
  if (!existsSync(source)) {
    throw new Refusal(`there is no file \`${source}\``);
  }
  const { createGenerator } = await toolchain(GENERATOR, [GENERATOR]);
  const tsconfig = existsSync(TSCONFIG) ? { tsconfig: TSCONFIG } : {};
  const config = { expose: "none", functions: "fail", path: source, sortProps: false, topRef: false, type, ...tsconfig };
  try {
    console.log(JSON.stringify(createGenerator(config).createSchema(type)));
  } catch (error) {
    throw new Refusal(`there is no schema of the type \`${type}\` of \`${source}\`: ${reason(error)}`);
  }
});

/** What the types lack, with its place; else the messages of an error and of its causes. */
function reason(error) {
  const found = error.diagnostic?.relatedInformation ?? [];
  if (found.length > 0) {
    return found.map(told).join("\n");
  }
  const causes = [];
  for (let it = error; it instanceof Error; it = it.cause) {
    causes.push(it.message.replace(/\.$/, ""));
  }
  return causes.join(": ");
}

function told({ file, messageText, start }) {
  let chain = messageText;
  while (typeof chain === "object") {
    chain = chain.next?.[0] ?? chain.messageText;
  }
  const line = file === undefined ? undefined : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
  return line === undefined ? chain : `${relative(".", file.fileName)}:${line}: ${chain}`;
}
