//! Reboots one computer, and finds out after a restart whether it was rebooted.
//!
//! It decides nothing: the runbook says when, and the gate has checked grant, window and reserve.
//! A real computer is rebooted by [`systemd::Systemd`] alone, which exists for the root `/` alone.

pub mod capability;
mod marks;
pub mod provider;
pub mod simulated;
pub mod systemd;
