//! The types of the contract: a class per record and variant, an enum per enum.

use super::{
    forms::{self, class, first, member, read, spelled},
    text::{self, docs, list, object},
};
use bindery_core::contract::{Case, Contract, Field, Form, Named, Type, camel, pascal};
use std::fmt::Write as _;

/// What the error has beside its fields.
const FAILURE: &str = r#"
  constructor(code: string = "", message: string = "", details: JsonText | null = null) {
    this.code = code;
    this.message = message;
    this.details = details;
  }

  /** Whether it has this code. */
  is(code: string): bool {
    return this.code == code;
  }

  toString(): string {
    return `${this.message} (${this.code})`;
  }
"#;

pub(super) fn named(contract: &Contract, name: &str, given: &Named) -> String {
    let docs = docs(&given.docs, "");
    let name = class(name);
    match &given.form {
        Form::Alias(ty) => format!("{docs}export type {name} = {};\n", spelled(contract, ty)),
        Form::Enum(cases) => enumeration(&name, &docs, cases),
        Form::Record(fields) => record(contract, &name, &docs, fields),
        Form::Variant(cases) => variant(contract, &name, &docs, cases),
    }
}

fn enumeration(name: &str, docs: &str, cases: &[Case]) -> String {
    let quoted = |case: &Case| format!("\"{}\"", pascal(&case.name));
    let names: Vec<_> = cases.iter().map(quoted).collect();
    let table = name.to_uppercase();
    let names = list(&format!("const {table}: string[] = "), &names, ";");
    let mut text = format!("{docs}export enum {name} {{\n");
    text += &members(cases);
    let _ = write!(
        text,
        "}}

export namespace {name} {{
  /** The spelling in JSON. */
  export function text(value: {name}): string {{
    return {table}[value];
  }}

  export function read(from: JsonReader): {name} {{
    return <{name}>from.choice({table});
  }}

  export function write(to: JsonWriter, value: {name}): void {{
    to.put<string>({table}[value]);
  }}
}}

{names}"
    );
    text
}

fn members(cases: &[Case]) -> String {
    let member =
        |case: &Case| format!("{}  {},\n", text::docs(&case.docs, "  "), pascal(&case.name));
    cases.iter().map(member).collect()
}

fn record(contract: &Contract, name: &str, docs: &str, fields: &[Field]) -> String {
    let mut text = format!("{docs}export class {name} {{\n");
    for field in fields {
        text += &text::docs(&field.docs, "  ");
        let (key, ty) = (camel(&field.name), spelled(contract, &field.ty));
        let _ = writeln!(text, "  {key}: {ty} = {};", first(contract, &field.ty));
    }
    if name == "Failure" {
        text += FAILURE;
    }
    text += "\n  fromJson(from: JsonReader): void {\n";
    text += &object(fields);
    for field in fields {
        let key = camel(&field.name);
        let value = read(contract, &field.ty, &format!("from.key(\"{key}\")"));
        let _ = writeln!(text, "    this.{key} = {value};");
    }
    text += "  }\n\n  toJson(to: JsonWriter): void {\n    to.beginObject();\n";
    for field in fields {
        let key = camel(&field.name);
        text += &member(contract, &key, &format!("this.{key}"), &field.ty, "    ");
    }
    text += "    to.endObject();\n  }\n}\n";
    text
}

fn variant(contract: &Contract, name: &str, docs: &str, cases: &[Case]) -> String {
    let (kind, first_case) = (format!("{name}Case"), cases.first());
    let first_case = first_case.map(|case| pascal(&case.name)).unwrap_or_default();
    let mut text = format!("/** The cases of `{name}`. */\nexport enum {kind} {{\n");
    text += &members(cases);
    let _ = write!(text, "}}\n\n{docs}export class {name} {{\n");
    let _ = writeln!(text, "  /** Which case it is. */\n  is: {kind} = {kind}.{first_case};");
    for case in cases {
        let Some(ty) = &case.ty else { continue };
        let (field, ty) = (payload(case), spelled(contract, ty));
        let _ = writeln!(text, "  /** What `{}` carries. */", camel(&case.name));
        let _ = writeln!(text, "  {field}: {ty} = {};", first(contract, case_type(case)));
    }
    for case in cases {
        text += "\n";
        text += &text::docs(&case.docs, "  ");
        let (factory, member) = (camel(&case.name), pascal(&case.name));
        let parameter = case.ty.as_ref().map(|ty| format!("value: {}", spelled(contract, ty)));
        let parameter = parameter.unwrap_or_default();
        let _ = writeln!(text, "  static {factory}({parameter}): {name} {{");
        let _ = writeln!(text, "    const it = new {name}();\n    it.is = {kind}.{member};");
        if case.ty.is_some() {
            let _ = writeln!(text, "    it.{} = value;", payload(case));
        }
        text += "    return it;\n  }\n";
    }
    let quoted = |case: &Case| format!("\"{}\"", camel(&case.name));
    let names = cases.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let carries = |case: &Case| if case.ty.is_some() { "true" } else { "false" };
    let carries = cases.iter().map(carries).collect::<Vec<_>>().join(", ");
    text += "\n  fromJson(from: JsonReader): void {\n";
    let _ = writeln!(text, "    this.is = <{kind}>from.variant([{names}], [{carries}]);");
    for case in cases.iter().filter(|case| case.ty.is_some()) {
        let value = read(contract, case_type(case), &format!("from.key({})", quoted(case)));
        let member = pascal(&case.name);
        let _ =
            writeln!(text, "    if (this.is == {kind}.{member}) this.{} = {value};", payload(case));
    }
    text += "  }\n\n  toJson(to: JsonWriter): void {\n    switch (this.is) {\n";
    for case in cases {
        let (key, member) = (camel(&case.name), pascal(&case.name));
        let _ = writeln!(text, "      case {kind}.{member}: {{");
        if case.ty.is_some() {
            let value = format!("this.{}", payload(case));
            text += "        to.beginObject();\n";
            text += &forms::member(contract, &key, &value, case_type(case), "        ");
            text += "        return to.endObject();\n";
        } else {
            let _ = writeln!(text, "        return to.put<string>(\"{key}\");");
        }
        text += "      }\n";
    }
    text += "    }\n  }\n}\n";
    text
}

/// The field that holds what a case carries.
fn payload(case: &Case) -> String {
    format!("as{}", pascal(&case.name))
}

/// What a case carries; a case without is never asked.
fn case_type(case: &Case) -> &Type {
    case.ty.as_ref().unwrap_or(&Type::Bool)
}
