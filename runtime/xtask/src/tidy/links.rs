//! Links between documents: what a Markdown file points to must exist.
//!
//! It never asks the network: addresses are skipped.

use super::Finding;

/// The links of the Markdown file `text` at `path` whose target does not exist.
pub(crate) fn check(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        for target in if fenced { vec![] } else { targets(line) } {
            let missing = match resolve(path, target) {
                Some(file) => !exists(&file),
                None => true,
            };
            if missing {
                let message = format!("links to `{target}`, which does not exist");
                findings.push(Finding::new(path, at + 1, message));
            }
        }
    }
    findings
}

/// What the inline links of a line point to, without addresses and places in the same file.
fn targets(line: &str) -> Vec<&str> {
    let ends = line.match_indices("](").filter_map(|(at, open)| {
        let inside = &line[at + open.len()..];
        let target = &inside[..inside.find(')')?];
        let target = target.split(['#', ' ']).next().unwrap_or(target);
        let elsewhere = target.contains("://") || target.starts_with("mailto:");
        (!elsewhere && !target.is_empty()).then_some(target)
    });
    ends.collect()
}

/// `target` as seen from the file at `path`, relative to the root; none if it leaves the root.
fn resolve(path: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> usize {
        let exists = |file: &str| file == "runtime/docs/STYLE.md" || file == "LICENSE-MIT";
        check("runtime/docs/guides/a.md", text, exists).len()
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        assert_eq!(broken("[a](../STYLE.md) and [b](../../../LICENSE-MIT)"), 0);
        assert_eq!(broken("[a](../STYLE.md#errors) [b](/LICENSE-MIT) [c](#here)"), 0);
        assert_eq!(broken("[a](https://example.com/x) [b](mailto:a@example.com)"), 0);
        assert_eq!(broken("[a](STYLE.md)"), 1);
        assert_eq!(broken("[a](../STYLE.md) [b](../NONE.md)"), 1);
        assert_eq!(broken("[a](../../../../outside.md)"), 1);
        assert_eq!(broken("```text\n[a](none.md)\n```\n[b](none.md)"), 1);
    }
}
