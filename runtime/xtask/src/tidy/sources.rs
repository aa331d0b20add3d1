//! Rules about one Rust file: its introduction, its size, and what must not stand in it.

use super::{
    Finding, exceptions,
    scan::{Scanned, scan},
};

/// Lines above which a file is named in the report.
pub(crate) const LINES_WARN: usize = 400;
/// Lines that a file may have.
pub(crate) const LINES_MAX: usize = 500;
/// Columns of what rustfmt leaves alone (comments, macros); it keeps all else to 100 itself.
const COLUMNS_MAX: usize = 120;

/// A text that must not stand in code.
struct Banned {
    text: &'static str,
    why: &'static str,
    /// Folders that it may stand in.
    except: &'static [&'static str],
}

const PRINTERS: &[&str] = &[
    "runtime/cli/",
    "runtime/bin/",
    "runtime/xtask/",
    "builtin-runbooks/",
    "guest-examples/",
    "sdk/rust/template/",
];

const BANNED: &[Banned] = &[
    Banned { text: "todo!", why: "finish it, or leave it out", except: &[] },
    Banned { text: "unimplemented!", why: "finish it, or leave it out", except: &[] },
    Banned { text: "dbg!", why: "use a span or an assertion", except: &[] },
    Banned { text: "#[ignore", why: "a test runs or does not exist", except: &[] },
    Banned { text: "#[should_panic", why: "assert on the error", except: &[] },
    Banned { text: "println!", why: "only programs print", except: PRINTERS },
];

/// What is wrong with the Rust file `text` at `path`.
pub(crate) fn check(path: &str, text: &str) -> Vec<Finding> {
    let scanned = scan(text);
    let mut findings = whole_file(path, text);
    findings.extend(lines(path, text, &scanned));
    findings.extend(banned(path, &scanned));
    findings.extend(api_paths(path, text, &scanned));
    findings
}

fn whole_file(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.trim_start().starts_with("//! ") {
        findings.push(Finding::new(path, 1, "open with `//!`: what it does, what it never does"));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX && !exceptions::holds(exceptions::LONG, path) {
        let message = format!("{lines} lines; divide it ({LINES_MAX} is the limit)");
        findings.push(Finding::new(path, 0, message));
    }
    findings
}

fn lines(path: &str, text: &str, scanned: &Scanned) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, (line, strings)) in text.lines().zip(scanned.strings.lines()).enumerate() {
        if line.contains('\t') {
            findings.push(Finding::new(path, at + 1, "has a tab; use spaces, or `\\t`"));
        }
        let columns = line.chars().count();
        // What cannot be broken without being changed: a literal, an address.
        let unbreakable = !strings.trim().is_empty() || line.contains("://");
        if columns > COLUMNS_MAX && !unbreakable {
            let message = format!("{columns} columns; break the line at 100");
            findings.push(Finding::new(path, at + 1, message));
        }
    }
    findings
}

fn banned(path: &str, scanned: &Scanned) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in BANNED {
        let program = ["/build.rs", "/src/main.rs"].iter().any(|end| path.ends_with(end));
        let may_print = program || path.contains("/src/bin/");
        if (rule.text == "println!" && may_print)
            || rule.except.iter().any(|folder| path.starts_with(folder))
        {
            continue;
        }
        let hit = scanned.code.lines().position(|line| line.contains(rule.text));
        if let Some(at) = hit {
            let message = format!("`{}` does not stay: {}", rule.text, rule.why);
            findings.push(Finding::new(path, at + 1, message));
        }
    }
    findings
}

/// Paths of the API outside `api`: a client or handler that spells one misses a change of it.
fn api_paths(path: &str, text: &str, scanned: &Scanned) -> Option<Finding> {
    let of_tests = path.starts_with("tests/") || path.contains("/tests/");
    let is_tests = of_tests || path.ends_with("/tests.rs");
    let at_home = path.starts_with("runtime/api/");
    if is_tests || at_home || exceptions::holds(exceptions::PATHS, path) {
        return None;
    }
    let product = product_lines(text);
    let at = scanned.strings.lines().take(product).position(|line| line.contains("/v1/"))?;
    Some(Finding::new(path, at + 1, "spells a path of the API; take it from `bindery_api`"))
}

/// The lines before the unit tests, which stand last.
fn product_lines(text: &str) -> usize {
    let tests = text.lines().position(|line| line == "#[cfg(test)]");
    tests.unwrap_or_else(|| text.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The finding for `code` in a file with an introduction, if there is one.
    fn found(path: &str, code: &str) -> Option<String> {
        let mut findings = check(path, &format!("//! A file.\n{code}\n"));
        assert!(findings.len() <= 1, "{findings:?}");
        findings.pop().map(|finding| finding.to_string())
    }

    const SOME: &str = "runtime/journal/src/log.rs";

    #[test]
    fn a_file_opens_with_its_introduction() {
        assert_eq!(check(SOME, "//! It reads.\n"), []);
        for text in ["", "use std::fmt;\n//! Late.\n", "// No.\n", "//!\n", "/// No.\nfn f() {}\n"]
        {
            assert_eq!(check(SOME, text).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn a_file_has_a_limit() {
        assert_eq!(found(SOME, &"\n".repeat(LINES_MAX - 2)), None);
        let long = found(SOME, &"\n".repeat(LINES_MAX)).expect("found");
        assert!(long.contains("divide it"), "{long}");
    }

    #[test]
    fn tabs_and_long_lines_are_found_but_literals_may_be_long() {
        assert!(found(SOME, "fn f() {\n\tg();\n}").expect("found").contains(":3: has a tab"));
        let long = format!("fn f{}() {{}}", "g".repeat(120));
        assert!(found(SOME, &long).expect("found").contains("break the line"));
        assert_eq!(found(SOME, &format!("const A: &str = \"{}\";", "g".repeat(120))), None);
        assert!(found(SOME, &format!("// {}", "g".repeat(120))).is_some());
        assert_eq!(found(SOME, &format!("// https://{}", "g".repeat(120))), None);
    }

    #[test]
    fn each_banned_text_is_found_in_code_alone() {
        for rule in BANNED {
            assert!(found(SOME, rule.text).expect("found").contains(rule.why), "{}", rule.text);
            assert_eq!(found(SOME, &format!("// {}", rule.text)), None);
            assert_eq!(found(SOME, &format!("const A: &str = \"{}\";", rule.text)), None);
        }
        assert_eq!(found("runtime/cli/src/output.rs", "println!()"), None);
        assert_eq!(found("runtime/bin/build.rs", "println!()"), None);
    }

    #[test]
    fn only_api_spells_paths() {
        let line = "const JOBS: &str = \"/v1/jobs\";";
        assert!(found(SOME, line).expect("found").contains("take it from `bindery_api`"));
        assert_eq!(found("runtime/api/src/paths.rs", line), None);
        assert_eq!(found("tests/api/jobs.rs", line), None);
        assert_eq!(found("runtime/core/src/code.rs", line), None);
        assert_eq!(found(SOME, "// see /v1/jobs"), None);
        assert_eq!(found(SOME, &format!("#[cfg(test)]\nmod tests {{\n    {line}\n}}")), None);
    }
}
