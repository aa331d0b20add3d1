//! The control plane as a library: accounts, runbooks, jobs, computers, deployments and runs.
//!
//! `http` turns requests into calls of `app`; `app` decides with `core` and commits to the store;
//! `session` talks with workers; `tasks` do what time asks for. Handlers never see the store, and
//! use cases never see HTTP.

mod app;
mod dispatch;
mod documents;
mod entropy;
mod events;
pub mod http;
mod hub;
mod intake;
pub mod keys;
mod operations;
pub mod plane;
pub mod replay;
pub mod session;
mod tasks;
pub mod tls;
mod vault;
