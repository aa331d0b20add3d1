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

/// `text` in one line: whatever a terminal would obey, and every line end, is spelled out.
pub fn escaped(text: &str) -> String {
    text.chars().map(|c| if obeyed(c) { spelled(c) } else { c.to_string() }).collect()
}

/// How a character is spelled out.
pub fn spelled(c: char) -> String {
    c.escape_default().to_string()
}

/// Whether a terminal obeys a character: those that control, and those that turn the direction of
/// what follows.
pub fn obeyed(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
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
