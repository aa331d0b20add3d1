//! Storage ports, the in-memory store and the contract that every store passes.
