//! Scenarios: the whole system as processes of their own on loopback, driven as its users drive it.
//!
//! They need apt and dpkg of a Debian-like system, for scratch roots; this machine's own packages
//! are never touched.

mod support;

mod commands;
mod demo;
mod identity;
mod sealed;
mod store;
mod survival;
mod suspend;
mod up;
