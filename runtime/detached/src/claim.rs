//! Who runs what is in a folder: claimed once, by one.

use crate::{durable, identity::Identity};
use serde::{Deserialize, Serialize};
use std::{io, path::Path};

/// Who runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "claim")]
pub enum Claim {
    /// The leader of this session.
    Runner(Identity),
    /// Nobody: it was given up before a runner came, and a late one must not begin.
    GivenUp,
}

impl Claim {
    /// Claims what is in `folder`; `false` if somebody did before.
    pub fn take(&self, folder: &Path) -> io::Result<bool> {
        durable::create(&folder.join("claim.json"), self)
    }

    /// Who claimed what is in `folder`.
    pub fn of(folder: &Path) -> io::Result<Option<Self>> {
        durable::read(&folder.join("claim.json"))
    }
}
