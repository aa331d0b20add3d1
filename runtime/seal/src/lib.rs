//! Sealed bundles: signed statements over Wasm, trust lists.
