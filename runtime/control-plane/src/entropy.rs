//! Randomness for ids and secrets, from the operating system.

use bindery_core::id::Entropy;

/// Random bytes. The operating system has them or nothing here is safe.
#[expect(clippy::expect_used, reason = "without randomness no id and no secret can be made")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// The random part of an id.
pub(crate) fn id() -> Entropy {
    bytes()
}
