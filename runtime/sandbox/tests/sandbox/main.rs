//! The sandbox with a real engine: programs, components, replay, limits, compiling.

mod support;

mod compiling;
mod compiling_limits;
mod components;
mod contract;
mod gate;
mod limits;
mod programs;
mod replay;
