//! Runs runbooks in wasmtime.
//!
//! Every operation of every guest, whatever its language, passes one gate ([`gate::Gate`]): grant
//! check, window check, journal, capability, journal, stream. This crate knows no capability: they
//! are handed in as [`capability::Capability`].

mod abi;
mod cache;
pub mod capability;
pub mod clock;
pub mod compile;
pub mod engine;
pub mod gate;
mod guests;
pub mod journal;
mod limiter;
mod link;
pub mod replay;
mod rights;
pub mod run;
pub mod secrets;
pub mod upstream;
mod value;
mod wasi;
