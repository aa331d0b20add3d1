//! A sealed runbook as one file: the envelope, then the Wasm bytes as they are.
//!
//! ```text
//! "BNDRYSL1" | length of the envelope: u32, little endian | envelope: JSON | Wasm, to the end
//! ```
//! There is one spelling of a bundle: an envelope that is written in any other way than ours is
//! refused, so that every bit of the file counts. Parsing verifies no signature;
//! [`crate::statement::verify`] does.

use crate::envelope::Envelope;
use bindery_core::{
    code::{Code, Failure},
    limit,
    text::shown,
};

const MAGIC: &[u8; 8] = b"BNDRYSL1";
const HEADER_BYTES: usize = MAGIC.len() + size_of::<u32>();
/// The envelope's JSON, in bytes: base64 makes four of three, and the rest is small.
const ENVELOPE_BYTES: usize = 2 * limit::STATEMENT_BYTES;

/// A signed statement and the Wasm that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The signed statement.
    pub envelope: Envelope,
    /// The module.
    pub wasm: Vec<u8>,
}

impl Bundle {
    /// Whether these bytes begin like a bundle.
    pub fn is_bundle(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// The bundle of these bytes: `BadSignature` if they are none, `TooLarge` past a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| bad("this is no sealed bundle: it does not begin with `BNDRYSL1`"))?;
        let (length, rest) =
            rest.split_first_chunk().ok_or_else(|| bad("the bundle ends within its header"))?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > ENVELOPE_BYTES {
            return Err(too_large("envelope", length, ENVELOPE_BYTES, "STATEMENT_BYTES"));
        }
        let (json, wasm) = rest
            .split_at_checked(length)
            .ok_or_else(|| bad("the bundle ends within its envelope"))?;
        check_wasm_size(wasm)?;
        let envelope: Envelope = serde_json::from_slice(json).map_err(|error| {
            bad(&format!("the bundle's envelope cannot be read: {}", shown(&error.to_string())))
        })?;
        if envelope_json(&envelope)? != json {
            return Err(bad("the bundle's envelope is not written as Bindery writes it"));
        }
        Ok(Self { envelope, wasm: wasm.to_vec() })
    }

    /// The bytes of the bundle; `TooLarge` past a limit.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        check_wasm_size(&self.wasm)?;
        let json = envelope_json(&self.envelope)?;
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
        if json.len() > ENVELOPE_BYTES {
            return Err(too_large("envelope", json.len(), ENVELOPE_BYTES, "STATEMENT_BYTES"));
        }
        let mut bytes = Vec::with_capacity(HEADER_BYTES + json.len() + self.wasm.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&json);
        bytes.extend_from_slice(&self.wasm);
        Ok(bytes)
    }
}

/// Whether a module is within [`limit::MODULE_BYTES`].
pub(crate) fn check_wasm_size(wasm: &[u8]) -> Result<(), Failure> {
    if wasm.len() <= limit::MODULE_BYTES {
        return Ok(());
    }
    Err(too_large("module", wasm.len(), limit::MODULE_BYTES, "MODULE_BYTES"))
}

fn envelope_json(envelope: &Envelope) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(envelope)
        .map_err(|error| Failure::new(Code::Internal, format!("an envelope has no JSON: {error}")))
}

fn bad(message: &str) -> Failure {
    Failure::new(Code::BadSignature, message)
}

fn too_large(what: &str, bytes: usize, max: usize, limit: &str) -> Failure {
    Failure::new(
        Code::TooLarge,
        format!("the bundle's {what} has {bytes} bytes; at most {max} are allowed ({limit})"),
    )
}
