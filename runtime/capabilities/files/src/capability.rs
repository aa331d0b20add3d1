//! The operations of `files` and `files-admin`, carried out on one [`Disk`].
//!
//! It checks paths and sizes and turns answers into JSON; it touches no file itself.

use crate::{
    disk::{self, Disk, Key},
    path::Plain,
};
use bindery_core::{
    code::{Code, Failure},
    operation::{FILES_LIST, FILES_READ, FILES_REMOVE, FILES_WRITE, Operation},
};
use bindery_sandbox::capability::{Call, Capability};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The files of this computer.
pub struct Files {
    disk: Arc<dyn Disk>,
    changes: bool,
}

/// A change, checked.
enum Change {
    Write(String, String),
    Remove(String),
}

impl Files {
    /// The files on `disk`. Without `changes` writing and removing are answered by
    /// `ChangesNotAllowed`.
    pub fn new(disk: Arc<dyn Disk>, changes: bool) -> Self {
        Self { disk, changes }
    }
}

#[async_trait::async_trait]
impl Capability for Files {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&FILES_READ, &FILES_LIST, &FILES_WRITE, &FILES_REMOVE]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        if [&FILES_READ, &FILES_LIST].contains(&call.operation) {
            let text: String = call.argument("path")?;
            let path = Plain::new(&text)?;
            return match *call.operation == FILES_READ {
                true => to_json(self.disk.read(path).await?),
                false => to_json(self.disk.list(path).await?),
            };
        }
        let change = change(call)?;
        if !self.changes {
            let message = format!("`{}`: this agent only reports", call.operation.name);
            return Err(Failure::new(Code::ChangesNotAllowed, message));
        }
        let key = Key { job: call.job.id, sequence: call.sequence };
        match change {
            Change::Write(path, text) => self.disk.write(Plain::new(&path)?, &text, key).await?,
            Change::Remove(path) => self.disk.remove(Plain::new(&path)?).await?,
        }
        Ok(Value::Null)
    }

    /// As if it had gone well.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        change(call).map(|_| Value::Null)
    }
}

fn change(call: &Call<'_>) -> Result<Change, Failure> {
    let path: String = call.argument("path")?;
    Plain::new(&path)?.file()?;
    if *call.operation == FILES_REMOVE {
        return Ok(Change::Remove(path));
    }
    let text: String = call.argument("text")?;
    disk::check_bytes(&path, text.len() as u64)?;
    Ok(Change::Write(path, text))
}

fn to_json(answer: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|error| Failure::new(Code::Internal, format!("an answer has no JSON: {error}")))
}
