//! The suite that every store passes: one file per port, one function per sentence.
//!
//! `make` gives a fresh, empty store each time it is called. A broken promise panics. Durability
//! is not tested here: it needs a process that dies, and belongs to each store's own tests.

pub mod batches;
pub mod blobs;
pub mod documents;
pub mod log;
pub mod paging;

/// Keys that a careless encoding would mix up, in the order of their bytes.
pub const ODD_KEYS: [&str; 12] = [
    "\0",
    "\0\0",
    "\0\u{1}",
    "\u{1}",
    "a",
    "a\0",
    "a\0b",
    "a\u{1}",
    "a/b",
    "aa",
    "ü/\u{ff}",
    "日本",
];
