//! The journal of jobs: its entries, their bytes, and the worker's append-only log that holds them.
//!
//! It knows neither wasmtime nor the network: a worker writes entries here, ships the same bytes,
//! and feeds them back when a job goes on after a crash.

pub mod entry;
pub mod frame;
pub mod log;
mod segment;
