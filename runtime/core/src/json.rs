//! JSON of strangers: whatever is kept of it stands in documents of ours, which must be read back.

use crate::limit;
use serde_json::Value;

/// The value of a JSON text. The error says why it is none, or that it is nested too deep.
pub fn read(text: &str) -> Result<Value, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    check_depth(&value)?;
    Ok(value)
}

/// Whether arrays and objects stand in each other no deeper than `JSON_DEPTH`.
pub fn check_depth(value: &Value) -> Result<(), String> {
    let mut left = vec![(value, 1)];
    while let Some((value, depth)) = left.pop() {
        let below = match value {
            Value::Array(items) => items.iter().collect::<Vec<_>>(),
            Value::Object(object) => object.values().collect(),
            _ => continue,
        };
        if depth > limit::JSON_DEPTH {
            let most = limit::JSON_DEPTH;
            return Err(format!("is nested deeper than {most} levels (JSON_DEPTH)"));
        }
        left.extend(below.into_iter().map(|value| (value, depth + 1)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_to_its_depth_and_no_deeper() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(limit::JSON_DEPTH)).is_ok());
        let refused = read(&nested(limit::JSON_DEPTH + 1)).expect_err("too deep");
        assert_eq!(refused, "is nested deeper than 64 levels (JSON_DEPTH)");
        let objects = format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65));
        assert!(read(&objects).is_err());
        assert!(read("[[],[],{\"a\":[1]}]").is_ok());
        assert!(read("{").expect_err("no JSON").starts_with("is not JSON: "));
        assert!(read(&nested(100_000)).is_err(), "the parser ends before the stack does");
    }
}
