//! HTTP requests that are answered as the script says.

use crate::{clock::Jumping, script::http::HttpRule};
use bindery_capability_http as real;
use bindery_core::{
    code::{Code, Failure},
    operation::{HTTP_SEND, Operation},
};
use bindery_sandbox::{
    capability::{Call, Capability, Reconciled},
    clock::Clock as _,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::time::Duration;

/// The rules of a script; the first that fits counts.
pub(crate) struct Scripted {
    pub(crate) rules: Vec<HttpRule>,
    pub(crate) clock: Jumping,
}

#[async_trait::async_trait]
impl Capability for Scripted {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&HTTP_SEND]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let sent = real::sent(call).await?;
        let url: String = call.argument("url")?;
        let rule = self.rules.iter().find(|rule| rule.is_about(&sent)).ok_or_else(|| {
            let message = format!("no `[[http]]` of the script is about {} {url}", sent.method);
            Failure::new(Code::Unreachable, message)
        })?;
        let timeout = Duration::from_millis(call.argument("timeout")?);
        let takes = rule.takes();
        let until = SignedDuration::try_from(takes.min(timeout)).unwrap_or_default();
        self.clock.sleep_until(call.now + until).await;
        if takes > timeout {
            let message = format!("`{url}` did not answer within {} ms", timeout.as_millis());
            return Err(Failure::new(Code::TimedOut, message));
        }
        Ok(rule.response())
    }

    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match real::only_reads(call).await? {
            true => self.perform(call).await,
            false => Ok(json!({ "status": 200, "headers": [], "body": "" })),
        }
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        real::in_doubt(call)
    }

    fn puts_secrets_in(&self, _operation: &'static Operation) -> bool {
        true
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}
