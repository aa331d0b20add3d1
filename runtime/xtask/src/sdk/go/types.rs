//! The Go types of what the contract passes.

use super::{package_of, text::acronyms};
use bindery_core::contract::{Contract, Form, Type};

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In JSON.
    Field,
    /// What an author passes: any value in place of its JSON, and the standard library's lengths of
    /// time.
    Parameter,
    /// What an author gets.
    Return,
}

/// The Go type of `ty` in the package of `interface`.
pub(super) fn go_type(contract: &Contract, interface: &str, ty: &Type, place: Place) -> String {
    let inner = |ty: &Type| go_type(contract, interface, ty, place);
    match ty {
        Type::Bool => "bool".into(),
        Type::U8 => "uint8".into(),
        Type::U32 => "uint32".into(),
        Type::U64 => "uint64".into(),
        Type::String => "string".into(),
        Type::List(item) if place == Place::Parameter && is_json(contract, item) => "[]T".into(),
        Type::List(item) => format!("[]{}", inner(item)),
        // Empty, or nil, where there is none.
        Type::Option(ty) if matches!(**ty, Type::List(_)) || is_json(contract, ty) => inner(ty),
        Type::Option(ty) => format!("*{}", inner(ty)),
        Type::Named(_) if place == Place::Parameter && is_json(contract, ty) => "any".into(),
        Type::Named(_) if is_milliseconds(contract, ty) && place != Place::Field => {
            "time.Duration".into()
        }
        Type::Named(_) if is_milliseconds(contract, ty) => {
            in_package(interface, "types", "Duration")
        }
        Type::Named(name) if name == "timestamp" => "time.Time".into(),
        Type::Named(name) => {
            let home = contract.types.get(name).map_or("types", |named| &named.interface);
            in_package(interface, home, &acronyms(name))
        }
    }
}

fn in_package(interface: &str, home: &str, name: &str) -> String {
    if interface == home {
        return name.to_owned();
    }
    format!("{}.{name}", package_of(home).name)
}

/// What an option may hold; every other type is its own.
pub(super) fn base(ty: &Type) -> &Type {
    match ty {
        Type::Option(ty) => ty,
        ty => ty,
    }
}

/// A value of another type with the same memory.
pub(super) fn converted(ty: &str, value: &str) -> String {
    if ty.starts_with('*') { format!("({ty})({value})") } else { format!("{ty}({value})") }
}

/// Whether it is JSON text.
pub(super) fn is_json(contract: &Contract, ty: &Type) -> bool {
    is_alias(contract, ty, "json")
}

/// Whether it is a list of JSON texts.
pub(super) fn is_list_of_json(contract: &Contract, ty: &Type) -> bool {
    matches!(ty, Type::List(item) if is_json(contract, item))
}

/// Whether it is a length of time.
pub(super) fn is_milliseconds(contract: &Contract, ty: &Type) -> bool {
    is_alias(contract, ty, "milliseconds")
}

fn is_alias(contract: &Contract, ty: &Type, wanted: &str) -> bool {
    let Type::Named(name) = ty else { return false };
    let form = contract.types.get(name).map(|named| &named.form);
    name == wanted && matches!(form, Some(Form::Alias(_)))
}
