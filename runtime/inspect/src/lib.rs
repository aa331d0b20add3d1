//! What a Wasm file is and can do, without running it.
