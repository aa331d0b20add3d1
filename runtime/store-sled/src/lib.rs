//! The embedded store, over sled.
