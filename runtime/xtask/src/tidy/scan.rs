//! Tells code from comments and from the contents of literals, so that a rule sees only what it is
//! about. It is no parser: it knows where a literal or a comment begins and ends, and nothing else.

/// The same text twice, each line in its place: what is blanked in one is kept in the other.
pub(crate) struct Scanned {
    /// Code: comments and the contents of string literals are blank.
    pub(crate) code: String,
    /// The contents of string literals alone.
    pub(crate) strings: String,
}

/// What a stretch of text is.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Literal,
}

/// Splits `text` into code and string literals.
pub(crate) fn scan(text: &str) -> Scanned {
    let mut scanned = Scanned { code: String::new(), strings: String::new() };
    let mut rest = text;
    while !rest.is_empty() {
        let (part, length) = next(rest, scanned.code.chars().next_back());
        let (taken, after) = rest.split_at(length);
        let blank: String = taken.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        scanned.code.push_str(if part == Part::Code { taken } else { &blank });
        scanned.strings.push_str(if part == Part::Literal { taken } else { &blank });
        rest = after;
    }
    scanned
}

/// What stands at the beginning of `rest`, and how many bytes of it.
fn next(rest: &str, before: Option<char>) -> (Part, usize) {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return (Part::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Part::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Part::Literal, quoted(rest));
    }
    if !in_word && let Some(length) = raw(rest) {
        return (Part::Literal, length);
    }
    if rest.starts_with('\'') {
        return (Part::Code, character(rest));
    }
    (Part::Code, rest.chars().next().map_or(0, char::len_utf8))
}

/// The length of a block comment, with those inside it.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of `"…"`.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of `r"…"` or `br#"…"#`, if one begins here.
fn raw(rest: &str) -> Option<usize> {
    let open = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = open.len() - open.trim_start_matches('#').len();
    let body = open[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(rest.len() - body.len() + length)
}

/// The length of `'c'`; of the quote alone, where it begins a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..]
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '\'')
            .map_or(rest.len(), |(at, _)| 2 + at + 1),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, strings: &str) {
        let scanned = scan(text);
        assert_eq!(scanned.code.split_whitespace().collect::<String>(), code, "{text}");
        assert_eq!(scanned.strings.split_whitespace().collect::<String>(), strings, "{text}");
        assert_eq!(scanned.code.lines().count(), text.lines().count(), "{text}");
    }

    #[test]
    fn code_comments_and_literals_are_told_apart() {
        check("a // b \"c\"\nd", "ad", "");
        check("a /* b /* c */ \" */ d", "ad", "");
        check(r#"f("a // b", c)"#, "f(,c)", "\"a//b\"");
        check(r#"f("a \" b") // c"#, "f()", r#""a\"b""#);
        check("f(r#\"a \" b\"#, c)", "f(,c)", "r#\"a\"b\"#");
        check("f(br\"a\\\", c)", "f(,c)", "br\"a\\\"");
        check("f('\"', '\\'', '\\u{7f}', b)", "f('\"','\\'','\\u{7f}',b)", "");
        check("fn f<'a>(x: &'a str) {} // é", "fnf<'a>(x:&'astr){}", "");
        check("for\"x\"", "for", "\"x\"");
        check("\"open", "", "\"open");
    }
}
