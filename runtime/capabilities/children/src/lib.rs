//! Start jobs and wait for them.
