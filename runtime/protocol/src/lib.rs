//! What workers and the control plane say to each other.
//!
//! An agent keeps one outbound WebSocket; the sandbox worker inside the control plane keeps a pair
//! of channels. Both carry the same messages. The agent learns of work without asking, and ships
//! its journals as they are written:
//!
//! ```text
//!   control plane                         worker
//!        | -- Challenge ------------------> |
//!        | <------------------- Hello ----- |   who it is, proved by its key; what it presents to go on
//!        | -- Welcome --------------------> |   its next continuation, the trust list
//!        | <----------------- Holding ----- |   the jobs that it still has
//!        | -- Order ----------------------> |   a job, signed by the account's order key
//!        | <------- Fetch / Module -------> |   the module, if it does not have it
//!        | <----------------- Journal ----- |   entries: header, operations, end; streams and records are among them
//!        | -- Kept -----------------------> |   they are stored: the worker may forget them
//! ```
//! What is lost on the way is said again: entries until they are kept, calls until they are
//! answered.

pub mod bytes;
pub mod hello;
pub mod link;
pub mod message;
pub mod order;
pub mod pace;

/// The version of the protocol. Agent and control plane must speak the same one.
pub const VERSION: u32 = 1;

/// Where an agent enrols.
pub const ENROL_PATH: &str = "/v1/enrol";

/// Where an agent connects: the path of the WebSocket.
pub const SESSION_PATH: &str = "/v1/agent/session";
