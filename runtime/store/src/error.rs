//! What can go wrong in a store, and the code under which callers see it.

use crate::limit;
use bindery_core::code::{Code, Failure};
use std::{error::Error as _, io};

/// What to do about damaged data; part of every such error.
pub const REMEDY: &str =
    "stop Bindery, keep a copy of the data folder, and run `bindery store recover`";

/// A read or write that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is stored is not what was written.
    #[error("{what} is damaged: {remedy}")]
    Damaged {
        /// The collection and id, table and key, or digest.
        what: String,
        /// What an operator does now.
        remedy: &'static str,
    },
    /// The disk or the network refused. Nothing is known about the write that was under way.
    #[error("failed to {doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// The store has stopped, because it was closed or because an earlier write failed.
    #[error("the store is closed")]
    Closed,
    /// A value, key or batch over a limit; nothing was written.
    #[error("{what} is {size}, the limit is {limit}")]
    TooLarge {
        /// What was too large, and its unit.
        what: String,
        /// How large it was.
        size: usize,
        /// How large it may be.
        limit: usize,
    },
    /// A request that cannot be carried out as it stands; nothing was written.
    #[error("{what} {reason}")]
    Invalid {
        /// The part that is wrong.
        what: String,
        /// Why.
        reason: String,
    },
}

impl StoreError {
    /// Damage to `what`, with the usual remedy.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into(), remedy: REMEDY }
    }

    /// A request whose part `what` is wrong for `reason`.
    pub fn invalid(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), reason: reason.into() }
    }

    /// The stable code of this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Damaged { .. } => Code::StoreDamaged,
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Code::DiskFull
            }
            Self::Io { .. } | Self::Closed => Code::Internal,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::Invalid { .. } => Code::InvalidRequest,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        Failure::new(error.code(), message)
    }
}

/// Checks an id, partition, key or table name: neither empty nor over [`limit::KEY_BYTES`].
pub fn check_key(what: &str, text: &str) -> Result<(), StoreError> {
    if text.is_empty() {
        return Err(StoreError::invalid(what, "must not be empty"));
    }
    check_size(&format!("{what} (bytes)"), text.len(), limit::KEY_BYTES)
}

/// Checks that `size` is not over `limit`; `what` names the thing and the unit.
pub fn check_size(what: &str, size: usize, limit: usize) -> Result<(), StoreError> {
    if size > limit {
        return Err(StoreError::TooLarge { what: what.to_owned(), size, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_has_its_own_code_and_names_the_recovery_command() {
        let failure = Failure::from(StoreError::damaged("document `jobs/1`"));
        assert_eq!(failure.code, Code::StoreDamaged);
        assert!(failure.message.contains("document `jobs/1`"), "{failure}");
        assert!(failure.message.contains("`bindery store recover`"), "{failure}");
    }

    #[test]
    fn the_reason_of_a_failed_write_is_in_the_message() {
        let source = io::Error::new(io::ErrorKind::StorageFull, "no space left");
        let failure = Failure::from(StoreError::Io { doing: "write a blob".into(), source });
        assert_eq!(failure.code, Code::DiskFull);
        assert_eq!(failure.message, "failed to write a blob: no space left");
    }
}
