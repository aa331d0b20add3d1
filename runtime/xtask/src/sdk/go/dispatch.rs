//! The table of the conformance guest: an operation's name to its typed function.

use super::{
    fields, package_of,
    text::acronyms,
    types::{Place, base, converted, go_type, is_json, is_milliseconds},
};
use bindery_core::contract::{Contract, Described, Field, Type};

/// `var operations = ...`.
pub(super) fn table(contract: &Contract) -> String {
    let mut text = String::from(
        "// operations decode the arguments, call the typed function, and return what it replies.\n\
         var operations = map[string]func(given []byte) (any, error){\n",
    );
    for operation in &contract.operations {
        text += &entry(contract, operation);
    }
    text + "}\n"
}

fn entry(contract: &Contract, operation: &Described) -> String {
    let ty = |field: &Field| go_type(contract, "", &field.ty, Place::Field);
    let fields = fields(&operation.parameters, "\t\t\t", ty);
    let (arguments, into) = if fields.is_empty() {
        (String::new(), "&struct{}{}")
    } else {
        (format!("\t\tvar arguments struct {{\n{fields}\t\t}}\n"), "&arguments")
    };
    let passed: Vec<_> = operation
        .parameters
        .iter()
        .map(|field| {
            let value = format!("arguments.{}", acronyms(&field.name));
            if is_milliseconds(contract, base(&field.ty)) {
                converted(&go_type(contract, "", &field.ty, Place::Return), &value)
            } else {
                value
            }
        })
        .collect();
    let package = package_of(&operation.interface).name;
    let call = format!("{package}.{}({})", acronyms(&operation.function), passed.join(", "));
    let answer = match &operation.returns {
        None => format!("\t\treturn nil, {call}\n"),
        Some(ty) => {
            let reply = reply(contract, ty);
            if reply == "reply" {
                format!("\t\treturn {call}\n")
            } else {
                format!("\t\treply, err := {call}\n\t\treturn {reply}, err\n")
            }
        }
    };
    format!(
        "\t\"{}\": func(given []byte) (any, error) {{\n\
         {arguments}\t\tif err := decode(given, {into}); err != nil {{\n\
         \t\t\treturn nil, err\n\t\t}}\n\
         {answer}\t}},\n",
        operation.name
    )
}

/// The reply in its JSON form: milliseconds are a number, and no JSON is null.
fn reply(contract: &Contract, ty: &Type) -> String {
    if is_milliseconds(contract, base(ty)) {
        return converted(&go_type(contract, "", ty, Place::Field), "reply");
    }
    if matches!(ty, Type::Option(inner) if is_json(contract, inner)) {
        return "optional(reply)".into();
    }
    "reply".into()
}
