//! Full validation with the features that the engine has, and no others.
//!
//! Where a module needs more, the features that it lacks are found by validating again with all but
//! one of them, so that the message can name them instead of an opcode.

use bindery_core::{
    code::{Code, Failure},
    text::shown,
};
use wasmparser::{Validator, WasmFeatures, types::Types};

/// What the engine has: WebAssembly 3 without what it is built or configured without, and the
/// component model.
const ENGINE: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC)
    .difference(WasmFeatures::GC_TYPES)
    .difference(WasmFeatures::THREADS)
    .difference(WasmFeatures::EXCEPTIONS)
    .difference(WasmFeatures::MEMORY64);

/// What the engine does not have, with its name and who usually needs it.
const LACKING: &[(WasmFeatures, &str)] = &[
    (
        WasmFeatures::GC.union(WasmFeatures::GC_TYPES),
        "garbage collection by the engine (GC), as Kotlin, Dart, Java and OCaml compilers use it: \
         use a compiler that brings its own memory management",
    ),
    (WasmFeatures::THREADS, "threads and shared memory: build without threads"),
    (
        WasmFeatures::EXCEPTIONS,
        "exceptions: build without them (clang: `-fno-exceptions`, or without `-fwasm-exceptions`)",
    ),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "legacy exceptions: build without them (clang: `-fno-exceptions`)",
    ),
    (WasmFeatures::MEMORY64, "64-bit memories (memory64): build for wasm32"),
    (
        WasmFeatures::CM_ASYNC,
        "async components (WASI 0.3): build for WASI 0.2, such as wasm32-wasip2",
    ),
    (WasmFeatures::STACK_SWITCHING, "stack switching: build without it"),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic: build without it"),
    (WasmFeatures::CUSTOM_PAGE_SIZES, "custom page sizes: build without them"),
];

/// Validates the whole file. `InvalidModule` says where it is wrong, or which feature it needs that
/// there is not.
pub(crate) fn validate(bytes: &[u8]) -> Result<Types, Failure> {
    let error = match Validator::new_with_features(ENGINE).validate_all(bytes) {
        Ok(types) => return Ok(types),
        Err(error) => error,
    };
    let needed = needed(bytes);
    let message = if needed.is_empty() {
        let (what, offset) = (shown(error.message()), error.offset());
        format!("the WebAssembly is damaged or invalid: {what} (at byte {offset})")
    } else {
        format!("the module needs what Bindery's engine does not have: {}", needed.join("; "))
    };
    Err(Failure::new(Code::InvalidModule, message))
}

/// The features without which the file is not valid, if it is valid with all of them.
fn needed(bytes: &[u8]) -> Vec<&'static str> {
    let valid = |features| Validator::new_with_features(features).validate_all(bytes).is_ok();
    let all = LACKING.iter().fold(ENGINE, |all, (feature, _)| all.union(*feature));
    if !valid(all) {
        return Vec::new();
    }
    let lacks = |(feature, _): &&(WasmFeatures, _)| !valid(all.difference(*feature));
    LACKING.iter().filter(lacks).map(|(_, name)| *name).collect()
}
