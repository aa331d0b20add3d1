//! What this computer lets any account do, whatever the workspace signs.
//!
//! The `allow` file belongs to the computer's owner: one grant per line, `#` begins a comment. It
//! is read at each order, so a change holds for the next job. A file that cannot be read allows
//! nothing.

use bindery_core::{
    code::{Code, Failure},
    grant::Grant,
};
use std::{fs, io, path::PathBuf};

/// What is allowed where there is no file: to patch, and to report it.
const DEFAULT: &str = "updates.read\nupdates.install\npower.reboot\nrecords.write:*\n";

/// What any account may do here.
#[derive(Debug, Clone)]
pub enum Allow {
    /// What the computer's file says.
    File(AllowFile),
    /// Whatever was granted: the sandbox worker changes no computer.
    Everything,
}

/// The file, and whether the agent may change the computer at all.
#[derive(Debug, Clone)]
pub struct AllowFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the agent was started with `--allow-changes`.
    pub changes: bool,
}

impl Allow {
    /// What of `grants` is allowed here. `ChangesNotAllowed`, or `RefusedByComputer` if the
    /// file is no list of grants.
    pub(crate) fn keep(&self, grants: &[Grant]) -> Result<Vec<Grant>, Failure> {
        match self {
            Allow::Everything => Ok(grants.to_vec()),
            Allow::File(file) => Ok(within(grants, &file.read()?)),
        }
    }

    /// What a job is told of grants that this computer does not allow, or not wholly, but `kept`: who
    /// changes that, and how.
    pub(crate) fn words(&self, left_out: &[Grant], kept: &[Grant]) -> String {
        let narrowed = |kept: &&Grant| left_out.iter().any(|wide| wide.contains(kept));
        let narrowed: Vec<_> = kept.iter().filter(narrowed).collect();
        let but = if narrowed.is_empty() { String::new() } else { format!(" but {narrowed:?}") };
        let refused = format!("this computer does not allow {left_out:?}{but}");
        let Allow::File(file) = self else { return refused };
        let lines: Vec<_> = left_out.iter().map(|grant| format!("`{grant}`")).collect();
        let (path, lines) = (file.path.display(), lines.join(", "));
        let whole = match file.path.exists() {
            true => String::new(),
            false => {
                let now: Vec<_> = DEFAULT.lines().map(|line| format!("`{line}`")).collect();
                format!(
                    ", which is not there yet: it needs {} as well, to go on allowing them",
                    now.join(", ")
                )
            }
        };
        format!("{refused}; its owner may add {lines}, each in a line, to `{path}`{whole}")
    }

    /// Whether an account with `most` may be configured: at least one of its grants is allowed.
    pub(crate) fn check_most(&self, most: &[Grant]) -> Result<(), Failure> {
        let kept = self.keep(most)?;
        match self {
            Allow::File(file) if kept.is_empty() && !most.is_empty() => {
                let message = format!("`{}` allows nothing of {most:?}", file.path.display());
                Err(Failure::new(Code::RefusedByComputer, message))
            }
            _ => Ok(()),
        }
    }
}

impl AllowFile {
    fn read(&self) -> Result<Vec<Grant>, Failure> {
        if !self.changes {
            let message = "this agent only reports: it was started without --allow-changes";
            return Err(Failure::new(Code::ChangesNotAllowed, message));
        }
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => DEFAULT.to_owned(),
            Err(error) => return Err(self.refuse(&error.to_string())),
        };
        parse(&text).map_err(|reason| self.refuse(&reason))
    }

    fn refuse(&self, reason: &str) -> Failure {
        let message = format!("`{}` cannot be read: {reason}", self.path.display());
        Failure::new(Code::RefusedByComputer, message)
    }
}

/// Of `grants` those that are contained in one of `most`, and of `most` what is narrower than one of
/// `grants`: of `files.read:/etc/*` and `files.read:/etc/ssh/*` the second, whichever is granted.
pub(crate) fn within(grants: &[Grant], most: &[Grant]) -> Vec<Grant> {
    let in_one = |grant: &Grant, wide: &[Grant]| wide.iter().any(|wide| wide.contains(grant));
    let mut kept: Vec<_> = grants.iter().filter(|grant| in_one(grant, most)).cloned().collect();
    for narrow in most {
        if in_one(narrow, grants) && !in_one(narrow, &kept) {
            kept.push(narrow.clone());
        }
    }
    kept
}

fn parse(text: &str) -> Result<Vec<Grant>, String> {
    let mut grants = vec![];
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            grants.push(line.parse().map_err(|error| format!("line {}: {error}", number + 1))?);
        }
    }
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| text.parse().expect("a grant")).collect()
    }

    fn file(text: Option<&str>, changes: bool) -> (tempfile::TempDir, Allow) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("allow");
        if let Some(text) = text {
            fs::write(&path, text).expect("written");
        }
        (folder, Allow::File(AllowFile { path, changes }))
    }

    #[test]
    fn without_a_file_updates_and_reboots_are_allowed_and_nothing_else() {
        let (_folder, allow) = file(None, true);
        let asked = grants(&["updates.install", "jobs.start:*", "records.write:Own_CL"]);
        let kept = allow.keep(&asked).expect("read");
        assert_eq!(kept, grants(&["updates.install", "records.write:Own_CL"]));
        assert_eq!(allow.keep(&grants(&["process:*", "files.read:/*"])).expect("read"), []);
        let words = allow.words(&grants(&["process:*"]), &[]);
        assert!(words.contains("may add `process:*`, each in a line, to `"), "{words}");
        assert!(words.contains("not there yet"), "{words}");
    }

    #[test]
    fn the_file_caps_what_is_granted() {
        let (_folder, allow) = file(Some("# mine\nupdates.read # only this\n\n"), true);
        let asked = grants(&["updates.read", "updates.install"]);
        assert_eq!(allow.keep(&asked).expect("read"), grants(&["updates.read"]));
        let refusal = allow.check_most(&grants(&["power.reboot"])).expect_err("nothing is left");
        assert_eq!(refusal.code, Code::RefusedByComputer);
        assert!(refusal.message.contains("allow"), "{refusal}");
    }

    #[test]
    fn of_two_masks_the_narrower_one_is_left_whoever_gave_it() {
        let (_folder, allow) =
            file(Some("files.read:/etc/ssh/*\nfiles.read:/etc/hosts\nprocess:*"), true);
        let kept = |asked: &[&str]| allow.keep(&grants(asked)).expect("read");
        let wide = grants(&["files.read:/etc/*", "files.read:/var/*"]);
        let narrow = grants(&["files.read:/etc/ssh/*", "files.read:/etc/hosts"]);
        assert_eq!(allow.keep(&wide).expect("read"), narrow);
        assert_eq!(kept(&["files.read:/etc/ssh/sshd_config"]).len(), 1);
        assert_eq!(kept(&["process:df"]), grants(&["process:df"]));
        assert_eq!(kept(&["files.write:/etc/*", "updates.read"]), []);
        let words = allow.words(&wide, &narrow);
        assert!(
            words.contains("/var/*] but [files.read:/etc/ssh/*, files.read:/etc/hosts]; "),
            "{words}"
        );
    }

    #[test]
    fn a_file_that_is_no_list_of_grants_allows_nothing() {
        let (_folder, allow) = file(Some("updates.read\nroot\n"), true);
        let refusal = allow.keep(&grants(&["updates.read"])).expect_err("not a list");
        assert_eq!(refusal.code, Code::RefusedByComputer);
        assert!(refusal.message.contains("line 2"), "{refusal}");
    }

    #[test]
    fn an_agent_that_only_reports_refuses_with_its_own_code() {
        let (_folder, allow) = file(Some("updates.read"), false);
        let refusal = allow.check_most(&grants(&["updates.read"])).expect_err("only reports");
        assert_eq!(refusal.code, Code::ChangesNotAllowed);
    }
}
