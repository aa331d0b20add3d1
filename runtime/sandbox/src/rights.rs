//! What a job may do, and what it would be allowed elsewhere.

use bindery_core::{
    code::{Code, Failure},
    grant::{self, Grant, Power},
    text::shown,
};
use serde_json::json;

/// The grants of a job where it runs.
pub(crate) struct Rights {
    /// What it may do here.
    grants: Vec<Grant>,
    /// What it was granted, and its computer does not allow, or not wholly.
    withheld: Vec<Grant>,
    /// Those of `grants` that are not what is left of a wider one.
    whole: Vec<Grant>,
}

impl Rights {
    pub(crate) fn new(grants: Vec<Grant>, withheld: Vec<Grant>) -> Self {
        let is_left = |grant: &Grant| withheld.iter().any(|wide| wide.contains(grant));
        let whole = grants.iter().filter(|grant| !is_left(grant)).cloned().collect();
        Self { grants, withheld, whole }
    }

    /// Those that the job was given as they are.
    pub(crate) fn whole(&self) -> &[Grant] {
        &self.whole
    }

    /// Whether `what` may use `power` over `subject`: `RefusedByComputer` if only the computer is in the
    /// way, else `GrantDenied`.
    pub(crate) fn permit(
        &self,
        power: Power,
        subject: Option<&str>,
        what: &str,
    ) -> Result<(), Failure> {
        if grant::permit(&self.grants, power, subject) {
            return Ok(());
        }
        let needed = match (power.masked(), subject) {
            (true, Some(subject)) => format!("{}:{subject}", power.as_str()),
            _ => power.as_str().to_owned(),
        };
        let (code, whose) = match grant::permit(&self.withheld, power, subject) {
            true => (Code::RefusedByComputer, "which this computer's file `allow` does not name"),
            false => (Code::GrantDenied, "which an owner of the account may give when publishing"),
        };
        let message = format!("{what} needs the grant `{}`, {whose}", shown(&needed));
        Err(Failure::new(code, message).with(json!({ "grant": needed })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| text.parse().expect("a grant")).collect()
    }

    #[test]
    fn a_refusal_names_whoever_can_help() {
        let rights = Rights::new(grants(&["files.read:/srv/a"]), grants(&["files.read:/srv/*"]));
        let code = |path| {
            let asked = rights.permit(Power::FilesRead, Some(path), "`files.read`");
            asked.err().map(|failure| failure.code)
        };
        assert_eq!(code("/srv/a"), None);
        assert_eq!(code("/srv/b"), Some(Code::RefusedByComputer));
        assert_eq!(code("/etc/b"), Some(Code::GrantDenied));
    }

    #[test]
    fn what_is_left_of_a_wider_grant_is_not_whole() {
        let left = grants(&["http:intra.example", "http:api.example.com"]);
        let rights = Rights::new(left, grants(&["http:*.example.com", "updates.read"]));
        assert_eq!(rights.whole(), grants(&["http:intra.example"]));
    }
}
