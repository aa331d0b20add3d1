//! Where an artifact is: a registry, a repository in it, and a tag or a digest.

use crate::error::RegistryError;
use bindery_core::digest::Digest;
use std::{fmt, net::IpAddr};

/// What may stand before a reference, as in `bindery runbook import oci://…`.
pub const SCHEME: &str = "oci://";

/// A reference such as `ghcr.io/acme/report:1.0` or `ghcr.io/acme/report@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(oci_client::Reference);

impl Reference {
    /// The reference of this text, with or without `oci://`. The registry must be named: nothing
    /// goes to a registry that nobody wrote down.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let bad = |reason: String| RegistryError::BadReference { reference: text.into(), reason };
        let plain = text.strip_prefix(SCHEME).unwrap_or(text);
        let named = |it: &str| it == "localhost" || it.contains(['.', ':']);
        let parts = plain.split_once('/').filter(|(registry, _)| named(registry));
        let Some((_, rest)) = parts else {
            return Err(bad("it names no registry".into()));
        };
        let repository = rest.split([':', '@']).next().unwrap_or_default();
        if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(bad("its repository must be written in lower case".into()));
        }
        if let Some((_, digest)) = rest.split_once('@') {
            digest.parse::<Digest>().map_err(|error| bad(error.to_string()))?;
        }
        let reference =
            plain.parse().map_err(|error: oci_client::ParseError| bad(error.to_string()));
        Ok(Self(reference?))
    }

    /// The registry: a host, perhaps with its port.
    pub fn registry(&self) -> &str {
        self.0.resolve_registry()
    }

    /// The repository in it.
    pub fn repository(&self) -> &str {
        self.0.repository()
    }

    /// The tag, if that is what it names.
    pub fn tag(&self) -> Option<&str> {
        match self.0.digest() {
            None => self.0.tag(),
            Some(_) => None,
        }
    }

    /// The digest, if it names one.
    pub fn digest(&self) -> Option<&str> {
        self.0.digest()
    }

    /// The same repository, by a digest.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        let (registry, repository) = (self.0.registry(), self.0.repository());
        let digest = digest.to_string();
        Self(oci_client::Reference::with_digest(registry.into(), repository.into(), digest))
    }

    /// Whether the registry is on this computer.
    pub fn is_loopback(&self) -> bool {
        let registry = self.registry();
        let host = match registry.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => registry,
        };
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn inner(&self) -> &oci_client::Reference {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_reference_names_its_registry() {
        for text in ["report", "report:1", "acme/report:1", "", "oci://acme/report"] {
            let error = Reference::parse(text).expect_err(text).to_string();
            assert!(error.contains("names no registry"), "{error}");
        }
        for (text, part) in [
            ("ghcr.io/Acme/report:1", "lower case"),
            ("ghcr.io/acme/report@sha256:00", "is not a digest"),
            ("ghcr.io/acme/report@sha512:00", "is not a digest"),
            ("ghcr.io/acme/../report", "`ghcr.io/acme/../report`"),
        ] {
            let error = Reference::parse(text).expect_err(text).to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_reference_has_a_tag_or_a_digest() {
        let tag = Reference::parse("oci://localhost:5000/acme/report:1.0").expect("a reference");
        assert_eq!((tag.registry(), tag.repository()), ("localhost:5000", "acme/report"));
        assert_eq!((tag.tag(), tag.digest()), (Some("1.0"), None));
        let by_digest = tag.at(Digest::of(b""));
        assert_eq!(by_digest.to_string(), format!("localhost:5000/acme/report@{DIGEST}"));
        assert_eq!((by_digest.tag(), by_digest.digest()), (None, Some(DIGEST)));
        assert_eq!(Reference::parse(&by_digest.to_string()).expect("a reference"), by_digest);
        let default = Reference::parse("ghcr.io/acme/report").expect("a reference");
        assert_eq!(default.tag(), Some("latest"));
    }

    #[test]
    fn this_computer_is_told_from_others() {
        for (text, here) in [
            ("localhost/a", true),
            ("localhost:5000/a", true),
            ("127.0.0.1:5000/a", true),
            ("127.8.0.1:5000/a", true),
            ("localhost.example:5000/a", false),
            ("10.0.0.1:5000/a", false),
            ("ghcr.io/a", false),
        ] {
            assert_eq!(Reference::parse(text).expect(text).is_loopback(), here, "{text}");
        }
    }
}
