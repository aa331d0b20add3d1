//! How long a text may be: results, answers of the host and rows have limits, and a run that meets
//! one of them fails although every computer succeeded.

/// What one computer's job returns, in bytes of JSON within JSON, as a waiting parent receives it.
///
/// 50,000 of them must fit into the journal of one parent, which may have 256 MiB.
pub const RESULT_BYTES: usize = 3 << 10;

/// `text`, or its beginning and its end around a mark if it has more than `most` bytes; never more
/// than that. An error begins with what was done and ends with why it failed.
pub fn clip(text: &str, most: usize) -> String {
    const MARK: &str = " [...] ";
    if text.len() <= most {
        return text.to_owned();
    }
    let half = most.saturating_sub(MARK.len()) / 2;
    let head = (0..=half).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let tail = text.len() - half;
    let tail = (tail..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    format!("{}{MARK}{}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_keeps_both_ends_and_says_that_it_is_cut() {
        assert_eq!(clip("short", 20), "short");
        assert_eq!(clip("0123456789abcdef", 13), "012 [...] def");
        assert_eq!(clip("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", 13), "\u{e9} [...] \u{e9}");
    }
}
