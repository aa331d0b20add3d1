//! Modules of `tests/fixtures` on the simulated host: what each kind of fault does to them, and
//! that the same test says the same.

mod faults;
mod support;
mod time;
