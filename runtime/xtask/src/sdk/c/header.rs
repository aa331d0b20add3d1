//! `sdk/c/bindery_contract.h`: every type and every operation, with the words of the WIT.

use super::names::{
    MADE, declared, in_order, list_name, listed, member, signature, spelt, type_name, upper, word,
};
use bindery_core::{
    code::Code,
    contract::{Case, Contract, Described, Field, Form, Named, Type},
    operation::Class,
};
use std::fmt::Write as _;

/// `sdk/c/bindery_contract.h`.
pub(crate) fn header(contract: &Contract) -> String {
    let mut text = MADE.to_owned();
    text.push_str("/* The types and operations of the contract; bindery.h includes it. */\n\n");
    for code in Code::ALL {
        let name = upper_words(code.as_str());
        let _ = writeln!(text, "#define BINDERY_CODE_{name} \"{}\"", code.as_str());
    }
    let lists = listed(contract);
    for (name, named) in in_order(contract) {
        text.push('\n');
        text.push_str(&defined(contract, name, named));
        if lists.contains(name) {
            let list = list_name(contract, &Type::Named(name.into()));
            let plain = list.trim_end_matches("_t");
            let item = type_name(name);
            let _ = writeln!(
                text,
                "typedef struct {plain} {{\n    const {item} *items;\n    size_t count;\n}} {list};",
            );
            let _ = writeln!(text, "typedef {list} {list}_optional;");
            let _ = writeln!(text, "extern const bindery_form_t {list}_form;");
        }
    }
    for operation in &contract.operations {
        text.push('\n');
        text.push_str(&function(contract, operation));
    }
    text
}

fn defined(contract: &Contract, name: &str, named: &Named) -> String {
    let (plain, typed) = (format!("bindery_{}", name.replace('-', "_")), type_name(name));
    let docs = docs("", &named.docs);
    let form = |optional: &str| {
        let (plain, optional) = (&typed, declared(optional, &format!("{typed}_optional")));
        format!("typedef {optional};\nextern const bindery_form_t {plain}_form;\n")
    };
    let (pointer, same) = (form(&format!("const {typed} *")), form(&typed));
    match &named.form {
        Form::Alias(ty) => {
            let ty = spelt(contract, ty);
            format!("{docs}typedef {};\n", declared(&ty, &typed))
        }
        Form::Record(fields) => {
            let members: String = fields.iter().map(|it| described(contract, it)).collect();
            format!("{docs}typedef struct {plain} {{\n{members}}} {typed};\n{pointer}")
        }
        Form::Enum(cases) => {
            let cases = constants(name, cases);
            format!("{docs}typedef enum {plain} {{\n{cases}}} {typed};\n{same}")
        }
        Form::Variant(cases) => {
            let constants = constants(name, cases);
            let case = format!("{plain}_case");
            let payloads: String = (cases.iter())
                .filter_map(|it| Some((it, it.ty.as_ref()?)))
                .map(|(it, ty)| {
                    format!("        {};\n", declared(&spelt(contract, ty), &word(&it.name)))
                })
                .collect();
            format!(
                "typedef enum {case} {{\n{constants}}} {case}_t;\n{docs}typedef struct {plain} {{\n    \
                 {case}_t is;\n    union {{\n{payloads}    }};\n}} {typed};\n{pointer}"
            )
        }
    }
}

fn described(contract: &Contract, field: &Field) -> String {
    let member = declared(&member(contract, &field.ty), &word(&field.name));
    let optional = if matches!(field.ty, Type::Option(_)) { " /* optional */" } else { "" };
    format!("{}    {member};{optional}\n", docs("    ", &field.docs))
}

fn constants(name: &str, cases: &[Case]) -> String {
    let prefix = format!("BINDERY_{}", upper(name));
    let mut text = format!("    {prefix}_NONE = 0,\n");
    for case in cases {
        text.push_str(&docs("    ", &case.docs));
        let _ = writeln!(text, "    {prefix}_{},", upper(&case.name));
    }
    text
}

fn function(contract: &Contract, operation: &Described) -> String {
    let grant = match &operation.grant {
        Some(grant) => format!("needs the grant `{grant}`"),
        None => "always granted".to_owned(),
    };
    let class = match operation.class {
        Class::Read => "changes nothing",
        Class::Idempotent => "twice is the same as once",
        Class::WriteOnce => "happens once",
    };
    let mut words = operation.docs.clone();
    if !words.is_empty() {
        words.push_str("\n\n");
    }
    let _ = write!(words, "Operation `{}`: {grant}; {class}.", operation.name);
    format!("{}{};\n", docs("", &words), signature(contract, operation))
}

/// `JobStopping` as `JOB_STOPPING`.
fn upper_words(pascal: &str) -> String {
    let mut text = String::new();
    for (index, letter) in pascal.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

fn docs(indent: &str, docs: &str) -> String {
    let docs = docs.replace("*/", "* /");
    let mut lines = docs.lines();
    let Some(first) = lines.next() else { return String::new() };
    let mut text = format!("{indent}/** {first}");
    for line in lines {
        let space = if line.is_empty() { "" } else { "  " };
        let _ = write!(text, "\n{indent} *{space}{line}");
    }
    text + " */\n"
}
