//! Text from elsewhere, made harmless for terminals.

use bindery_core::text::{escaped, obeyed, spelled};

/// `text` in one line: whatever a terminal would obey, and every line end, is spelled out.
pub fn escape(text: &str) -> String {
    escaped(text)
}

/// The same, but line ends and tabs stay.
pub fn escape_lines(text: &str) -> String {
    let keep = |c| matches!(c, '\n' | '\t') || !obeyed(c);
    text.chars().map(|c| if keep(c) { c.to_string() } else { spelled(c) }).collect()
}

/// JSON whose strings hold nothing that a terminal would obey; it means the same.
pub fn escape_json(json: &str) -> String {
    let spell = |c: char| format!("\\u{:04x}", u32::from(c));
    let keep = |c| c == '\n' || !obeyed(c);
    json.chars().map(|c| if keep(c) { c.to_string() } else { spell(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_passes() {
        let text = "a\u{1b}]0;x\u{7}\n\u{9b}2J\u{202e}ü";
        assert_eq!(escape(text), r"a\u{1b}]0;x\u{7}\n\u{9b}2J\u{202e}ü");
        assert_eq!(escape_lines(text), "a\\u{1b}]0;x\\u{7}\n\\u{9b}2J\\u{202e}ü");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({ "text": "\u{9b}2J\u{7f}\u{1b}\u{202e}" });
        let text = escape_json(&serde_json::to_string_pretty(&value).expect("JSON"));
        assert!(text.chars().all(|c| c == '\n' || !obeyed(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }
}
