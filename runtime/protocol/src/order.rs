//! Orders: what a worker does because its control plane signed it.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    id::{JobId, RunId, WorkerId},
    job::{Lease, Trigger},
    name::Name,
    runbook::{Level, Limits},
};
use bindery_seal::envelope::Envelope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The envelope type of a signed [`JobOrder`].
pub const JOB_ORDER: &str = "application/vnd.bindery.job-order+json";
/// The envelope type of a signed [`ConfigureOrder`].
pub const CONFIGURE_ORDER: &str = "application/vnd.bindery.configure-order+json";

/// Run this job. Signed by the account's order key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobOrder {
    /// The job.
    pub job: JobId,
    /// The lease: which worker, and the epoch that fences off older ones.
    pub lease: Lease,
    /// The account.
    pub account: Name,
    /// The runbook.
    pub runbook: Name,
    /// The module's bytes have this digest.
    pub digest: Digest,
    /// How the module is run.
    pub level: Level,
    /// The seal's signed statement, if the runbook is sealed: verified before compiling, at every
    /// load.
    pub seal: Option<Envelope>,
    /// What it may do. The worker keeps of this what its computer allows.
    pub grants: Vec<Grant>,
    /// What it may take.
    pub limits: Limits,
    /// The parameters.
    pub parameters: Value,
    /// Why it was started.
    pub trigger: Trigger,
    /// The update run that it belongs to, and its name.
    pub run: Option<(RunId, String)>,
    /// The time by which it must have ended.
    pub deadline: Option<Timestamp>,
    /// Whether nothing may be changed.
    #[serde(default)]
    pub dry_run: bool,
    /// Whether it may be suspended where it cannot go on for now: its seal does not forbid resuming.
    #[serde(default)]
    pub resumable: bool,
    /// Entries of the job's journal that the worker was sent: it goes on from them.
    #[serde(default)]
    pub history: u64,
    /// The order may be begun from here on.
    pub not_before: Timestamp,
    /// And no later than this.
    pub not_after: Timestamp,
}

impl JobOrder {
    /// Whether the order may be begun at `now`, with some room for clocks that disagree.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Failure> {
        let skew = bindery_core::limit::CLOCK_SKEW;
        let early = now.checked_add(skew).unwrap_or(now) < self.not_before;
        if early || now > self.not_after {
            return Err(Failure::new(
                Code::NotValidNow,
                format!(
                    "the order for job {} is valid from {} to {}, not at {now}",
                    self.job, self.not_before, self.not_after
                ),
            ));
        }
        Ok(())
    }
}

/// Become a Hybrid Runbook Worker of this account. Signed by the workspace key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigureOrder {
    /// The account.
    pub account: Name,
    /// The worker that the computer is in the account.
    pub worker: WorkerId,
    /// Its group.
    pub group: Name,
    /// The key that signs the account's job orders, hex.
    pub order_key: String,
    /// The most that the account may grant here.
    pub most: Vec<Grant>,
    /// When it was given.
    pub issued_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_valid_in_its_time_and_a_little_before_it() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        let order: JobOrder = serde_json::from_value(serde_json::json!({
            "job": JobId::from_bytes([1; 16]),
            "lease": { "worker": WorkerId::from_bytes([2; 16]), "epoch": 1 },
            "account": "A", "runbook": "R", "digest": Digest::of(b""), "level": "L2",
            "seal": null, "grants": [], "limits": {}, "parameters": {}, "trigger": "Manual",
            "run": null, "deadline": null, "notBefore": at(10_000), "notAfter": at(10_600),
        }))
        .expect("an order");
        for (second, valid) in [(9_699, false), (9_700, true), (10_600, true), (10_601, false)] {
            assert_eq!(order.check_time(at(second)).is_ok(), valid, "{second}");
        }
    }
}
