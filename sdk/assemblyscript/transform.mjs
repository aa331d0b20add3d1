// What the compiler does with `@json` before a class: it writes `fromJson` and `toJson` from the
// class's fields. A field with a first value or of a type with `| null` may be absent in the JSON;
// any other must be there. Enums are spelled by the names of their members.

const STATIC = 1 << 5;

export default class BinderyTransform {
  afterParse(parser) {
    const enums = new Map();
    const classes = [];
    for (const source of parser.sources) collect(source.statements, enums, classes);
    for (const [at, node] of classes.entries()) {
      const path = `bindery-json/${at}/${node.range.source.normalizedPath}`;
      parser.parseFile(methods(node, enums), path, false);
      // The source stays: the compiler looks it up where it speaks of these methods.
      const source = parser.sources[parser.sources.length - 1];
      node.members.push(...source.statements[0].members);
    }
  }
}

/** Finds enums, and classes with `@json`; also in namespaces. */
function collect(statements, enums, classes) {
  for (const node of statements) {
    if (node.values && node.name) enums.set(node.name.text, node.values.map((it) => it.name.text));
    if (!node.members) continue;
    const isClass = node.implementsTypes !== undefined;
    if (!isClass) collect(node.members, enums, classes);
    else if (node.decorators?.some((it) => it.name.text === "json")) classes.push(node);
  }
}

function methods(node, enums) {
  const name = node.name.text;
  if (node.extendsType) throw wrong(`\`${name}\` extends another class: give it all fields itself`);
  const fields = node.members.filter((it) => "parameterIndex" in it && !(it.flags & STATIC));
  const keys = fields.map((it) => JSON.stringify(it.name.text)).join(", ");
  let read = "";
  let write = "";
  for (const field of fields) {
    const key = field.name.text;
    const type = field.type.range.toString();
    const nullable = /\|\s*null$/.test(type);
    const names = enums.get(type);
    const within = type.match(/\w+/g)?.find((word) => enums.has(word));
    if (within && !names) {
      throw wrong(`\`${name}.${key}\` may be \`${within}\`, but no \`${type}\``);
    }
    const list = names && names.map((it) => `${type}.${it}`).join(", ");
    const spellings = names && names.map((it) => JSON.stringify(it)).join(", ");
    const value = names ? `[${list}][at.choice([${spellings}])]` : `at.as<${type}>()`;
    const set = `this.${key} = ${value};`;
    const optional = field.initializer || nullable;
    read += `{ const at = from.key("${key}"); ${optional ? `if (!at.absent) ${set}` : set} }\n`;
    const put = names
      ? `to.put<string>([${spellings}][[${list}].indexOf(this.${key})]);`
      : `to.put<${type}>(this.${key});`;
    const present = nullable ? `if (this.${key} !== null) ` : "";
    write += `${present}{ to.key("${key}"); ${put} }\n`;
  }
  return `class ${name} {
    fromJson(from: JsonReader): void { from.object([${keys}]); ${read} }
    toJson(to: JsonWriter): void { to.beginObject(); ${write} to.endObject(); }
  }`;
}

/** An error of the author: the compiler prints the stack, which is of no use here. */
function wrong(what) {
  const error = new Error(`@json: ${what}`);
  error.stack = error.message;
  return error;
}
