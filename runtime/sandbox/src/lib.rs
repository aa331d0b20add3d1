//! Runs runbooks in wasmtime; every operation passes one gate.
