//! Child jobs that come to what the script says.

use crate::{
    plane::{Children, NewChild},
    script::host::ChildRule,
};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
};
use std::time::Duration;

/// The rules of a script; the first that fits counts.
pub(crate) struct Scripted(pub(crate) Vec<ChildRule>);

#[async_trait::async_trait]
impl Children for Scripted {
    fn knows(&self, runbook: &str) -> bool {
        self.0.iter().any(|rule| rule.runbook.mask.fits(runbook))
    }

    async fn start(&self, child: NewChild<'_>) -> Result<(Outcome, Duration), Failure> {
        let fits = |rule: &&ChildRule| {
            rule.runbook.mask.fits(child.runbook)
                && match (&rule.computer, child.computer) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(mask), Some(member)) => {
                        mask.mask.fits(&member.name) || mask.mask.fits(&member.id.to_string())
                    }
                }
        };
        let rule = self.0.iter().find(fits).ok_or_else(|| {
            let place = child.computer.map_or("the sandbox", |member| &member.name);
            let runbook = child.runbook;
            let message = format!("no `[[child]]` of the script is about `{runbook}` on {place}");
            Failure::new(Code::NotFound, message)
        })?;
        rule.outcome()
    }
}
