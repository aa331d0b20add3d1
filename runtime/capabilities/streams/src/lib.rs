//! What a job says.
