//! disk-report-rust
