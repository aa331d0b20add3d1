//! The limits of one write. A refusal names the limit that it met.

/// One document's or row's JSON text, in bytes.
pub const VALUE_BYTES: usize = 16 << 20;
/// An id, partition, key, table name or indexed value, in bytes.
pub const KEY_BYTES: usize = 1 << 10;
/// Changes of one batch, and rows of one append.
pub const BATCH_ITEMS: usize = 10_000;
/// Rows that one `query` looks at before it gives back what it has, with a cursor to go on.
pub const QUERY_ROWS: usize = 20_000;
