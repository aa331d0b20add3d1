//! Scenarios: the whole system as processes of their own on loopback, driven as its users drive it.
//!
//! They need apt and dpkg of a Debian-like system, for scratch roots; this machine's own packages
//! are never touched. Machines that boot need root, systemd-nspawn and debootstrap; those tests say
//! so where they cannot run.

mod support;

mod assets;
mod commands;
mod demo;
mod identity;
mod machine;
mod machines;
mod past;
mod sealed;
mod store;
mod survival;
mod suspend;
mod up;
