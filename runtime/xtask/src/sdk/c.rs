//! The contract in C: the header that authors read, and the tables that `sdk/c/bindery.c` works by.
//!
//! Each type has a form, a constant that says how it is spelt in JSON. Each operation has one, too,
//! and a function whose parameters are the operation's, and last a place for the reply.

mod header;
mod names;
mod tables;

pub(crate) use header::header;
pub(crate) use tables::tables;
