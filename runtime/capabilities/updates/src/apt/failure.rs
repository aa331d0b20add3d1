//! What apt's and dpkg's words mean: a stable code, with the words themselves beside it.

use bindery_core::code::{Code, Failure};
use serde_json::json;

/// The most of a package manager's words that one failure carries, in bytes.
const WORDS: usize = 8 << 10;

/// Every sentence that means a code, the most telling first.
const MEANINGS: &[(&str, Code)] = &[
    // With its mark: `Waiting for cache lock: Could not get lock` may end well.
    ("E: Could not get lock", Code::PackageManagerLocked),
    ("Unable to acquire the dpkg frontend lock", Code::PackageManagerLocked),
    ("dpkg frontend lock was locked by another process", Code::PackageManagerLocked),
    ("dpkg status database is locked by another process", Code::PackageManagerLocked),
    ("No space left on device", Code::DiskFull),
    ("You don't have enough free space", Code::DiskFull),
    ("dpkg was interrupted", Code::PackageManagerBroken),
    ("Unmet dependencies. Try", Code::PackageManagerBroken),
    ("The following packages have unmet dependencies", Code::DependencyBroken),
    ("you have held broken packages", Code::DependencyBroken),
    ("Failed to fetch", Code::RepositoryUnavailable),
    ("Some index files failed to download", Code::RepositoryUnavailable),
    ("does not have a Release file", Code::RepositoryUnavailable),
    ("Unable to fetch some archives", Code::RepositoryUnavailable),
    ("is not signed", Code::RepositoryUnavailable),
];

/// The failure that `words` mean; `PackageManagerBroken` where nothing is known of them.
pub(super) fn from_words(words: &str) -> Failure {
    let known = MEANINGS.iter().find(|(text, _)| words.contains(text));
    let code = known.map_or(Code::PackageManagerBroken, |(_, code)| *code);
    let mut failure = Failure::new(code, sentence(words));
    let mut details = json!({ "output": tail(words) });
    if let (Code::PackageManagerLocked, Some((pid, program))) = (code, holder(words)) {
        details["heldBy"] = json!({ "pid": pid, "program": program });
        failure.message = format!(
            "the package manager is locked by process {pid} ({program}): {}",
            failure.message
        );
    }
    failure.with(details)
}

/// A failure of the package manager itself.
pub(super) fn broken(message: String) -> Failure {
    Failure::new(Code::PackageManagerBroken, message)
}

/// apt's own error lines, or the last lines of what it said.
fn sentence(words: &str) -> String {
    let marks = ["E: ", "dpkg: error", "W: Failed to fetch"];
    let told = |line: &&str| {
        marks.iter().any(|mark| line.starts_with(mark)) || line.contains("unmet dependencies")
    };
    let errors: Vec<_> = words.lines().filter(told).map(|l| l.trim_start_matches("E: ")).collect();
    if !errors.is_empty() {
        return tail(&errors.join("; ")).to_owned();
    }
    let last = words.lines().rev().find(|line| !line.trim().is_empty());
    last.unwrap_or("the package manager failed without a word").trim().to_owned()
}

/// The process that holds the lock, as apt names it: `It is held by process 19570 (python3)`.
fn holder(words: &str) -> Option<(u32, String)> {
    let (_, rest) = words.split_once("held by process ")?;
    let (pid, rest) = rest.split_once(" (")?;
    let (program, _) = rest.split_once(')')?;
    Some((pid.parse().ok()?, program.to_owned()))
}

/// The end of `words`, at most [`WORDS`] bytes.
pub(super) fn tail(words: &str) -> &str {
    let mut from = words.len().saturating_sub(WORDS);
    while !words.is_char_boundary(from) {
        from += 1;
    }
    words[from..].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apts_words_have_their_codes() {
        let rows = [
            (
                "E: Could not get lock /r/lists/lock. It is held by process 7 (dpkg)",
                Code::PackageManagerLocked,
            ),
            ("E: You don't have enough free space in /var/cache/apt/archives/.", Code::DiskFull),
            (
                " gamma : Depends: x\nE: Unable to correct problems, you have held broken packages.",
                Code::DependencyBroken,
            ),
            (
                "E: Failed to fetch http://x/Packages  Connection refused",
                Code::RepositoryUnavailable,
            ),
            (
                "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'",
                Code::PackageManagerBroken,
            ),
            (
                "Waiting for cache lock: Could not get lock /l...\nE: Failed to fetch file:/x",
                Code::RepositoryUnavailable,
            ),
            ("", Code::PackageManagerBroken),
        ];
        for (words, code) in rows {
            assert_eq!(from_words(words).code, code, "{words}");
        }
    }

    #[test]
    fn the_holder_of_a_lock_is_named() {
        let words = "Waiting for cache lock: Could not get lock /l. \
                     It is held by process 19570 (python3)...\n\
                     E: Unable to acquire the dpkg frontend lock (/l), is another process using it?";
        let failure = from_words(words);
        assert!(failure.message.contains("process 19570 (python3)"), "{failure}");
        assert_eq!(failure.details.expect("details")["heldBy"]["pid"], 19570);
    }
}
