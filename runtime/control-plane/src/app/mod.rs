//! Use cases, one file per noun. They know the store and the hub, and nothing of HTTP.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod computers;
pub(crate) mod deployments;
pub(crate) mod groups;
pub(crate) mod jobs;
pub(crate) mod log;
pub(crate) mod replays;
pub(crate) mod runbooks;
pub(crate) mod runs;
pub(crate) mod tokens;
pub(crate) mod trust;
pub(crate) mod waiting;
pub(crate) mod workers;
