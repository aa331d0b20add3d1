//! Words of the Go SDK: names with Go's capitals, and the WIT's documentation as Go's comments.

/// Columns of a comment.
const COLUMNS: usize = 100;

/// Words that Go writes in capitals.
const ACRONYMS: [(&str, &str); 5] =
    [("id", "ID"), ("ids", "IDs"), ("json", "JSON"), ("kb", "KB"), ("os", "OS")];

/// Words that begin a sentence of the WIT without being what the function does.
const NO_VERBS: [&str; 3] = ["Its", "This", "Whether"];

/// `kb-id` as an exported name: `KBID`.
pub(super) fn acronyms(kebab: &str) -> String {
    let word = |word: &str| {
        let known = ACRONYMS.iter().find(|(plain, _)| *plain == word);
        known.map_or_else(|| bindery_core::contract::pascal(word), |known| known.1.to_owned())
    };
    kebab.split('-').map(word).collect()
}

/// The same text with a small first letter; a word in capitals stays.
pub(super) fn first_lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    let second = chars.clone().next();
    if second.is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.into_iter().chain(chars).collect()
}

/// What a function does, as Go says it: `Reboot reboots ...`, `Plan returns what ...`.
pub(super) fn sentence(go: &str, docs: &str) -> String {
    let first = docs.split_whitespace().next().unwrap_or_default();
    let verb = first.trim_end_matches(['.', ',']);
    if docs.is_empty() {
        return format!("{go} asks the host.");
    }
    if verb.ends_with('s') && !NO_VERBS.contains(&verb) {
        return format!("{go} {}", first_lower(docs));
    }
    format!("{go} returns {}", first_lower(docs))
}

/// A text as a comment in front of what it is about, its paragraphs filled anew.
pub(super) fn comment(indent: &str, docs: &str) -> String {
    if docs.is_empty() {
        return String::new();
    }
    let width = COLUMNS - indent.len() * 4 - "// ".len();
    let mut lines: Vec<String> = Vec::new();
    for (nth, paragraph) in docs.split("\n\n").enumerate() {
        if nth > 0 {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        lines.push(line);
    }
    let lines = lines.iter().map(|line| format!("{indent}// {line}").trim_end().to_owned());
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_capitals_of_go() {
        assert_eq!(acronyms("kb-id"), "KBID");
        assert_eq!(acronyms("os-type"), "OSType");
        assert_eq!(acronyms("update-plan"), "UpdatePlan");
    }

    #[test]
    fn a_sentence_begins_with_the_name() {
        let rows = [
            ("Reboots it.", "Reboot reboots it."),
            ("Whether it is.", "Reboot returns whether it is."),
            ("The states.", "Reboot returns the states."),
            ("", "Reboot asks the host."),
        ];
        for (docs, expected) in rows {
            assert_eq!(sentence("Reboot", docs), expected);
        }
    }

    #[test]
    fn a_comment_is_filled_to_its_columns() {
        let long = "word ".repeat(30);
        let text = comment("\t", &format!("{long}\n\nend"));
        assert!(text.lines().all(|line| line.len() <= COLUMNS), "{text}");
        assert!(text.ends_with("\t//\n\t// end\n"), "{text}");
    }
}
