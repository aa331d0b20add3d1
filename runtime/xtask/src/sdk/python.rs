//! `sdk/python`: the types of the contract, a module per interface with its operations, and the forms
//! that the codec reads.

use super::prose::{HEADER, all_optional, interface_docs, interfaces, short, short_name, wrap};
use bindery_core::contract::{Case, Contract, Described, Field, Form, Named, Type, pascal};
use std::collections::BTreeSet;

/// Columns of a line.
const WIDTH: usize = 100;

/// `bindery/_contract.py`: types and operations as data.
pub(super) fn contract(contract: &Contract) -> String {
    let mut text = format!("# {HEADER}\n");
    text += "\"\"\"The contract as data. In a form `?` marks what may be absent, and `[]` a list.\"\"\"\n\n";
    text += "from typing import Any\n\n";
    text += "TYPES: dict[str, dict[str, Any]] = {\n";
    for (name, named) in &contract.types {
        let (kind, form) = match &named.form {
            Form::Record(fields) => ("record", entries(fields, "        ", "    ")),
            Form::Variant(cases) => ("variant", cases_of(cases)),
            Form::Enum(cases) => {
                let names: Vec<_> = cases.iter().map(|case| quote(&case.name)).collect();
                ("enum", bracketed(&names, '[', ']', "        ", "    "))
            }
            Form::Alias(ty) => ("alias", quote(&short(ty))),
        };
        let interface = quote(&named.interface);
        text += &format!("    {}: {{\n        \"interface\": {interface},\n", quote(name));
        text += &format!("        {}: {},\n    }},\n", quote(kind), indented(&form));
    }
    text += "}\n\nOPERATIONS: dict[str, dict[str, Any]] = {\n";
    for operation in &contract.operations {
        let parameters = indented(&entries(&operation.parameters, "        ", "    "));
        let returns = operation.returns.as_ref().map_or("None".to_owned(), |ty| quote(&short(ty)));
        let grant = operation.grant.as_ref().map_or("None".to_owned(), |grant| quote(grant));
        text += &format!("    {}: {{\n", quote(&operation.name));
        for (key, value) in [
            ("module", quote(&module_name(&operation.interface))),
            ("function", quote(&snake(&operation.function))),
            ("interface", quote(&operation.interface)),
            ("grant", grant),
            ("parameters", parameters),
            ("returns", returns),
        ] {
            text += &format!("        {}: {value},\n", quote(key));
        }
        text += "    },\n";
    }
    text + "}\n"
}

/// `bindery/types.py`: every type with its documentation.
pub(super) fn types(contract: &Contract) -> String {
    let mut text = format!("# {HEADER}\n\"\"\"The types of the contract.\"\"\"\n\n");
    text += "from __future__ import annotations\n\n";
    text += "from dataclasses import dataclass\nfrom datetime import timedelta\n";
    text += "from enum import StrEnum\nfrom typing import Any, TypeAlias\n\n";
    text += "from .failure import BinderyError\n";
    // What is defined by others comes behind them.
    let rank = |named: &Named| match named.form {
        Form::Alias(_) => 0,
        Form::Enum(_) => 1,
        Form::Variant(_) => 2,
        Form::Record(_) => 3,
    };
    let mut named: Vec<_> = contract.types.iter().filter(|(name, _)| *name != "error").collect();
    named.sort_by_key(|(_, named)| rank(named));
    for (name, named) in named {
        text += &declared(name, named);
    }
    text
}

/// `bindery/<module>.py`: the operations of one interface.
pub(super) fn module(contract: &Contract, interface: &str) -> String {
    let all = interfaces(contract);
    let found = all.into_iter().find(|(name, _)| *name == interface);
    let operations = found.map(|(_, operations)| operations).unwrap_or_default();
    let functions: String =
        operations.iter().map(|operation| function(contract, operation)).collect();
    let used = used_types(contract, interface, &operations);
    let mut text = format!("# {HEADER}\n");
    text += &docs(&interface_docs(interface, &operations), "");
    text.push('\n');
    if functions.contains("timedelta") {
        text += "from datetime import timedelta\n\n";
    }
    text += "from ._host import Interface\n";
    if functions.contains("BinderyError") {
        text += "from .failure import BinderyError\n";
    }
    if !used.is_empty() {
        let mut used: Vec<_> = used.iter().cloned().collect();
        used.sort_by_key(|name| name.to_lowercase());
        let line = format!("from .types import {}\n", used.join(", "));
        let long = format!("from .types import {}\n", bracketed(&used, '(', ')', "    ", ""));
        text += if line.len() <= WIDTH { &line } else { &long };
    }
    let mut public: BTreeSet<_> = used.into_iter().filter(|name| name != "Json").collect();
    public.extend(operations.iter().map(|operation| snake(&operation.function)));
    let public: Vec<_> = public.iter().map(|name| quote(name)).collect();
    text += &format!("\n__all__ = {}\n", bracketed(&public, '[', ']', "    ", ""));
    text += &format!("\n_host = Interface({})\n", quote(interface));
    text + &functions
}

/// The types of an interface, and those that its operations name.
fn used_types(contract: &Contract, interface: &str, operations: &[&Described]) -> BTreeSet<String> {
    let own = contract.types.iter().filter(|(_, named)| named.interface == interface);
    let mut names: BTreeSet<&str> = own.map(|(name, _)| name.as_str()).collect();
    for operation in operations {
        let parameters = operation.parameters.iter().map(|parameter| &parameter.ty);
        names.extend(parameters.chain(&operation.returns).filter_map(named));
    }
    let mut used = BTreeSet::new();
    for name in names {
        match contract.types.get(name).map(|named| &named.form) {
            Some(Form::Variant(cases)) => {
                used.insert(pascal(name));
                used.extend(cases.iter().map(|case| pascal(name) + &pascal(&case.name)));
            }
            Some(_) if matches!(name, "error" | "milliseconds") => {}
            _ => drop(used.insert(pascal(name))),
        }
    }
    used
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::List(item) | Type::Option(item) => named(item),
        Type::Named(name) => Some(name),
        _ => None,
    }
}

fn function(contract: &Contract, operation: &Described) -> String {
    let name = snake(&operation.function);
    let mut parameters = vec![];
    let mut passed = vec![quote(&operation.name)];
    for parameter in &operation.parameters {
        let (own, ty) = (attribute(&parameter.name), spelled(&parameter.ty));
        parameters.push(match &parameter.ty {
            Type::Option(_) => format!("{own}: {ty} = None"),
            it if all_optional(contract, it) => format!("{own}: {ty} | None = None"),
            _ => format!("{own}: {ty}"),
        });
        passed.push(own);
    }
    let returns = operation.returns.as_ref().map_or("None".to_owned(), spelled);
    let head = format!("def {name}({}) -> {returns}:\n", parameters.join(", "));
    let long =
        format!("def {name}{} -> {returns}:\n", bracketed(&parameters, '(', ')', "    ", ""));
    let head = if head.len() <= WIDTH { head } else { long };
    let call = format!("_host.call({})", passed.join(", "));
    let keyword = if operation.returns.is_some() { "return " } else { "" };
    let doc = docs(&operation.docs, "    ");
    format!("\n\n{head}{doc}    {keyword}{call}\n")
}

fn declared(name: &str, named: &Named) -> String {
    let own = pascal(name);
    match &named.form {
        Form::Record(fields) => {
            let mut text = format!("\n\n@dataclass(kw_only=True)\nclass {own}:\n");
            text += &class_docs(&named.docs);
            for field in fields {
                let default = if matches!(field.ty, Type::Option(_)) { " = None" } else { "" };
                let ty = spelled(&field.ty);
                text += &format!("    {}: {ty}{default}\n", attribute(&field.name));
                text += &docs(&field.docs, "    ");
            }
            text
        }
        Form::Enum(cases) => {
            let mut text = format!("\n\nclass {own}(StrEnum):\n{}", class_docs(&named.docs));
            for case in cases {
                let constant = snake(&case.name).to_uppercase();
                text += &format!("    {constant} = {}\n", quote(&pascal(&case.name)));
                text += &docs(&case.docs, "    ");
            }
            text
        }
        Form::Variant(cases) => variant(&own, named, cases),
        Form::Alias(_) if name == "json" => {
            format!("\n{own}: TypeAlias = Any\n\"\"\"Any value that JSON can hold.\"\"\"\n")
        }
        // Lengths of time are the language's own.
        Form::Alias(_) if name == "milliseconds" => String::new(),
        Form::Alias(ty) => {
            format!("\n{own}: TypeAlias = {}\n{}", spelled(ty), docs(&named.docs, ""))
        }
    }
}

fn variant(own: &str, named: &Named, cases: &[Case]) -> String {
    let mut text = String::new();
    let mut names = vec![];
    for case in cases {
        let name = own.to_owned() + &pascal(&case.name);
        text += &format!("\n\n@dataclass(frozen=True)\nclass {name}:\n");
        let docs = if case.docs.is_empty() { "A case." } else { &case.docs };
        text += &class_docs(docs);
        if let Some(ty) = &case.ty {
            text += &format!("    value: {}\n", spelled(ty));
        }
        text = text.trim_end().to_owned() + "\n";
        names.push(name);
    }
    text + &format!("\n\n{own}: TypeAlias = {}\n{}", names.join(" | "), docs(&named.docs, ""))
}

/// A type as Python has it.
fn spelled(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::U8 | Type::U32 | Type::U64 => "int".to_owned(),
        Type::String => "str".to_owned(),
        Type::List(item) => format!("list[{}]", spelled(item)),
        Type::Option(item) => format!("{} | None", spelled(item)),
        Type::Named(name) if name == "error" => "BinderyError".to_owned(),
        Type::Named(name) if name == "milliseconds" => "timedelta".to_owned(),
        Type::Named(name) => pascal(name),
    }
}

fn entries(fields: &[Field], indent: &str, end: &str) -> String {
    let entry = |field: &Field| format!("{}: {}", quote(&field.name), quote(&short(&field.ty)));
    let entries: Vec<_> = fields.iter().map(entry).collect();
    bracketed(&entries, '{', '}', indent, end)
}

fn cases_of(cases: &[Case]) -> String {
    let entry = |case: &Case| {
        let ty = case.ty.as_ref().map_or("None".to_owned(), |ty| quote(&short(ty)));
        format!("{}: {ty}", quote(&case.name))
    };
    let entries: Vec<_> = cases.iter().map(entry).collect();
    bracketed(&entries, '{', '}', "        ", "    ")
}

/// Items one a line, with a comma behind the last.
fn bracketed(items: &[String], open: char, close: char, indent: &str, end: &str) -> String {
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let items: String = items.iter().map(|item| format!("{indent}{item},\n")).collect();
    format!("{open}\n{items}{end}{close}")
}

/// One level deeper, but for the first line.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

fn quote(text: &str) -> String {
    format!("\"{text}\"")
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A name of a field or a parameter; a word of the language gets a `_` behind it.
fn attribute(name: &str) -> String {
    let name = snake(name);
    if name == "from" { name + "_" } else { name }
}

fn module_name(interface: &str) -> String {
    snake(short_name(interface))
}

/// A docstring and the blank line behind it.
fn class_docs(text: &str) -> String {
    let docs = docs(text, "    ");
    if docs.is_empty() { docs } else { docs + "\n" }
}

/// A docstring; nothing where there are no words.
fn docs(text: &str, indent: &str) -> String {
    let lines = wrap(text, WIDTH - 6 - indent.len());
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}\"\"\"{line}\"\"\"\n"),
        [first, rest @ ..] => {
            let line = |line: &String| format!("{indent}{line}").trim_end().to_owned() + "\n";
            let rest: String = rest.iter().map(line).collect();
            format!("{indent}\"\"\"{first}\n{rest}{indent}\"\"\"\n")
        }
    }
}
