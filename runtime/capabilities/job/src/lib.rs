//! Who and where a job is.
