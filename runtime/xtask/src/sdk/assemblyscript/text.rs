//! Comments and lists within the columns of a line.

use bindery_core::contract::{Field, camel};

/// Columns of a line.
pub(super) const COLUMNS_MAX: usize = 100;

/// The line that declares the keys of an object.
pub(super) fn object(fields: &[Field]) -> String {
    let quoted = |field: &Field| format!("\"{}\"", camel(&field.name));
    let keys: Vec<_> = fields.iter().map(quoted).collect();
    list("    from.object(", &keys, ");")
}

/// A line with a list in it, divided where it would be too long.
pub(super) fn list(before: &str, items: &[String], after: &str) -> String {
    let line = format!("{before}[{}]{after}\n", items.join(", "));
    if line.len() <= COLUMNS_MAX {
        return line;
    }
    let indent = " ".repeat(before.len() - before.trim_start().len());
    let lines: String = items.iter().map(|item| format!("{indent}  {item},\n")).collect();
    format!("{before}[\n{lines}{indent}]{after}\n")
}

pub(super) fn docs(docs: &str, indent: &str) -> String {
    let lines = filled(docs, COLUMNS_MAX - indent.len() - " * ".len());
    match lines.as_slice() {
        [] => String::new(),
        [line] if line.len() + indent.len() + "/**  */".len() <= COLUMNS_MAX => {
            format!("{indent}/** {line} */\n")
        }
        lines => {
            let line = |line: &String| format!("{}\n", format!("{indent} * {line}").trim_end());
            let lines: String = lines.iter().map(line).collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}

/// The lines of a text, filled up to `columns`; paragraphs stay.
fn filled(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    for (at, paragraph) in paragraphs.enumerate() {
        lines.extend((at > 0).then(String::new));
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > columns {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        lines.push(line);
    }
    lines
}
