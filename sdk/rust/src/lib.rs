//! Write Bindery runbooks in Rust.
