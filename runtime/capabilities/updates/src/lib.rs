//! Updates of one computer: what is missing, what the package manager would do, and doing it.
//!
//! One [`provider::Provider`] per package manager. A provider knows its package manager and nothing
//! of runbooks, windows or policy: it never chooses an update, and it installs nothing but the plan
//! it is given.

#[cfg(target_os = "linux")]
pub mod apt;
pub mod capability;
pub mod clock;
pub mod provider;
#[cfg(target_os = "linux")]
pub mod scratch;
pub mod simulated;
#[cfg(target_os = "linux")]
pub mod transaction;
