//! The contract in AssemblyScript: a class or enum per type with its JSON, a function per operation,
//! and the dispatch of the conformance guest.
//!
//! Generics read and write every form but enums, which are numbers to them; so only where an enum
//! stands does the text name how it is spelled.

mod forms;
mod text;
mod types;

use bindery_core::contract::{Contract, Described, Field, Type, camel};
use forms::{class, member, read, resolved, spelled};
use std::fmt::Write as _;
use text::{COLUMNS_MAX, docs, object};

const HEADER: &str = "// Made from sdk/wit by `cargo xtask bless`. Do not edit.\n";

/// `sdk/assemblyscript/bindery/contract.ts`.
pub(crate) fn sdk(contract: &Contract) -> String {
    let mut text = HEADER.to_owned();
    text += "\nimport { JsonReader, JsonWriter, Some } from \"./json\";\n";
    text += "import { ask } from \"./host\";\n";
    text += "import { Nothing, Result } from \"./result\";\n";
    for (name, named) in &contract.types {
        text += "\n";
        text += &types::named(contract, name, named);
    }
    for (namespace, operations) in namespaces(contract) {
        let _ = write!(text, "\nexport namespace {namespace} {{");
        for (at, operation) in operations.into_iter().enumerate() {
            text += if at == 0 { "\n" } else { "\n\n" };
            text += &function(contract, operation);
        }
        text += "\n}\n";
    }
    text
}

/// `sdk/assemblyscript/conformance/dispatch.ts`.
pub(crate) fn dispatch(contract: &Contract) -> String {
    let mut imports: Vec<String> = contract.types.keys().map(|name| class(name)).collect();
    imports.extend(namespaces(contract).into_iter().map(|(name, _)| name.to_owned()));
    imports.extend(["JsonReader", "Nothing", "Some"].map(str::to_owned));
    imports.sort_by_key(|name| name.to_lowercase());
    let mut text = HEADER.to_owned();
    text += "\nimport {\n";
    for name in imports {
        let _ = writeln!(text, "  {name},");
    }
    text += "} from \"bindery\";\nimport { answer, invalid, unknown } from \"./answers\";\n\n";
    text += "/** Makes one call through the SDK; its answer as JSON text. */\n";
    text += "export function dispatch(operation: string, from: JsonReader): string {\n";
    for operation in &contract.operations {
        let _ = writeln!(text, "  if (operation == \"{}\") {{", operation.name);
        text += &object(&operation.parameters);
        let mut names = vec![];
        for parameter in &operation.parameters {
            let key = camel(&parameter.name);
            let value = read(contract, &parameter.ty, &format!("from.key(\"{key}\")"));
            // A parameter may have the name of a namespace.
            let _ = writeln!(text, "    const {key}Given = {value};");
            names.push(format!("{key}Given"));
        }
        text += "    if (from.wrong.length > 0) return invalid(from);\n";
        let (returns, names) = (returned(contract, operation), names.join(", "));
        let _ = writeln!(text, "    return answer<{returns}>({}({names}));", called(operation));
        text += "  }\n";
    }
    text += "  return unknown(operation);\n}\n";
    text
}

/// The operations by the part of their name before the point.
fn namespaces(contract: &Contract) -> Vec<(&str, Vec<&Described>)> {
    let mut found: Vec<(&str, Vec<&Described>)> = vec![];
    for operation in &contract.operations {
        let (namespace, _) = operation.name.split_once('.').unwrap_or((&operation.name, ""));
        match found.iter_mut().find(|(name, _)| *name == namespace) {
            Some((_, operations)) => operations.push(operation),
            None => found.push((namespace, vec![operation])),
        }
    }
    found
}

fn function(contract: &Contract, operation: &Described) -> String {
    let mut about = operation.docs.clone();
    if let Some(grant) = &operation.grant {
        let _ = write!(about, "\n\nGrant: `{grant}`.");
    }
    let parameters = parameters(contract, operation).join(", ");
    let returns = returned(contract, operation);
    let (_, name) = called_parts(operation);
    let mut text = docs(about.trim(), "  ");
    let line = format!("  export function {name}({parameters}): Result<{returns}> {{\n");
    text += &match line.len() <= COLUMNS_MAX {
        true => line,
        false => {
            format!("  export function {name}(\n    {parameters},\n  ): Result<{returns}> {{\n")
        }
    };
    text += "    const to = new JsonWriter();\n";
    text += "    to.beginObject();\n";
    for parameter in &operation.parameters {
        let key = camel(&parameter.name);
        text += &member(contract, &key, &key, &parameter.ty, "    ");
    }
    let _ = write!(
        text,
        "    to.endObject();\n    return ask<{returns}>(\"{}\", to);\n  }}",
        operation.name
    );
    text
}

/// The parameters; those at the end that may be absent have a default.
fn parameters(contract: &Contract, operation: &Described) -> Vec<String> {
    let mut last = true;
    let parameter = |it: &Field| {
        last &= matches!(resolved(contract, &it.ty), Type::Option(_));
        let default = if last { " = null" } else { "" };
        format!("{}: {}{default}", camel(&it.name), spelled(contract, &it.ty))
    };
    let mut parameters: Vec<_> = operation.parameters.iter().rev().map(parameter).collect();
    parameters.reverse();
    parameters
}

fn called(operation: &Described) -> String {
    let (namespace, name) = called_parts(operation);
    format!("{namespace}.{name}")
}

fn called_parts(operation: &Described) -> (&str, String) {
    let (namespace, name) = operation.name.split_once('.').unwrap_or(("", &operation.name));
    (namespace, camel(name))
}

fn returned(contract: &Contract, operation: &Described) -> String {
    operation.returns.as_ref().map_or_else(|| "Nothing".to_owned(), |ty| spelled(contract, ty))
}
