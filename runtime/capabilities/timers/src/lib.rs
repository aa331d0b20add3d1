//! Durable sleep.
