//! Full validation with the features that an engine of some profile has, and no others.
//!
//! Where a module needs more, the features that it lacks are found by validating again with all but
//! one of them, so that the message can name them instead of an opcode.

use bindery_core::{
    code::{Code, Failure},
    profile::Feature,
    text::shown,
};
use wasmparser::{Validator, WasmFeatures, types::Types};

/// What an engine of the standard profile has: WebAssembly 3 without what it is built or configured
/// without, and the component model.
const STANDARD: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC)
    .difference(WasmFeatures::GC_TYPES)
    .difference(WasmFeatures::THREADS)
    .difference(WasmFeatures::EXCEPTIONS)
    .difference(WasmFeatures::MEMORY64);

/// What one of the extended profile has.
const EXTENDED: WasmFeatures =
    STANDARD.union(WasmFeatures::GC).union(WasmFeatures::GC_TYPES).union(WasmFeatures::EXCEPTIONS);

/// What no engine has, with its name and who usually needs it.
const LACKING: &[(WasmFeatures, &str)] = &[
    (WasmFeatures::THREADS, "threads and shared memory: build without threads"),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "legacy exceptions: build with those of WebAssembly 3, or without any (clang: \
         `-fno-exceptions`)",
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

/// Validates the whole file; what it needs beyond the standard profile. `InvalidModule` says where it
/// is wrong, or which feature it needs that no profile has.
pub(crate) fn validate(bytes: &[u8]) -> Result<(Types, Vec<Feature>), Failure> {
    if let Ok(types) = Validator::new_with_features(STANDARD).validate_all(bytes) {
        return Ok((types, vec![]));
    }
    let error = match Validator::new_with_features(EXTENDED).validate_all(bytes) {
        Ok(types) => return Ok((types, extended(bytes))),
        Err(error) => error,
    };
    let needed = needed(bytes);
    let message = if needed.is_empty() {
        let (what, offset) = (shown(error.message()), error.offset());
        format!("the WebAssembly is damaged or invalid: {what} (at byte {offset})")
    } else {
        format!("the module needs what Bindery's engines do not have: {}", needed.join("; "))
    };
    Err(Failure::new(Code::InvalidModule, message))
}

/// What a file needs that is valid in the extended profile alone.
fn extended(bytes: &[u8]) -> Vec<Feature> {
    let lacks = |feature| !valid(bytes, EXTENDED.difference(feature));
    let exceptions = lacks(WasmFeatures::EXCEPTIONS);
    // The references of exceptions are types of the collector, too.
    let gc = lacks(WasmFeatures::GC) || (lacks(WasmFeatures::GC_TYPES) && !exceptions);
    let found = [(gc, Feature::Gc), (exceptions, Feature::Exceptions)];
    found.into_iter().filter_map(|(needed, feature)| needed.then_some(feature)).collect()
}

fn valid(bytes: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(bytes).is_ok()
}

/// The features without which the file is not valid, if it is valid with all of them.
fn needed(bytes: &[u8]) -> Vec<&'static str> {
    let valid = |features| valid(bytes, features);
    let all = LACKING.iter().fold(EXTENDED, |all, (feature, _)| all.union(*feature));
    if !valid(all) {
        return Vec::new();
    }
    let lacks = |(feature, _): &&(WasmFeatures, _)| !valid(all.difference(*feature));
    LACKING.iter().filter(lacks).map(|(_, name)| *name).collect()
}
