//! The JSON Schema of each template's parameters: in most languages it is made from their type.

use super::{Bench, text};
use serde_json::{Value, json};
use std::path::Path;

/// The one parameter of a language's template, and its schema.
pub(crate) fn parameter(language: &str) -> Option<(&'static str, Value)> {
    let most = "Name so many of them at most.";
    let bytes = "List only updates of at least so many bytes.";
    let most = json!({ "type": "integer", "minimum": 1, "default": 10, "description": most });
    let bytes = json!({ "type": "integer", "minimum": 0, "default": 0, "description": bytes });
    let security = |text| json!({ "type": "boolean", "default": false, "description": text });
    match language {
        "javascript" | "python" | "typescript" => Some(("most", most)),
        "rust" => {
            let mut most = most;
            most["format"] = "uint".into();
            Some(("most", most))
        }
        "c" | "c++" | "zig" => Some(("bytesMin", bytes)),
        "go" => Some(("securityOnly", security("List only security updates."))),
        "assemblyscript" => Some(("securityOnly", security("Say only security updates."))),
        _ => None,
    }
}

impl Bench {
    /// Whether `wasm`, built of the template, tells the schema, and a value that does not fit is named.
    pub(crate) fn has_its_schema(&self, language: &str, wasm: &Path) {
        let (name, wanted) = parameter(language).expect("a parameter");
        let shown = self.does(&["runbook", "show", text(wasm), "--schema"]).stdout;
        let schema: Value = serde_json::from_slice(&shown).expect("JSON");
        assert_eq!(schema["properties"], json!({ name: wanted }), "{language}");
        assert_eq!(schema["additionalProperties"], json!(false), "{language}");
        let required = schema.get("required").and_then(Value::as_array);
        assert!(required.is_none_or(Vec::is_empty), "{language}: {schema}");
        let wrong =
            [(format!("{name}=[]"), format!("`/{name}`")), ("nothing=1".into(), "nothing".into())];
        for (given, named) in wrong {
            let refused = self.tries(&["runbook", "test", text(wasm), "-p", &given]);
            let words = String::from_utf8_lossy(&refused.stderr);
            let told = words.contains("the parameters do not fit") && words.contains(&named);
            assert!(refused.status.code() == Some(2) && told, "{language}: {given}: {words}");
        }
    }
}
