//! Write Bindery runbooks in Rust.
//!
//! A runbook is one function. Its parameter is the job's parameters object, its result the job's
//! result:
//!
//! ```
//! use bindery_sdk::{Error, output, updates};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct Parameters {
//!     /// Say nothing of updates below this size.
//!     bytes_min: u64,
//! }
//!
//! #[derive(Serialize)]
//! struct Summary {
//!     missing: usize,
//! }
//!
//! #[bindery_sdk::runbook]
//! fn report(parameters: Parameters) -> Result<Summary, Error> {
//!     let assessment = updates::assess()?;
//!     for update in &assessment.missing {
//!         if update.bytes.unwrap_or(0) >= parameters.bytes_min {
//!             output!("{} is missing", update.title);
//!         }
//!     }
//!     Ok(Summary { missing: assessment.missing.len() })
//! }
//! ```
//!
//! Build it as a `cdylib` with `cargo build --profile guest --target wasm32-wasip2`.
//!
//! What the component imports is what it calls, and nothing more: a runbook that never calls
//! [`power`] does not import that interface, so its file proves that it cannot reboot. Ask for the
//! grants that the modules name in `runbook.toml`.
//!
//! The JSON Schema of the parameters is made from their type, which then derives `schemars::JsonSchema`
//! too: an example of the project prints `schemars::schema_for!(Parameters)`, and `schema` in the table
//! `build` of `runbook.toml` calls it, as in the project that `bindery runbook new --lang rust` makes. The
//! feature `schemars` of this crate gives the enums of the contract a schema.
//!
//! On other targets everything compiles, so that the logic of a runbook is tested with `cargo
//! test`; there a call of the host answers the error `NotInRunbook`.

pub mod assets;
pub mod children;
pub mod files;
pub mod fleet;
pub mod http;
pub mod installer;
pub mod job;
pub mod power;
pub mod process;
pub mod records;
pub mod streams;
pub mod timers;
pub mod updates;

#[doc(hidden)]
pub mod bindings;
mod entry;
mod failure;
mod spelling;

pub use bindery_sdk_macros::runbook;
pub use failure::Error;

/// What `#[runbook]` expands to; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::bindings::{Guest, bindery::runbook::types::Error, export_runbook};
    pub use crate::entry::{NoParameters, run, say};
}
