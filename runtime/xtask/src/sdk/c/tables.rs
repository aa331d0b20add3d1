//! `sdk/c/bindery_contract.inc`: the forms of the types, and the operations.

use super::names::{
    MADE, Shape, declared, form, in_order, list_name, listed, member, shape, signature, type_name,
    word,
};
use bindery_core::contract::{Case, Contract, Described, Field, Form, Type, camel, pascal};
use std::fmt::Write as _;

/// `sdk/c/bindery_contract.inc`.
pub(crate) fn tables(contract: &Contract) -> String {
    let mut text = MADE.to_owned();
    text.push_str(
        "/* Part of bindery.c: the forms of the contract's types, and its operations. */\n",
    );
    let lists = listed(contract);
    for (name, named) in in_order(contract) {
        let typed = type_name(name);
        match &named.form {
            Form::Alias(_) => continue,
            Form::Record(record) => {
                text.push_str(&fields(contract, &typed, record));
                text.push_str(&table(&typed, "RECORD", &format!("{typed}_fields, NULL"), "fields"));
            }
            Form::Enum(cases) => {
                text.push_str(&spellings(&typed, cases));
                text.push_str(&table(&typed, "ENUM", &format!("NULL, {typed}_names"), "names"));
            }
            Form::Variant(cases) => {
                text.push_str(&payloads(contract, &typed, cases));
                text.push_str(&table(
                    &typed,
                    "VARIANT",
                    &format!("{typed}_fields, NULL"),
                    "fields",
                ));
            }
        }
        if lists.contains(name) {
            let list = list_name(contract, &Type::Named(name.into()));
            let _ = writeln!(
                text,
                "const bindery_form_t {list}_form = {{\n    BINDERY_FORM_LIST, sizeof({list}), NULL, \
                 NULL, 0, &{typed}_form\n}};",
            );
        }
    }
    for described in &contract.operations {
        text.push_str(&operation(contract, described));
    }
    text.push_str("\nconst bindery_operation_t *const bindery_operations[] = {\n");
    for described in &contract.operations {
        let _ = writeln!(text, "    &operation_{},", word(&described.name));
    }
    text + "    NULL,\n};\n"
}

/// The form of a type whose fields or names stand before it.
fn table(typed: &str, kind: &str, has: &str, counted: &str) -> String {
    let counted = format!("{typed}_{counted}");
    format!(
        "const bindery_form_t {typed}_form = {{\n    BINDERY_FORM_{kind}, sizeof({typed}), {has},\n    \
         sizeof {counted} / sizeof {counted}[0], NULL\n}};\n"
    )
}

fn fields(contract: &Contract, typed: &str, record: &[Field]) -> String {
    let mut text = format!("\nstatic const bindery_field_t {typed}_fields[] = {{\n");
    for field in record {
        let (key, name, form) = (camel(&field.name), word(&field.name), form(contract, &field.ty));
        let optional = matches!(field.ty, Type::Option(_));
        let _ = writeln!(
            text,
            "    {{ \"{key}\", offsetof({typed}, {name}), &{form}, {optional}, NULL }},",
        );
    }
    text + "};\n"
}

fn spellings(typed: &str, cases: &[Case]) -> String {
    let mut text = format!("\nstatic const char *const {typed}_names[] = {{\n");
    for case in cases {
        let _ = writeln!(text, "    \"{}\",", pascal(&case.name));
    }
    text + "};\n"
}

fn payloads(contract: &Contract, typed: &str, cases: &[Case]) -> String {
    let mut text = format!("\nstatic const bindery_field_t {typed}_fields[] = {{\n");
    for case in cases {
        let key = camel(&case.name);
        let _ = match &case.ty {
            None => writeln!(text, "    {{ \"{key}\", 0, NULL, false, NULL }},"),
            Some(ty) => {
                let (name, form) = (word(&case.name), form(contract, ty));
                writeln!(
                    text,
                    "    {{ \"{key}\", offsetof({typed}, {name}), &{form}, false, NULL }},",
                )
            }
        };
    }
    text + "};\n"
}

/// The struct of its arguments, its table, its typed function, and the one that takes the struct.
fn operation(contract: &Contract, described: &Described) -> String {
    let own = word(&described.name);
    let mut text = String::new();
    let none = described.parameters.is_empty();
    let arguments = if none { "bindery_nothing_t".into() } else { format!("{own}_arguments_t") };
    if !none {
        text.push_str("\ntypedef struct {\n");
        for field in &described.parameters {
            let member = declared(&member(contract, &field.ty), &word(&field.name));
            let _ = writeln!(text, "    {member};");
        }
        let _ = writeln!(text, "}} {arguments};");
        text.push_str(&fields(contract, &arguments, &described.parameters));
        let has = format!("{arguments}_fields, NULL");
        text.push_str("static ");
        text.push_str(&table(&arguments, "RECORD", &has, "fields"));
    }
    let (reply, size, place) = match &described.returns {
        None => ("{ NULL, 0, NULL, false, NULL }".to_owned(), "0".to_owned(), "NULL"),
        Some(ty) => {
            let optional = matches!(ty, Type::Option(_));
            let reply = format!("{{ NULL, 0, &{}, {optional}, NULL }}", form(contract, ty));
            (reply, format!("sizeof({})", member(contract, ty)), "reply")
        }
    };
    let _ = write!(
        text,
        "\nstatic bool call_{own}(bindery_t *run, const void *given, void *reply);\n\
         static const bindery_operation_t operation_{own} = {{\n    \"{}\", &{arguments}_form,\n    \
         {reply},\n    {size}, call_{own}\n}};\n",
        described.name,
    );
    let _ = writeln!(text, "\n{} {{", signature(contract, described));
    if none {
        let _ = writeln!(text, "    static const bindery_nothing_t arguments = {{ 0 }};");
    } else {
        let values: Vec<_> =
            (described.parameters.iter()).map(|field| value(contract, field, "", "*")).collect();
        let _ = writeln!(text, "    const {arguments} arguments = {{ {} }};", values.join(", "));
    }
    let _ = writeln!(text, "    return invoke(run, &operation_{own}, &arguments, {place});\n}}");

    let mut passed = vec!["run".to_owned()];
    passed.extend(described.parameters.iter().map(|it| value(contract, it, "arguments->", "&")));
    let _ = writeln!(
        text,
        "\nstatic bool call_{own}(bindery_t *run, const void *given, void *reply) {{",
    );
    if none {
        text.push_str("    (void)given;\n");
    } else {
        let _ = writeln!(text, "    const {arguments} *arguments = given;");
    }
    if described.returns.is_some() {
        passed.push("reply".into());
    } else {
        text.push_str("    (void)reply;\n");
    }
    let _ = writeln!(text, "    return bindery_{own}({});\n}}", passed.join(", "));
    text
}

/// A member as an initialiser or an argument; `by` is put before what functions take by address.
fn value(contract: &Contract, field: &Field, of: &str, by: &str) -> String {
    let by = if shape(contract, &field.ty) == Shape::Struct { by } else { "" };
    format!("{by}{of}{}", word(&field.name))
}
