//! The API over HTTP: a control plane in this process on a loopback port, driven by the client.

mod events;
mod problems;
mod runbooks;
mod server;
mod sessions;
mod tokens;
