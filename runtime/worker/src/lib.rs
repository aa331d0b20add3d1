//! The agent as a library; also the worker inside the control plane.
//!
//! A worker connects to its control plane, verifies what it is told to do, runs jobs in the
//! sandbox, and ships their journals. It believes two keys and nobody else: the workspace's, which
//! it pinned, for accounts and publishers; and an account's order key, which the workspace's
//! vouches for, for jobs. Whatever they sign, the computer's `allow` file caps.
//!
//! ```text
//!   session ---- orders ---> runner ---> sandbox's gate ---> spool = the journal on disk
//!      ^                        \---> modules (by digest)         |
//!      +------------------ entries, once they are synced ---------+
//! ```
//! It knows no capability and no operating system: `bin` hands both in. It never listens on a port.

pub mod accounts;
pub mod agent;
pub mod allow;
pub mod config;
pub mod connector;
pub mod drain;
pub mod worker;

mod backoff;
mod files;
mod hello;
mod history;
mod modules;
mod orders;
mod questions;
mod recover;
mod runner;
mod session;
mod spool;
mod trust;
mod upstream;
