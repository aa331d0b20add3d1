//! Builders, scratch worlds and waiting for conditions, for tests.
