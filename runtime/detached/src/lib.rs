//! Programs that outlive the agent: started outside of its cgroup or session, claimed by one
//! runner, followed by whoever asks, and known afterwards by what is on disk.
//!
//! ```text
//! <folder>/
//!   claim.json    who runs it (pid, start, boot), or that nobody ever will: created once, by one
//!   <lines>       what it says while it runs, line by line
//!   outcome.json  how it ended: written last, whole or not at all
//! ```
//! A folder without `outcome.json` whose runner is dead was cut off. What runs, and what its end
//! means, is for the capability that starts it; nothing here knows a program.

#[cfg(target_os = "linux")]
pub mod claim;
pub mod durable;
#[cfg(target_os = "linux")]
pub mod follow;
#[cfg(target_os = "linux")]
pub mod identity;
#[cfg(target_os = "linux")]
pub mod prune;
#[cfg(target_os = "linux")]
pub mod start;
