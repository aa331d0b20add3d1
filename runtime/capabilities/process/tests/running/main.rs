//! Real programs, run by a real runner outside of the agent.

mod agent;
mod capability;
mod ends;
mod restarts;
