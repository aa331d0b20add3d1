//! Enrolment tokens: `bnd-enrol.<secret>.<SHA-256 of the CA's certificate, 64 hex digits>`.
//!
//! The secret proves to the control plane that the agent may come; the digest proves to the agent
//! whom it came to.

use std::fmt;

const PREFIX: &str = "bnd-enrol.";

/// A token as it was handed to the agent's operator. It is not printed.
#[derive(Clone)]
pub struct EnrolToken {
    text: String,
    ca: Pin,
}

/// The SHA-256 of a CA's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin(pub(crate) [u8; 32]);

/// A text that is not an enrolment token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an enrolment token (expected `bnd-enrol.<secret>.<64 hex digits>`)")]
pub struct InvalidToken;

impl EnrolToken {
    /// The whole text: what the control plane is shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The CA that the control plane's certificate must be from.
    pub fn ca(&self) -> Pin {
        self.ca
    }
}

impl std::str::FromStr for EnrolToken {
    type Err = InvalidToken;
    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let (secret, ca) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.')).ok_or(InvalidToken)?;
        let url_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if secret.is_empty() || !secret.chars().all(url_safe) {
            return Err(InvalidToken);
        }
        Ok(Self { text: text.to_owned(), ca: ca.parse()? })
    }
}

impl std::str::FromStr for Pin {
    type Err = InvalidToken;
    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidToken)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for EnrolToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_strictly_and_never_printed() {
        let good = format!("bnd-enrol.aB-_9.{}", "0f".repeat(32));
        let token: EnrolToken = good.parse().expect("a token");
        assert_eq!(token.ca().to_string(), "0f".repeat(32));
        assert!(!format!("{token:?}").contains("aB"));
        for bad in ["", "bnd-enrol.", "bnd-enrol.x", "bnd-enrol.x.0f", &good.replace("aB", "a B")] {
            assert!(bad.parse::<EnrolToken>().is_err(), "{bad}");
        }
    }
}
