//! `[expect]`: what the job must come to.

use super::{
    Invalid,
    word::{ErrorName, FileEnd, MaskText, OperationName},
};
use bindery_core::{grant::Power, operation::Operation};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is expected; what is absent is not, but for the status.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expect {
    status: Option<End>,
    /// The code of the error that it fails with.
    pub error: Option<ErrorName>,
    /// What its result has at least.
    pub result: Option<Value>,
    /// Texts that it says, each in one of its lines.
    pub said: Vec<String>,
    /// Texts that it never says.
    pub not_said: Vec<String>,
    /// The changes that it makes, in their order.
    pub changes: Option<Vec<OperationName>>,
    /// The updates that it installs.
    pub installed: Option<Vec<MaskText>>,
    /// What each of the rows that it appends has at least, by table.
    pub rows: BTreeMap<String, Vec<Map<String, Value>>>,
    /// What becomes of files that it changes, by path.
    pub files: BTreeMap<String, FileEnd>,
    /// How often it reboots the computer.
    pub reboots: Option<u64>,
}

/// How a job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum End {
    /// Well.
    Completed,
    /// With an error.
    Failed,
    /// By a fault that stops or terminates it.
    Stopped,
    /// It can be resumed: its worker restarted too often.
    Suspended,
}

/// Whether an operation changes something besides the log.
pub fn changes(operation: &Operation) -> bool {
    operation.changes() && operation.power != Some(Power::RecordsWrite)
}

impl Expect {
    /// How the job must end: well, if nothing is said.
    pub fn status(&self) -> &'static str {
        match (self.status, &self.error) {
            (Some(End::Completed), _) | (None, None) => "Completed",
            (Some(End::Failed), _) | (None, Some(_)) => "Failed",
            (Some(End::Stopped), _) => "Stopped",
            (Some(End::Suspended), _) => "Suspended",
        }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.error.is_some() && self.status() != "Failed" {
            let reason = "only a job that ends Failed has an error";
            return Err(Invalid::new("expect.error", reason, "Say `status = \"Failed\"`."));
        }
        if self.result.is_some() && self.status() != "Completed" {
            let reason = "only a job that ends Completed has a result";
            return Err(Invalid::new("expect.result", reason, "Say `status = \"Completed\"`."));
        }
        for (at, OperationName(operation)) in self.changes.iter().flatten().enumerate() {
            if !changes(operation) {
                let reason = format!("`{}` changes nothing", operation.name);
                let remedy = "Leave it out: reading and rows of the log are no changes.";
                return Err(Invalid::new(format!("expect.changes[{at}]"), reason, remedy));
            }
        }
        Ok(())
    }
}
