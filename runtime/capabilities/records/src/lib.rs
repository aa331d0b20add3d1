//! Rows of the log.
