//! The format of job journals.
