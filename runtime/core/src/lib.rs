//! The ground floor: what Bindery's nouns are and what may happen to them.
//!
//! Everything here is a value or a total function over values: `(state, event) -> decision`.
//! There is no I/O, no async, no clock and no randomness; callers bring the time and the entropy.

pub mod account;
pub mod asset;
pub mod code;
pub mod contract;
pub mod deployment;
pub mod digest;
pub mod fleet;
pub mod grant;
pub mod id;
pub mod job;
pub mod json;
pub mod limit;
pub mod mask;
pub mod module;
pub mod name;
pub mod operation;
pub mod profile;
pub mod record;
pub mod retention;
pub mod run;
pub mod runbook;
pub mod schedule;
pub mod seal;
pub mod secret;
pub mod stream;
pub mod text;
pub mod time;
pub mod update;
pub mod worker;
