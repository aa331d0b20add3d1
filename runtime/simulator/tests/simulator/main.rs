//! Modules of `tests/fixtures` on the simulated host: what each kind of fault does to them, and
//! that the same test says the same.

mod computer;
mod faults;
mod support;
mod time;
