//! The HTTP contract: paths, data types, problem codes and the OpenAPI document.
//!
//! Everything that a server and a client must agree upon is here, as data. There is no server, no
//! client and no I/O but the writing of `openapi.json` in a test; and no type here can hold the
//! content of a runbook.

pub mod accounts;
pub mod assets;
pub mod computers;
pub mod deployments;
pub mod enrolment;
pub mod jobs;
pub mod journal;
pub mod log;
pub mod openapi;
pub mod options;
pub mod page;
pub mod powers;
pub mod problem;
pub mod routes;
pub mod runbooks;
pub mod runs;
pub mod secret;
pub mod tokens;
pub mod trust;
pub mod updates;
pub mod workers;
pub mod workspace;
