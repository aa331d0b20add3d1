//! The sandbox with a real engine: programs, components, replay, limits, compiling.

mod support;

mod abi;
mod checkpoint;
mod compiling;
mod compiling_limits;
mod components;
mod contract;
mod dry_run;
mod gate;
mod hostile;
mod limits;
mod parking;
mod past;
mod programs;
mod replay;
mod stopping;
