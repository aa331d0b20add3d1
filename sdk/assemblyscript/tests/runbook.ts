// JSON: what is read, what is refused and with which words, and what is written.

import {
  Child, decode, encode, fail, Json, JsonReader, OsType, runbook, Some, stream, Target, TargetCase,
  NoParameters, Kind, FleetComputer,
} from "bindery";

let checks: i32 = 0;

function equal<T>(what: string, found: T, expected: T): void {
  checks++;
  if (found != expected) fail("TestFailed", `${what}: ${found}, and not ${expected}`);
}

/** The text read and written again; or why it cannot be read. */
function again(text: string): string {
  const parsed = Json.parse(text);
  const error = parsed.error;
  return error === null ? parsed.orFail().toString() : error.message;
}

function whatIsJsonIsReadAndWrittenAgain(): void {
  const rows = [
    "null", "true", "false", "0", "-0", "12.50e+3", "1E9", "18446744073709551616", '""',
    "[]", "{}", "[1,[2,[]],{}]", '{"a":{"b":null},"":1}', '"\\u0000\\u001f\\n\\r\\t\\"\\\\"',
    '"grüße 😀"',
  ];
  for (let i = 0; i < rows.length; i++) equal(rows[i], again(rows[i]), rows[i]);
  equal("white space", again(' \t\r\n[ 1 , { "a" : 2 } ] \n'), '[1,{"a":2}]');
  equal("escapes", again('"\\/\\b\\f\\u00e9\\ud83d\\ude00\\u0041"'), '"/\\u0008\\u000cé😀A"');
  equal("the last of two keys", Json.parse('{"a":1,"a":2}').orFail().get("a")!.toString(), "2");
}

function whatIsNotJsonIsRefused(): void {
  const rows = [
    "", " ", "nul", "truex", "01", "1.", ".5", "-", "+1", "1e", "1 2", "[", "[1", "[1,]", "[,1]",
    "{", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", '"', '"\\', '"\\x"', '"\\u12"', '"\\u12g4"', "'a'",
    "]", "[}", "NaN", '"\n"',
  ];
  for (let i = 0; i < rows.length; i++) {
    equal(`\`${rows[i]}\` is refused`, again(rows[i]).startsWith("not JSON at character "), true);
  }
  equal("a reason", again("[1,]"), "not JSON at character 4: no value begins like this");
}

function depthHasALimit(): void {
  const deep = (levels: i32): string => "[".repeat(levels) + "]".repeat(levels);
  equal("128 levels", again(deep(129)), deep(129));
  equal("more", again(deep(130)), "not JSON at character 130: more than 128 levels");
  equal("very many", again("[".repeat(1_000_000)).endsWith("more than 128 levels"), true);
}

function integers(): void {
  equal("u64", decode<u64>("18446744073709551615").orFail(), u64.MAX_VALUE);
  equal("i64", decode<i64>("-9223372036854775808").orFail(), i64.MIN_VALUE);
  equal("u8", decode<u8>("255").orFail(), 255);
  const wrong = [
    decode<u64>("18446744073709551616").error, decode<u8>("256").error, decode<u32>("-1").error,
    decode<i32>("2147483648").error, decode<u8>("1.0").error, decode<u8>('"1"').error,
    decode<u64>("99999999999999999999999999999999999").error,
  ];
  for (let i = 0; i < wrong.length; i++) equal(`integer ${i} is refused`, wrong[i] === null, false);
  equal("the words", wrong[1]!.message, "it must be a whole number from 0 to 255, and is 256");
}

enum Colour { Red = 4, Green = 2 }

@json
class Item {
  name!: string;
  colour: Colour = Colour.Green;
  count: Some<u64> | null = null;
  note: string | null = null;
  parts: Item[] = [];
  static ignored: i32 = 3;
}

function classesAreReadAndWritten(): void {
  const part = '{"name":"b","colour":"Green","parts":[]}';
  const head = '"name":"a","colour":"Red","count":18446744073709551615,"note":"n"';
  const full = `{${head},"parts":[${part}]}`;
  equal("a class", encode(decode<Item>(full).orFail()), full);
  equal("null is none", decode<Item>('{"name":"a","note":null}').orFail().note === null, true);
  equal("unknown keys", decode<Item>('{"name":"a","more":1}').ok, true);
  const rows = [
    "{}", "`name`: it must be a string, and is nothing",
    "[]", "it must be an object, and is []",
    '{"name":"a","colour":"red"}', '`colour`: it must be "Red" or "Green", and is "red"',
    '{"name":"a","parts":[{"name":"b"},{"name":3}]}',
    "`parts[1].name`: it must be a string, and is 3",
    '{"name":"a","count":-1,"note":7}',
    "`count`: it must be a whole number from 0 to 18446744073709551615, and is -1",
  ];
  for (let i = 0; i < rows.length; i += 2) {
    equal(rows[i], decode<Item>(rows[i]).error!.message, rows[i + 1]);
  }
  const more = Json.parse('{"name":"a","parts":[{"name":"b","x":1}]}').orFail();
  const strict = JsonReader.of(more, true);
  strict.as<Item>();
  const known = "name, colour, count, note, parts";
  equal("strict", strict.wrong, `\`parts[0]\`: there is no key \`x\`, only: ${known}`);
}

function theContractIsReadAndWritten(): void {
  const child: Child = { target: Target.group("web"), parameters: "{}" };
  const text = '{"target":{"group":"web"},"parameters":"{}"}';
  equal("a variant with a payload", encode(child), text);
  const read = decode<Child>(text).orFail().target;
  equal("is read", read.is == TargetCase.Group && read.asGroup == "web", true);
  equal("a variant without", encode(decode<Target>('"sandbox"').orFail()), '"sandbox"');
  const computer = decode<FleetComputer>(
    '{"id":"1","name":"a","osType":"Windows","connected":true,' +
    '"worker":false,"compliance":"NotAssessed"}',
  ).orFail();
  equal("an enum that may be absent", OsType.text(computer.osType!.value), "Windows");
}

function hostsErrorsAreValues(): void {
  const refused = stream.value("{").error;
  equal("the code", refused !== null && refused.is("InvalidArguments"), true);
  equal("the text", refused!.toString().endsWith("(InvalidArguments)"), true);
  equal("half a character is replaced", stream.write(Kind.Output, "\ud800").ok, true);
}

function main(_parameters: NoParameters): i32 {
  whatIsJsonIsReadAndWrittenAgain();
  whatIsNotJsonIsRefused();
  depthHasALimit();
  integers();
  classesAreReadAndWritten();
  theContractIsReadAndWritten();
  hostsErrorsAreValues();
  return checks;
}

export function run(): i32 {
  return runbook<NoParameters, i32>(main);
}
