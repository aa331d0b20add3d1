//! How long a text may be: results, answers of the host and rows have limits, and a run that meets
//! one of them fails although every computer succeeded.

/// What one computer's job returns, in bytes of JSON within JSON, as a waiting parent receives it.
///
/// 50,000 of them must fit into the journal of one parent, which may have 256 MiB.
pub const RESULT_BYTES: usize = 3 << 10;

/// `text`, or its beginning and a mark if it has more than `most` bytes; never more than that.
pub fn clip(text: &str, most: usize) -> String {
    const MARK: &str = " [...]";
    if text.len() <= most {
        return text.to_owned();
    }
    let end = most.saturating_sub(MARK.len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    format!("{}{MARK}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_keeps_its_beginning_and_says_that_it_is_cut() {
        assert_eq!(clip("short", 20), "short");
        assert_eq!(clip("0123456789abcdef", 12), "012345 [...]");
        assert_eq!(clip("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", 9), "\u{e9} [...]");
    }
}
