//! Job orders: who signed them, for whom, when, and what is left of their grants here.
//!
//! Everything that is checked of an order is checked here; whether there is room for it is the
//! runner's.

use crate::{
    accounts::{Accounts, Known},
    allow::{self, Allow},
};
use bindery_core::{
    code::{Code, Failure},
    grant::Grant,
};
use bindery_protocol::{
    bytes::Base64,
    order::{JOB_ORDER, JobOrder},
};
use bindery_seal::envelope::Envelope;
use jiff::Timestamp;
use serde::Deserialize;

/// An order that was verified.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    /// What it says.
    pub(crate) order: JobOrder,
    /// As it was signed, as JSON: what a journal's header keeps.
    pub(crate) signed: String,
    /// What the job may do here.
    pub(crate) grants: Vec<Grant>,
    /// What it was granted and may not do here, or not wholly.
    pub(crate) left_out: Vec<Grant>,
    /// That in words.
    pub(crate) words: Option<String>,
}

/// The order in `envelope`, if it may be begun now.
///
/// `BadSignature`, `WrongWorker`, `NotValidNow`, `ChangesNotAllowed` or `RefusedByComputer`.
pub(crate) fn accept(
    envelope: &Envelope,
    accounts: &Accounts,
    allow: &Allow,
    now: Timestamp,
) -> Result<Accepted, Failure> {
    let accepted = verify(envelope, accounts, allow)?;
    accepted.order.check_time(now)?;
    Ok(accepted)
}

/// The same for a job that was begun in time and goes on.
pub(crate) fn verify(
    envelope: &Envelope,
    accounts: &Accounts,
    allow: &Allow,
) -> Result<Accepted, Failure> {
    let known = accounts.of_key(envelope.key_id()).ok_or_else(|| {
        let key = envelope.key_id().short();
        let message = format!("the key {key} is not the order key of an account of this worker");
        Failure::new(Code::BadSignature, message)
    })?;
    let order: JobOrder = envelope.open(JOB_ORDER, &known.key)?;
    check_addressee(&order, &known)?;
    let grants = allow.keep(&allow::within(&order.grants, &known.order.most))?;
    let left_out = order.grants.iter().filter(|grant| !grants.contains(grant)).cloned();
    let left_out: Vec<_> = left_out.collect();
    let words = (!left_out.is_empty()).then(|| allow.words(&left_out, &grants));
    let signed = serde_json::to_string(envelope)
        .map_err(|error| Failure::new(Code::Internal, format!("an order has no JSON: {error}")))?;
    Ok(Accepted { order, signed, grants, left_out, words })
}

fn check_addressee(order: &JobOrder, known: &Known) -> Result<(), Failure> {
    if order.account.key() != known.order.account.key() {
        let message = format!(
            "the order for job {} is signed by the account {}, and says {}",
            order.job, known.order.account, order.account
        );
        return Err(Failure::new(Code::BadSignature, message));
    }
    if order.lease.worker != known.order.worker {
        let message = format!(
            "the order for job {} is for worker {}, and this is {}",
            order.job, order.lease.worker, known.order.worker
        );
        return Err(Failure::new(Code::WrongWorker, message));
    }
    Ok(())
}

/// What an order says, without asking who signed it: only for what gives no power, such as where to
/// send a refusal.
pub(crate) fn unverified(envelope: &Envelope) -> Option<JobOrder> {
    #[derive(Deserialize)]
    struct Payload {
        payload: Base64,
    }
    let json = serde_json::to_value(envelope).ok()?;
    let payload: Payload = serde_json::from_value(json).ok()?;
    serde_json::from_slice(&payload.payload.0).ok()
}
