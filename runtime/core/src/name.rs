//! Names that people give: of runbooks, accounts, deployments and worker groups.

use crate::limit;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text that is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a name: it must begin with a letter, go on with letters, digits, `_` or `-`, \
     and have at most {max} characters",
    max = limit::NAME_CHARS
)]
pub struct InvalidName {
    text: String,
}

/// A name: a letter first, then letters, digits, `_`, `-`; at most [`limit::NAME_CHARS`].
///
/// Case is kept, and ignored when two names are compared by [`Name::key`].
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Name(String);

impl Name {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names share that may not stand beside each other.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Name {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let mut chars = text.chars();
        let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
        let rest = chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if first && rest && text.len() <= limit::NAME_CHARS {
            return Ok(Self(text.to_owned()));
        }
        let text =
            text.chars().take(2 * limit::NAME_CHARS).flat_map(char::escape_default).collect();
        Err(InvalidName { text })
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_at_its_limit_and_past_it() {
        let longest = "a".repeat(limit::NAME_CHARS);
        for good in ["a", "Patch-MicrosoftOMSComputer", "x_1", longest.as_str()] {
            assert_eq!(good.parse::<Name>().map(String::from), Ok(good.to_owned()));
        }
        let too_long = format!("{longest}a");
        for bad in ["", "1a", "-a", "a b", "a/b", "ä", "a\u{1b}[31m", too_long.as_str()] {
            assert!(bad.parse::<Name>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refusal_never_carries_control_characters() {
        let error = "a\u{1b}[31m".parse::<Name>().expect_err("not a name");
        assert!(!error.to_string().contains('\u{1b}'));
    }
}
