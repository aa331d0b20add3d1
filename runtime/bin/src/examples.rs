//! The guest examples that the demo imports: open runbooks of "a user's own", built by `build.rs`.

/// An example, with its manifest in it.
pub(crate) struct Example {
    /// The Wasm file.
    pub(crate) wasm: &'static [u8],
    /// Whether it looks at a computer, and so runs on one.
    pub(crate) on_a_computer: bool,
}

/// The examples.
pub(crate) fn all() -> [Example; 2] {
    [
        Example {
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/patch-report-rust.wasm")),
            on_a_computer: true,
        },
        Example {
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/maintenance-calendar-l0.wasm")),
            on_a_computer: false,
        },
    ]
}
