//! How a form of the contract is spelled, read and written.

use bindery_core::contract::{Contract, Form, Type, pascal};

/// The lines that write one member of an object; one that is absent is left out.
pub(super) fn member(
    contract: &Contract,
    key: &str,
    value: &str,
    ty: &Type,
    indent: &str,
) -> String {
    let (ty, optional) = match resolved(contract, ty) {
        Type::Option(inner) => (&**inner, true),
        _ => (ty, false),
    };
    let local = format!("{key}Value");
    let from = if optional { local.clone() } else { value.to_owned() };
    let scalar = optional && is_scalar(contract, ty);
    let from = if scalar { format!("{from}.value") } else { from };
    let inner = if optional { format!("{indent}  ") } else { indent.to_owned() };
    let lines =
        format!("{inner}to.key(\"{key}\");\n{inner}{};\n", write(contract, ty, "to", &from));
    match optional {
        true => format!(
            "{indent}const {local} = {value};\n{indent}if ({local} !== null) {{\n{lines}{indent}}}\n"
        ),
        false => lines,
    }
}

/// The expression that reads a value.
pub(super) fn read(contract: &Contract, ty: &Type, from: &str) -> String {
    let spelling = spelled(contract, ty);
    if !has_enum(contract, ty) {
        return format!("{from}.as<{spelling}>()");
    }
    match resolved(contract, ty) {
        Type::Option(inner) => {
            format!("{from}.some<{}>({})", spelled(contract, inner), reader(contract, inner))
        }
        Type::List(inner) => {
            format!("{from}.list<{}>({})", spelled(contract, inner), reader(contract, inner))
        }
        _ => format!("{spelling}.read({from})"),
    }
}

/// The function that reads an item.
fn reader(contract: &Contract, ty: &Type) -> String {
    match resolved(contract, ty) {
        Type::Named(name) => format!("{}.read", class(name)),
        _ => format!("(at: JsonReader): {} => {}", spelled(contract, ty), read(contract, ty, "at")),
    }
}

/// The expression that writes a value.
fn write(contract: &Contract, ty: &Type, to: &str, value: &str) -> String {
    let spelling = spelled(contract, ty);
    if !has_enum(contract, ty) {
        return format!("{to}.put<{spelling}>({value})");
    }
    match resolved(contract, ty) {
        Type::List(inner) => {
            let item = spelled(contract, inner);
            let inner = write(contract, inner, "at", "it");
            format!("{to}.list<{item}>({value}, (at: JsonWriter, it: {item}): void => {inner})")
        }
        _ => format!("{spelling}.write({to}, {value})"),
    }
}

/// Whether an enum stands in it that is no field of a record.
fn has_enum(contract: &Contract, ty: &Type) -> bool {
    match resolved(contract, ty) {
        Type::List(inner) | Type::Option(inner) => has_enum(contract, inner),
        Type::Named(name) => is_enum(contract, name),
        _ => false,
    }
}

fn is_enum(contract: &Contract, name: &str) -> bool {
    matches!(contract.types.get(name).map(|named| &named.form), Some(Form::Enum(_)))
}

/// Whether its values are no references, so that they have no null.
fn is_scalar(contract: &Contract, ty: &Type) -> bool {
    match resolved(contract, ty) {
        Type::Bool | Type::U8 | Type::U32 | Type::U64 => true,
        Type::Named(name) => is_enum(contract, name),
        _ => false,
    }
}

/// The type behind its other names.
pub(super) fn resolved<'a>(contract: &'a Contract, ty: &'a Type) -> &'a Type {
    let Type::Named(name) = ty else { return ty };
    match contract.types.get(name).map(|named| &named.form) {
        Some(Form::Alias(ty)) => resolved(contract, ty),
        _ => ty,
    }
}

pub(super) fn spelled(contract: &Contract, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::String => "string".to_owned(),
        Type::List(inner) => {
            let inner = spelled(contract, inner);
            if inner.contains(' ') { format!("Array<{inner}>") } else { format!("{inner}[]") }
        }
        Type::Option(inner) if is_scalar(contract, inner) => {
            format!("Some<{}> | null", spelled(contract, inner))
        }
        Type::Option(inner) => format!("{} | null", spelled(contract, inner)),
        Type::Named(name) => class(name),
    }
}

/// The value that a field has at first.
pub(super) fn first(contract: &Contract, ty: &Type) -> String {
    match resolved(contract, ty) {
        Type::Bool => "false".to_owned(),
        Type::U8 | Type::U32 | Type::U64 => "0".to_owned(),
        Type::String => "\"\"".to_owned(),
        Type::List(_) => "[]".to_owned(),
        Type::Option(_) => "null".to_owned(),
        Type::Named(name) => match contract.types.get(name).map(|named| &named.form) {
            Some(Form::Enum(cases)) => {
                let case = cases.first().map(|case| pascal(&case.name)).unwrap_or_default();
                format!("{}.{case}", class(name))
            }
            _ => format!("new {}()", class(name)),
        },
    }
}

/// The name of a type. `Error` is a standard class of the language, and `Json` a value of the SDK.
pub(super) fn class(name: &str) -> String {
    match name {
        "error" => "Failure".to_owned(),
        "json" => "JsonText".to_owned(),
        name => pascal(name),
    }
}
