//! The `#[runbook]` attribute.
