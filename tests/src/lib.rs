//! Whole-system tests live in the binaries of this crate.
