//! Text from elsewhere, made harmless for terminals.

/// `text` in one line: whatever a terminal would obey, and every line end, is spelled out.
pub fn escape(text: &str) -> String {
    text.chars().map(|c| if obeyed(c) { spell(c) } else { c.to_string() }).collect()
}

/// The same, but line ends and tabs stay.
pub fn escape_lines(text: &str) -> String {
    let keep = |c| matches!(c, '\n' | '\t') || !obeyed(c);
    text.chars().map(|c| if keep(c) { c.to_string() } else { spell(c) }).collect()
}

/// JSON whose strings hold nothing that a terminal would obey; it means the same.
pub fn escape_json(json: &str) -> String {
    let spell = |c: char| format!("\\u{:04x}", u32::from(c));
    let keep = |c| c == '\n' || !obeyed(c);
    json.chars().map(|c| if keep(c) { c.to_string() } else { spell(c) }).collect()
}

fn spell(c: char) -> String {
    c.escape_default().to_string()
}

/// Control characters, and those that turn the direction of what follows.
fn obeyed(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
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
