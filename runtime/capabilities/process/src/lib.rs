//! Programs of one computer: run to their end, outside of the agent, once.
//!
//! ```text
//!   capability  arguments, limits, JSON       request  what is asked, and found where
//!   programs    what stands behind: a trait   real     this computer: starts, follows, settles
//!   supervise   the other process: runs one program, reads what it writes, ends it in time
//! ```
//! There is no shell, and nothing of the agent's environment. What a runbook may run is for its
//! grants, which the gate has asked before.

pub mod capability;
#[cfg(target_os = "linux")]
mod evidence;
mod output;
pub mod programs;
#[cfg(target_os = "linux")]
pub mod real;
pub mod request;
#[cfg(target_os = "linux")]
pub mod supervise;
