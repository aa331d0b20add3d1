//! Runbooks in OCI registries: a module as the Wasm artifact of the CNCF layout, with the signed
//! statement of its seal in an annotation.
//!
//! What is pulled is checked for what it is: every digest, the form of the statement, and that it is
//! about these very bytes. Nothing here trusts a key, and nothing runs what it carries.

pub mod artifact;
pub mod credentials;
pub mod error;
pub mod reference;
pub mod registry;

mod capped;
mod layout;
