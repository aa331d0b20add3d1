//! Small text files of one computer: read, listed, replaced as one step, removed.
//!
//! ```text
//!   capability  arguments, limits, JSON        path  what is a path
//!   disk        what stands behind: a trait    real  this computer's own disk
//! ```
//! Which folders a runbook may reach is for its grants, which the gate has asked before. Here it is
//! made sure that a path leads where it says: it has no `.` and no `..`, and no symbolic link is
//! followed.

pub mod capability;
pub mod disk;
pub mod path;
#[cfg(target_os = "linux")]
pub mod real;
