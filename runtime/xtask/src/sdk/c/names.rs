//! How the contract's types and names are written in C.

use bindery_core::contract::{Contract, Described, Field, Form, Named, Type};
use std::collections::BTreeSet;

/// The first line of a generated file.
pub(super) const MADE: &str = "/* Made from sdk/wit by `cargo xtask bless`. Do not edit. */\n";

/// A line of C has no more.
const COLUMNS: usize = 100;

/// Words that are no names in C or C++, or macros of its library.
const KEYWORDS: &[&str] = &[
    "and",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "not",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// What a value is once aliases are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    Number(&'static str),
    Text,
    Enum,
    /// A record or a variant.
    Struct,
    List(&'a Type),
    /// What C has no form for.
    Unknown,
}

/// `os-type` as `os_type`, and with `_` after it where C or C++ have another use for the word.
pub(super) fn word(kebab: &str) -> String {
    let snake = kebab.replace(['-', '.'], "_");
    if KEYWORDS.contains(&snake.as_str()) { snake + "_" } else { snake }
}

/// `os-type` as `OS_TYPE`.
pub(super) fn upper(kebab: &str) -> String {
    kebab.replace(['-', '.'], "_").to_ascii_uppercase()
}

/// `os-type` as `bindery_os_type_t`.
pub(super) fn type_name(kebab: &str) -> String {
    format!("bindery_{}_t", kebab.replace('-', "_"))
}

/// What this type is.
pub(super) fn shape<'a>(contract: &'a Contract, ty: &'a Type) -> Shape<'a> {
    match ty {
        Type::Bool => Shape::Number("bool"),
        Type::U8 => Shape::Number("u8"),
        Type::U32 => Shape::Number("u32"),
        Type::U64 => Shape::Number("u64"),
        Type::String => Shape::Text,
        Type::List(item) => Shape::List(item),
        Type::Option(_) => Shape::Unknown,
        Type::Named(name) => match contract.types.get(name).map(|named| &named.form) {
            Some(Form::Alias(ty)) => shape(contract, ty),
            Some(Form::Enum(_)) => Shape::Enum,
            Some(Form::Record(_) | Form::Variant(_)) => Shape::Struct,
            None => Shape::Unknown,
        },
    }
}

/// The C type of a value that must be there.
pub(super) fn spelt(contract: &Contract, ty: &Type) -> String {
    match (ty, shape(contract, ty)) {
        (Type::Named(name), _) => type_name(name),
        (_, Shape::Number("bool")) => "bool".into(),
        (_, Shape::Number("u8")) => "uint8_t".into(),
        (_, Shape::Number("u32")) => "uint32_t".into(),
        (_, Shape::Number(_)) => "uint64_t".into(),
        (_, Shape::Text) => "const char *".into(),
        (_, Shape::List(item)) => list_name(contract, item),
        _ => format!("unsupported_{ty:?}").replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
    }
}

/// The C type of a member: what may be absent has a type that can say so.
pub(super) fn member(contract: &Contract, ty: &Type) -> String {
    let Type::Option(inner) = ty else { return spelt(contract, ty) };
    match shape(contract, inner) {
        Shape::Number(number) => format!("bindery_optional_{number}_t"),
        Shape::Struct => format!("const {} *", spelt(contract, inner)),
        _ => spelt(contract, inner),
    }
}

/// The C type of a parameter: what is large goes by address.
pub(super) fn parameter(contract: &Contract, field: &Field) -> String {
    let ty = match shape(contract, &field.ty) {
        Shape::Struct => format!("const {} *", spelt(contract, &field.ty)),
        _ => member(contract, &field.ty),
    };
    declared(&ty, &word(&field.name))
}

/// `const char *` and `id` as `const char *id`.
pub(super) fn declared(ty: &str, name: &str) -> String {
    if ty.ends_with('*') { format!("{ty}{name}") } else { format!("{ty} {name}") }
}

/// The constant that is the form of a type, optional or not.
pub(super) fn form(contract: &Contract, ty: &Type) -> String {
    let inner = if let Type::Option(inner) = ty { inner } else { ty };
    let name = match (inner, shape(contract, inner)) {
        (_, Shape::Number(number)) => format!("bindery_{number}_t"),
        (_, Shape::Text) => "bindery_text_t".into(),
        (_, Shape::List(item)) => list_name(contract, item),
        (Type::Named(name), _) => type_name(name),
        _ => spelt(contract, inner),
    };
    name + "_form"
}

/// The list of these items.
pub(super) fn list_name(contract: &Contract, item: &Type) -> String {
    match (item, shape(contract, item)) {
        (_, Shape::Text) => "bindery_text_list_t".into(),
        (Type::Named(name), Shape::Struct | Shape::Enum) => {
            format!("bindery_{}_list_t", name.replace('-', "_"))
        }
        _ => "unsupported_list_t".into(),
    }
}

/// The types in an order in which each stands after those that it holds.
pub(super) fn in_order(contract: &Contract) -> Vec<(&str, &Named)> {
    fn visit<'a>(contract: &'a Contract, name: &'a str, order: &mut Vec<(&'a str, &'a Named)>) {
        if order.iter().any(|(done, _)| *done == name) {
            return;
        }
        let Some(named) = contract.types.get(name) else { return };
        for ty in held(named) {
            if let Some(inner) = innermost(ty) {
                visit(contract, inner, order);
            }
        }
        order.push((name, named));
    }
    let mut order = vec![];
    for name in contract.types.keys() {
        visit(contract, name, &mut order);
    }
    order
}

/// The types whose lists the contract has.
pub(super) fn listed(contract: &Contract) -> BTreeSet<&str> {
    let held = contract.types.values().flat_map(held);
    let arguments = contract.operations.iter().flat_map(|it| &it.parameters).map(|it| &it.ty);
    let replies = contract.operations.iter().filter_map(|it| it.returns.as_ref());
    let mut names = BTreeSet::new();
    for mut ty in held.chain(arguments).chain(replies) {
        if let Type::Option(inner) = ty {
            ty = inner;
        }
        if let Type::List(item) = ty
            && let Type::Named(name) = &**item
            && matches!(shape(contract, item), Shape::Struct | Shape::Enum)
        {
            names.insert(name.as_str());
        }
    }
    names
}

/// The function of an operation: the run, its parameters, and last a place for the reply.
pub(super) fn signature(contract: &Contract, operation: &Described) -> String {
    let mut parameters = vec!["bindery_t *run".to_owned()];
    parameters.extend(operation.parameters.iter().map(|field| parameter(contract, field)));
    if let Some(ty) = &operation.returns {
        let ty = format!("{} *", member(contract, ty)).replace("* *", "**");
        parameters.push(declared(&ty, "reply"));
    }
    let name = format!("bool bindery_{}(", word(&operation.name));
    let parameters = parameters.join(", ");
    // What is after it takes two characters.
    let line = if name.len() + parameters.len() > COLUMNS - 3 { "\n    " } else { "" };
    format!("{name}{line}{parameters})")
}

fn held(named: &Named) -> Vec<&Type> {
    match &named.form {
        Form::Record(fields) => fields.iter().map(|field| &field.ty).collect(),
        Form::Variant(cases) => cases.iter().filter_map(|case| case.ty.as_ref()).collect(),
        Form::Alias(ty) => vec![ty],
        Form::Enum(_) => vec![],
    }
}

fn innermost(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::List(inner) | Type::Option(inner) => innermost(inner),
        _ => None,
    }
}
