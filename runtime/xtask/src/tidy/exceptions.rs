//! Files that a rule does not hold for, each with its reason. A line whose file is gone is a
//! finding, so the lists do not grow old.

use super::Finding;

/// A file and why a rule does not hold for it.
pub(crate) type Exception = (&'static str, &'static str);

/// Files longer than the limit.
pub(crate) const LONG: &[Exception] = &[];

/// Files outside `api` whose code has a path of the API in a string.
pub(crate) const PATHS: &[Exception] = &[
    ("runtime/core/src/code.rs", "remedies tell people where to look; no request is made of them"),
    ("runtime/protocol/src/lib.rs", "the paths of an agent, which may not know the API"),
    ("runtime/xtask/src/tidy/sources.rs", "names what it looks for"),
];

/// Whether `path` is on `list`.
pub(crate) fn holds(list: &[Exception], path: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == path)
}

/// Lines whose file does not exist any more.
pub(crate) fn unused(exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let lines = LONG.iter().chain(PATHS);
    let gone = lines.filter(|(path, _)| !exists(path));
    let message = "is excepted in runtime/xtask/src/tidy/exceptions.rs, and does not exist";
    gone.map(|(path, _)| Finding::new(path, 0, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exception_has_a_reason_and_a_file() {
        for (path, reason) in LONG.iter().chain(PATHS) {
            assert!(!reason.is_empty(), "{path}");
        }
        assert_eq!(unused(|_| true), []);
        assert_eq!(unused(|_| false).len(), LONG.len() + PATHS.len());
    }
}
