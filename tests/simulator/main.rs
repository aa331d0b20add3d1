//! The built-in runbooks and the guest examples on the simulated host, with scripts as their
//! authors would write them; and `bindery runbook test` as a program.

mod command;
mod examples;
mod patching;
mod support;
