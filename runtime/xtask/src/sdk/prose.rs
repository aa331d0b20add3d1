//! What the generators of several languages say alike: wrapped documentation, the short names of the
//! interfaces, and the forms that a codec reads.

use bindery_core::contract::{Contract, Described, Form, Type};

/// The first line of a generated file, without the comment sign.
pub(super) const HEADER: &str = "Made from sdk/wit by `cargo xtask bless`. Do not edit.";

/// `docs` in lines of at most `width` characters; a blank line parts paragraphs.
pub(super) fn wrap(docs: &str, width: usize) -> Vec<String> {
    let mut lines = vec![];
    for (at, paragraph) in docs.split("\n\n").enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// What authors call an interface: its kebab name, without what only tells it from another one.
pub(super) fn short_name(interface: &str) -> &str {
    match interface {
        "update-inventory" => "updates",
        "update-installer" => "installer",
        "fleet-inventory" => "fleet",
        other => other,
    }
}

/// The interfaces that have operations, in the order of the table, each with its operations.
pub(super) fn interfaces(contract: &Contract) -> Vec<(&str, Vec<&Described>)> {
    let mut found: Vec<(&str, Vec<&Described>)> = vec![];
    for operation in &contract.operations {
        match found.iter_mut().find(|(name, _)| *name == operation.interface) {
            Some((_, operations)) => operations.push(operation),
            None => found.push((&operation.interface, vec![operation])),
        }
    }
    found
}

/// What an interface is, and the grant that it needs.
pub(super) fn interface_docs(interface: &str, operations: &[&Described]) -> String {
    match operations.first().and_then(|operation| operation.grant.as_ref()) {
        Some(grant) => format!("The interface `{interface}`. Grant: `{grant}`."),
        None => format!("The interface `{interface}`. Always granted."),
    }
}

/// Whether it is a record none of whose fields is needed; such a parameter may be left out.
pub(super) fn all_optional(contract: &Contract, ty: &Type) -> bool {
    let Type::Named(name) = ty else { return false };
    let form = contract.types.get(name).map(|named| &named.form);
    let Some(Form::Record(fields)) = form else { return false };
    fields.iter().all(|field| matches!(field.ty, Type::Option(_)))
}

/// A type as the codec has it: `update[]?`.
pub(super) fn short(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::String => "string".to_owned(),
        Type::List(item) => format!("{}[]", short(item)),
        Type::Option(item) => format!("{}?", short(item)),
        Type::Named(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_keep_to_the_width_and_paragraphs_stay_apart() {
        assert_eq!(wrap("one two\nthree\n\nfour", 9), ["one two", "three", "", "four"]);
        assert_eq!(wrap("", 9), Vec::<String>::new());
    }
}
