//! What tests of every room share: a clock that a test drives, and waiting for a condition.
//!
//! A dev-dependency only; it imports no other room, so every room may use it.

pub mod clock;
pub mod wait;
