//! Faults: jobs whose worker is killed at every boundary of their journal, and journals with damage.
//!
//! Every run must end with each update installed exactly once, by the word of the package manager,
//! and with the result of the run that nobody disturbed. What is killed is this: an attempt of a job
//! in its own runtime, by a panic that nothing of it survives; capabilities are made anew from their
//! files, and the journal is what its disk has.
//!
//! ```text
//!   lab       the guests, and one attempt of a job
//!   cases     each guest with its parameters and its world
//!   computer  fleet      the worlds, of what `bindery-simulator` has
//!   fault     where a job is killed
//!   apt       the real apt in a scratch root
//!   sweep     every case, killed at every entry in every way
//!   torn      torn last writes, on real files
//!   prefixes  what every prefix replays to; deaths in series
//!   flips     flipped bits
//! ```

mod apt;
mod cases;
mod computer;
mod fault;
mod fleet;
mod flips;
mod lab;
mod prefixes;
mod sweep;
mod torn;
