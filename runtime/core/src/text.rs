//! Text of strangers, made fit to be shown: no control characters, no end.

/// The most characters of a stranger's text that a message repeats.
const CHARS: usize = 128;

/// `text` without control characters, cut to what a message may repeat.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(CHARS) {
        match c {
            '"' | '\'' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_long_text_is_cut() {
        assert_eq!(shown("\"a\"\u{1b}[31m\n"), "\"a\"\\u{1b}[31m\\n");
        assert_eq!(shown(&"x".repeat(CHARS + 1)).chars().count(), CHARS + 1);
        assert_eq!(shown(&"x".repeat(CHARS)), "x".repeat(CHARS));
    }
}
