//! `sdk/rust/conformance`: the form in JSON of every type of the contract. The SDK itself has its types
//! from the WIT, by `wit-bindgen`, while it is compiled.

use super::prose::HEADER;
use bindery_core::contract::{Case, Contract, Form, camel, pascal};

/// Words of Rust that `wit-bindgen` writes with an underscore behind them.
const KEYWORDS: [&str; 8] = ["as", "for", "in", "match", "move", "ref", "type", "use"];

/// `conformance/src/forms.rs`: a line of macro per type and key.
pub(super) fn forms(contract: &Contract) -> String {
    let mut text = format!("//! {HEADER}\n\n");
    text += "use crate::form::{cases, record, variant};\n";
    text += "use bindery_sdk::bindings::bindery::runbook as host;\n";
    for (name, named) in &contract.types {
        let (kind, lines) = match &named.form {
            Form::Alias(_) => continue,
            Form::Record(fields) => {
                let line = |name: &str| format!("    {}: {:?},\n", field(name), camel(name));
                ("record", fields.iter().map(|it| line(&it.name)).collect::<String>())
            }
            Form::Enum(cases) => {
                ("cases", cases.iter().map(|it| format!("    {},\n", pascal(&it.name))).collect())
            }
            Form::Variant(cases) => ("variant", cases.iter().map(case).collect()),
        };
        let path = format!("host::{}::{}", named.interface.replace('-', "_"), pascal(name));
        text += &format!("\n{kind}! {{ {path} {{\n{lines}}} }}\n");
    }
    text
}

fn case(case: &Case) -> String {
    let carried = if case.ty.is_some() { "(value)" } else { "" };
    format!("    {}{carried}: {:?},\n", pascal(&case.name), camel(&case.name))
}

fn field(name: &str) -> String {
    let name = name.replace('-', "_");
    let end = if KEYWORDS.contains(&name.as_str()) { "_" } else { "" };
    name + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_its_keys_and_a_keyword_is_written_as_the_bindings_write_it() {
        let contract: Contract = serde_json::from_value(serde_json::json!({
            "package": "bindery:runbook@0.1.0", "abiVersion": 1, "operations": [],
            "types": {
                "target": { "interface": "children", "variant": [{ "name": "sandbox" }, { "name": "group", "type": "string" }] },
                "left-out": { "interface": "update-inventory", "record": [{ "name": "kb-id", "type": "string" }, { "name": "type", "type": "string" }] },
            },
        }))
        .expect("a contract");
        let text = forms(&contract);
        for expected in [
            "variant! { host::children::Target {\n    Sandbox: \"sandbox\",\n    Group(value): \"group\",\n} }",
            "record! { host::update_inventory::LeftOut {\n    kb_id: \"kbId\",\n    type_: \"type\",\n} }",
        ] {
            assert!(text.contains(expected), "{text}");
        }
    }
}
