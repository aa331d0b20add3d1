//! Profiles: how much of WebAssembly an engine has, and what a module needs of it.

use crate::code::{Code, Failure};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much of WebAssembly a worker's engine has. A later one has all that the earlier ones have.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Profile {
    /// WebAssembly 3 without garbage collection, exceptions, threads and 64-bit memories.
    #[default]
    Standard,
    /// The same with garbage collection and exceptions.
    Extended,
}

/// What the standard profile does not have.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Feature {
    /// Garbage collection by the engine.
    Gc,
    /// Exceptions.
    Exceptions,
}

impl Profile {
    /// Every profile, the smallest first.
    pub const ALL: [Profile; 2] = [Profile::Standard, Profile::Extended];

    /// The smallest profile that has all of `needs`.
    pub fn with(needs: &[Feature]) -> Self {
        if needs.is_empty() { Profile::Standard } else { Profile::Extended }
    }

    /// Whether it is the one that need not be asked for.
    pub fn is_standard(&self) -> bool {
        *self == Profile::Standard
    }

    /// Whether an engine of this profile has all of `needs`; else `WrongProfile`.
    pub fn check(self, needs: &[Feature]) -> Result<(), Failure> {
        let wanted = Profile::with(needs);
        if wanted <= self {
            return Ok(());
        }
        let needs = named(needs);
        let message = format!("the module needs {needs}, which the {self} profile does not have");
        Err(Failure::new(Code::WrongProfile, message))
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Standard => "standard",
            Profile::Extended => "extended",
        })
    }
}

/// Features in a sentence.
pub fn named(features: &[Feature]) -> String {
    let name = |feature: &Feature| match feature {
        Feature::Gc => "garbage collection by the engine",
        Feature::Exceptions => "exceptions",
    };
    features.iter().map(name).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_has_what_its_profile_says() {
        let (gc, exceptions) = (&[Feature::Gc][..], &[Feature::Exceptions][..]);
        for (profile, needs, fits) in [
            (Profile::Standard, &[][..], true),
            (Profile::Standard, gc, false),
            (Profile::Standard, exceptions, false),
            (Profile::Extended, &[][..], true),
            (Profile::Extended, &[Feature::Gc, Feature::Exceptions][..], true),
        ] {
            assert_eq!(profile.check(needs).is_ok(), fits, "{profile} {needs:?}");
        }
        let refusal = Profile::Standard.check(exceptions).expect_err("it has none");
        assert_eq!(refusal.code, Code::WrongProfile);
        assert!(refusal.message.contains("needs exceptions"), "{refusal}");
    }

    #[test]
    fn profiles_are_spelled_as_they_are_shown() {
        for profile in Profile::ALL {
            let text = serde_json::to_value(profile).expect("JSON");
            assert_eq!(text, profile.to_string());
        }
    }
}
