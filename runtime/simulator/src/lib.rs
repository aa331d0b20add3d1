//! A simulated host: runs a module without a control plane, a computer or a network, in virtual
//! time and through a script of faults, and says in full what it did.
//!
//! ```text
//!   script      what the host is like, what goes wrong, what is expected
//!   simulation  one job of a module on that host
//!   clock  computer  disk  programs  plane  network    the host
//!   crash  recovery                    the death of a worker, and what comes after it
//!   report  view                       what happened, for programs and for people
//! ```
//! The module runs in the sandbox behind the one gate, as on a worker; only what stands behind the
//! capabilities is simulated. Nothing real is ever changed.

pub mod clock;
pub mod computer;
pub mod crash;
pub mod disk;
pub mod network;
pub mod plane;
pub mod programs;
pub mod recovery;
pub mod report;
pub mod script;
pub mod simulation;
pub mod verdict;
pub mod view;

mod children;
mod faults;
mod http;
mod story;
mod watch;
mod world;
