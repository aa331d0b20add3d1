//! Sealed bundles: who says what about which Wasm bytes, and whom a workspace believes.
//!
//! A statement is an in-toto Statement v1 in a DSSE envelope, signed with Ed25519. The same
//! envelope carries whatever else a workspace signs: orders for agents and the trust list. Nothing
//! here reads a clock or makes randomness, and nothing runs or compiles the Wasm that it verifies.
//! The policy that a seal states is `bindery_core::seal`.

pub mod bundle;
pub mod envelope;
pub mod key;
pub mod key_file;
pub mod statement;
pub mod trust;
