// JSON text to values and back. Holds nothing of the contract.

import { Failure } from "./contract";
import { Result } from "./result";

/** Arrays and objects within each other, at most. */
const DEPTH_MAX = 128;

/** What a JSON value is. */
export enum JsonKind { Null, Bool, Number, String, Array, Object }

/** A JSON value of any form. Numbers keep their digits. */
export class Json {
  kind: JsonKind = JsonKind.Null;
  /** Of a Bool. */
  flag: bool = false;
  /** The text of a String, the digits of a Number. */
  text: string = "";
  /** The items of an Array, the values of an Object. */
  items: Json[] = [];
  /** The keys of an Object, in the order of `items`. */
  keys: string[] = [];

  /** The value that `text` holds; `InvalidJson` if it is not JSON. */
  static parse(text: string): Result<Json> {
    const parser = new Parser(text);
    const value = parser.document();
    if (parser.wrong.length == 0) return Result.of<Json>(value);
    return Result.failed<Json>(new Failure("InvalidJson", parser.wrong));
  }

  /** The value of this key; null if this is no object or has no such key. */
  get(key: string): Json | null {
    const at = this.keys.lastIndexOf(key);
    if (at < 0) return null;
    return this.items[at];
  }

  toString(): string {
    const to = new JsonWriter();
    this.toJson(to);
    return to.text();
  }

  fromJson(from: JsonReader): void {
    const json = from.json;
    if (json === null) return;
    this.kind = json.kind;
    this.flag = json.flag;
    this.text = json.text;
    this.items = json.items;
    this.keys = json.keys;
  }

  toJson(to: JsonWriter): void {
    const items = this.items;
    switch (this.kind) {
      case JsonKind.Bool: return to.put<bool>(this.flag);
      case JsonKind.Number: return to.raw(this.text);
      case JsonKind.String: return to.put<string>(this.text);
      case JsonKind.Array: return to.put<Json[]>(items);
      case JsonKind.Object: {
        to.beginObject();
        for (let i = 0; i < items.length; i++) {
          to.key(this.keys[i]);
          items[i].toJson(to);
        }
        return to.endObject();
      }
      default: return to.raw("null");
    }
  }
}

/** Writes JSON text in its order; commas come by themselves. */
@global
export class JsonWriter {
  // One buffer without references: the collector has nothing to follow in it.
  private buffer: ArrayBuffer = new ArrayBuffer(512);
  private size: i32 = 0;
  private comma: bool = false;

  /** What was written. */
  text(): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.buffer), this.size);
  }

  beginObject(): void { this.begin("{"); }

  endObject(): void { this.end("}"); }

  beginArray(): void { this.begin("["); }

  endArray(): void { this.end("]"); }

  /** A key of the object; its value must follow. */
  key(name: string): void {
    this.begin("");
    this.quoted(name);
    this.add(":");
  }

  /** A value that is JSON text already. */
  raw(text: string): void {
    this.begin(text);
    this.comma = true;
  }

  /** A bool, number, string, array, class with `@json`, or null. Enums are numbers here. */
  put<T>(value: T): void {
    if (isNullable<T>()) {
      if (changetype<usize>(value) == 0) return this.raw("null");
    }
    if (isString<T>()) {
      this.begin("");
      this.quoted(changetype<string>(value));
      this.comma = true;
    } else if (isBoolean<T>()) {
      this.raw(value ? "true" : "false");
    } else if (isFloat<T>()) {
      this.raw(isFinite<T>(value) ? value.toString() : "null");
    } else if (isInteger<T>()) {
      this.raw(value.toString());
    } else if (isArray<nonnull<T>>()) {
      const items = changetype<nonnull<T>>(value);
      this.beginArray();
      for (let i = 0; i < items.length; i++) this.put<valueof<nonnull<T>>>(items[i]);
      this.endArray();
    } else {
      const it = changetype<nonnull<T>>(value);
      if (!isDefined(it.toJson)) {
        ERROR("put `@json` before the class named below, and build with the SDK's `--transform`");
      }
      it.toJson(this);
    }
  }

  /** A list whose items `write` writes. */
  list<T>(items: T[], write: (to: JsonWriter, item: T) => void): void {
    this.beginArray();
    for (let i = 0; i < items.length; i++) write(this, items[i]);
    this.endArray();
  }

  private begin(text: string): void {
    if (this.comma) this.add(",");
    this.add(text);
    this.comma = false;
  }

  private end(text: string): void {
    this.add(text);
    this.comma = true;
  }

  /** A string with its quotation marks and escapes. */
  private quoted(text: string): void {
    this.add('"');
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x20 && code != 0x22 && code != 0x5c) continue;
      this.add(text, from, i);
      this.add(escaped(code));
      from = i + 1;
    }
    this.add(text, from);
    this.add('"');
  }

  private add(text: string, from: i32 = 0, to: i32 = text.length): void {
    const bytes = (to - from) << 1;
    const needed = this.size + bytes;
    if (needed > this.buffer.byteLength) {
      const grown = new ArrayBuffer(max(needed, this.buffer.byteLength << 1));
      memory.copy(changetype<usize>(grown), changetype<usize>(this.buffer), this.size);
      this.buffer = grown;
    }
    const place = changetype<usize>(this.buffer) + this.size;
    memory.copy(place, changetype<usize>(text) + (from << 1), bytes);
    this.size = needed;
  }
}

/** What one decoding found wrong, and whether keys that nobody asks for are. */
class Decoding {
  wrong: string = "";
  place: string = "";

  constructor(readonly strict: bool) {}
}

/** A value that is decoded, and its place for messages. The first thing that is wrong is kept. */
@global
export class JsonReader {
  private constructor(
    /** The value; null if there is none. */
    readonly json: Json | null,
    private readonly parent: JsonReader | null,
    private readonly name: string,
    private readonly decoding: Decoding,
  ) {}

  /** Begins at a whole value. `strict` refuses keys that a class does not have. */
  static of(json: Json, strict: bool = false): JsonReader {
    return new JsonReader(json, null, "", new Decoding(strict));
  }

  /** What is wrong, with its place; empty if nothing is. */
  get wrong(): string { return this.decoding.wrong; }

  /** The place of what is wrong. */
  get wrongPlace(): string { return this.decoding.place; }

  /** Whether there is no value here, or null. */
  get absent(): bool {
    const json = this.json;
    return json === null || json.kind == JsonKind.Null;
  }

  /** Declares that this is an object with these keys. */
  object(keys: string[]): void {
    const json = this.json;
    if (json === null || json.kind != JsonKind.Object) return this.refuse("an object");
    if (!this.decoding.strict) return;
    for (let i = 0; i < json.keys.length; i++) {
      if (keys.includes(json.keys[i])) continue;
      const known = keys.length == 0 ? "none" : keys.join(", ");
      return this.say(`there is no key \`${json.keys[i]}\`, only: ${known}`);
    }
  }

  /** The value of this key. */
  key(name: string): JsonReader {
    const json = this.json;
    let value: Json | null = null;
    if (json !== null) value = json.get(name);
    return new JsonReader(value, this, name, this.decoding);
  }

  /** The value as a bool, number, string, array or class with `@json`, or any of them or null. */
  as<T>(): T {
    if (isNullable<T>()) {
      if (this.absent) return changetype<T>(<usize>0);
    }
    if (isString<T>()) {
      return changetype<T>(this.string());
    } else if (isBoolean<T>()) {
      return <T>this.bool();
    } else if (isFloat<T>()) {
      return <T>this.float();
    } else if (isInteger<T>()) {
      return this.integer<T>();
    } else if (isArray<nonnull<T>>()) {
      const items = instantiate<nonnull<T>>();
      const json = this.json;
      if (json === null || json.kind != JsonKind.Array) {
        this.refuse("an array");
      } else {
        for (let i = 0; i < json.items.length; i++) {
          items.push(this.item(i).as<valueof<nonnull<T>>>());
        }
      }
      return items;
    } else {
      const it = instantiate<nonnull<T>>();
      if (!isDefined(it.fromJson)) {
        ERROR("put `@json` before the class named below, and build with the SDK's `--transform`");
      }
      it.fromJson(this);
      return it;
    }
  }

  /** The value if there is one, as `read` reads it. */
  some<T>(read: (from: JsonReader) => T): Some<T> | null {
    return this.absent ? null : new Some<T>(read(this));
  }

  /** A list whose items `read` reads. */
  list<T>(read: (from: JsonReader) => T): T[] {
    const items: T[] = [];
    const json = this.json;
    if (json === null || json.kind != JsonKind.Array) {
      this.refuse("an array");
    } else {
      for (let i = 0; i < json.items.length; i++) items.push(read(this.item(i)));
    }
    return items;
  }

  /** The number of the name that stands here. */
  choice(names: string[]): i32 {
    const json = this.json;
    const at = json !== null && json.kind == JsonKind.String ? names.indexOf(json.text) : -1;
    if (at >= 0) return at;
    this.refuse(`"${names.join('" or "')}"`);
    return 0;
  }

  /** The number of the case that stands here: a name, or an object with it if it carries a value. */
  variant(names: string[], carries: bool[]): i32 {
    const json = this.json;
    if (json !== null && json.kind == JsonKind.String) {
      const at = names.indexOf(json.text);
      if (at >= 0 && !carries[at]) return at;
    }
    if (json !== null && json.kind == JsonKind.Object && json.keys.length == 1) {
      const at = names.indexOf(json.keys[0]);
      if (at >= 0 && carries[at]) return at;
    }
    const forms: string[] = [];
    for (let i = 0; i < names.length; i++) {
      forms.push(carries[i] ? `{"${names[i]}": …}` : `"${names[i]}"`);
    }
    this.refuse(forms.join(" or "));
    return 0;
  }

  /** Records that the value is not what it must be, unless something was wrong before. */
  refuse(wanted: string): void {
    const json = this.json;
    let given = "nothing";
    if (json !== null && json.kind != JsonKind.Null) {
      given = json.toString();
      if (given.length > 60) given = given.substring(0, 60) + "…";
    }
    this.say(`it must be ${wanted}, and is ${given}`);
  }

  private say(what: string): void {
    const decoding = this.decoding;
    if (decoding.wrong.length > 0) return;
    decoding.place = this.place();
    decoding.wrong = decoding.place.length == 0 ? what : `\`${decoding.place}\`: ${what}`;
  }

  private item(at: i32): JsonReader {
    const json = this.json;
    let item: Json | null = null;
    if (json !== null) item = json.items[at];
    return new JsonReader(item, this, `[${at}]`, this.decoding);
  }

  private place(): string {
    const parent = this.parent;
    if (parent === null) return "";
    const before = parent.place();
    const joined = before.length == 0 || this.name.startsWith("[");
    return joined ? before + this.name : `${before}.${this.name}`;
  }

  private string(): string {
    const json = this.json;
    if (json !== null && json.kind == JsonKind.String) return json.text;
    this.refuse("a string");
    return "";
  }

  private bool(): bool {
    const json = this.json;
    if (json !== null && json.kind == JsonKind.Bool) return json.flag;
    this.refuse("true or false");
    return false;
  }

  private float(): f64 {
    const json = this.json;
    if (json !== null && json.kind == JsonKind.Number) return F64.parseFloat(json.text);
    this.refuse("a number");
    return 0;
  }

  private integer<T>(): T {
    const bits: u64 = sizeof<T>() * 8;
    let above = u64.MAX_VALUE >> (64 - bits);
    if (isSigned<T>()) above >>= 1;
    const below: u64 = isSigned<T>() ? above + 1 : 0;
    const json = this.json;
    if (json !== null && json.kind == JsonKind.Number) {
      const text = json.text;
      const negative = text.charCodeAt(0) == 0x2d;
      const most = negative ? below : above;
      let value: u64 = 0;
      let fits = true;
      for (let i = negative ? 1 : 0; fits && i < text.length; i++) {
        const digit: u64 = text.charCodeAt(i) - 0x30;
        fits = digit <= 9 && (value < most / 10 || (value == most / 10 && digit <= most % 10));
        value = value * 10 + digit;
      }
      if (fits) return <T>(negative ? 0 - value : value);
    }
    const least = below == 0 ? "0" : `-${below}`;
    this.refuse(`a whole number from ${least} to ${above}`);
    return <T>0;
  }
}

/** A number or a bool that may be absent: `Some<u64> | null`. */
export class Some<T> {
  constructor(public value: T = <T>0) {}

  fromJson(from: JsonReader): void { this.value = from.as<T>(); }

  toJson(to: JsonWriter): void { to.put<T>(this.value); }
}

/** `value` as JSON text. */
export function encode<T>(value: T): string {
  const to = new JsonWriter();
  to.put<T>(value);
  return to.text();
}

/** The `T` in JSON text, `InvalidJson` without one. Keys that `T` does not have are passed over. */
export function decode<T>(text: string): Result<T> {
  const parsed = Json.parse(text);
  const error = parsed.error;
  if (error !== null) return Result.failed<T>(error);
  const from = JsonReader.of(parsed.orFail());
  const value = from.as<T>();
  if (from.wrong.length == 0) return Result.of<T>(value);
  return Result.failed<T>(new Failure("InvalidJson", from.wrong));
}

/** A character that may not stand in a JSON string as it is. */
function escaped(code: i32): string {
  switch (code) {
    case 0x22: return '\\"';
    case 0x5c: return "\\\\";
    case 0x0a: return "\\n";
    case 0x0d: return "\\r";
    case 0x09: return "\\t";
    default: return "\\u" + code.toString(16).padStart(4, "0");
  }
}

/** Reads one JSON text. After the first error nothing more is read. */
class Parser {
  wrong: string = "";
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value(0);
    if (this.peek() >= 0) this.fail("there is more after the value");
    return value;
  }

  private value(depth: i32): Json {
    const value = new Json();
    const next = this.peek();
    if (depth > DEPTH_MAX) {
      this.fail(`more than ${DEPTH_MAX} levels`);
    } else if (next == 0x7b) {
      value.kind = JsonKind.Object;
      this.object(value, depth);
    } else if (next == 0x5b) {
      value.kind = JsonKind.Array;
      this.array(value, depth);
    } else if (next == 0x22) {
      value.kind = JsonKind.String;
      value.text = this.string();
    } else if (next == 0x2d || digit(next)) {
      value.kind = JsonKind.Number;
      value.text = this.number();
    } else if (next == 0x74) {
      value.kind = JsonKind.Bool;
      value.flag = true;
      this.word("true");
    } else if (next == 0x66) {
      value.kind = JsonKind.Bool;
      this.word("false");
    } else if (next == 0x6e) {
      this.word("null");
    } else {
      this.fail(next < 0 ? "the text ends too early" : "no value begins like this");
    }
    return value;
  }

  private object(value: Json, depth: i32): void {
    this.at++;
    if (this.skip(0x7d)) return;
    do {
      if (this.peek() != 0x22) return this.fail("a key must stand here");
      value.keys.push(this.string());
      if (!this.skip(0x3a)) return this.fail("`:` must stand here");
      value.items.push(this.value(depth + 1));
    } while (this.skip(0x2c));
    if (!this.skip(0x7d)) this.fail("`,` or `}` must stand here");
  }

  private array(value: Json, depth: i32): void {
    this.at++;
    if (this.skip(0x5d)) return;
    do {
      value.items.push(this.value(depth + 1));
    } while (this.skip(0x2c));
    if (!this.skip(0x5d)) this.fail("`,` or `]` must stand here");
  }

  private string(): string {
    const text = this.text;
    const parts: string[] = [];
    let from = ++this.at;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code == 0x22) {
        const rest = text.substring(from, this.at++);
        if (parts.length == 0) return rest;
        parts.push(rest);
        return parts.join("");
      }
      if (code < 0x20) break;
      this.at++;
      if (code != 0x5c) continue;
      parts.push(text.substring(from, this.at - 1));
      const unescaped = this.unescaped();
      if (unescaped < 0) break;
      parts.push(String.fromCharCode(unescaped));
      from = this.at;
    }
    this.fail("a string does not end, or holds what it may not");
    return "";
  }

  /** The code unit of the escape whose backslash was read; -1 if there is none. */
  private unescaped(): i32 {
    const code = this.text.charCodeAt(this.at++);
    switch (code) {
      case 0x22: case 0x5c: case 0x2f: return code;
      case 0x62: return 0x08;
      case 0x66: return 0x0c;
      case 0x6e: return 0x0a;
      case 0x72: return 0x0d;
      case 0x74: return 0x09;
      case 0x75: break;
      default: return -1;
    }
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const hex = this.text.charCodeAt(this.at++);
      const lower = hex | 0x20;
      if (digit(hex)) unit = unit << 4 | (hex - 0x30);
      else if (lower >= 0x61 && lower <= 0x66) unit = unit << 4 | (lower - 0x57);
      else return -1;
    }
    return unit;
  }

  private number(): string {
    const from = this.at;
    if (this.here() == 0x2d) this.at++;
    if (this.here() == 0x30) this.at++;
    else this.digits();
    if (this.here() == 0x2e) {
      this.at++;
      this.digits();
    }
    if ((this.here() | 0x20) == 0x65) {
      this.at++;
      const sign = this.here();
      if (sign == 0x2b || sign == 0x2d) this.at++;
      this.digits();
    }
    return this.text.substring(from, this.at);
  }

  private digits(): void {
    if (!digit(this.here())) this.fail("a digit must stand here");
    while (digit(this.here())) this.at++;
  }

  private word(word: string): void {
    if (this.text.startsWith(word, this.at)) this.at += word.length;
    else this.fail("no value begins like this");
  }

  /** The code unit here; -1 at the end. */
  private here(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  /** The next code unit that is no white space; -1 at the end. */
  private peek(): i32 {
    let next = this.here();
    while (next == 0x20 || next == 0x0a || next == 0x0d || next == 0x09) {
      this.at++;
      next = this.here();
    }
    return next;
  }

  private skip(code: i32): bool {
    if (this.wrong.length > 0 || this.peek() != code) return false;
    this.at++;
    return true;
  }

  private fail(why: string): void {
    if (this.wrong.length == 0) this.wrong = `not JSON at character ${this.at + 1}: ${why}`;
    this.at = this.text.length;
  }
}

function digit(code: i32): bool {
  return code >= 0x30 && code <= 0x39;
}
