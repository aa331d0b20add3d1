//! What only the agent of a computer has: an identity, and a way to a control plane that is
//! elsewhere.

pub mod address;
pub mod enrol;
pub mod identity;
pub mod socket;
pub mod tls;
pub mod token;
