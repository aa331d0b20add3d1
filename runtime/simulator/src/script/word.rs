//! The words of a script: lengths of time, times, names of operations, codes and masks.

use bindery_core::{
    code::{Code, Failure},
    limit,
    mask::Mask,
    operation::{self, Operation},
};
use jiff::{Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{fmt, str::FromStr, time::Duration};

/// A length of time, written as in `90s`, `2h 30m` or `365 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let text = bindery_core::text::shown(text);
            format!("`{text}` is no length of time, such as `90s`, `2h 30m` or `7 days`")
        };
        let span: Span = text.parse().map_err(|_| wrong())?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        Duration::try_from(length).map(Self).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&length(self.0))
    }
}

/// A length of time for people: `2h 30m`, `40s`, `1.5s`.
pub fn length(duration: Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.subsec_millis());
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (u64::from(millis), "ms"),
    ];
    let words: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
}

/// An operation, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationName(pub &'static Operation);

impl<'de> Deserialize<'de> for OperationName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        operation::by_name(&name).map(Self).ok_or_else(|| {
            let all: Vec<_> = operation::ALL.iter().map(|it| format!("`{}`", it.name)).collect();
            let (name, all) = (bindery_core::text::shown(&name), all.join(", "));
            D::Error::custom(format!("`{name}` is no operation; those are {all}"))
        })
    }
}

/// A code of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeName(pub Code);

impl<'de> Deserialize<'de> for CodeName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let code = Code::ALL.iter().copied().find(|code| code.as_str() == name);
        code.map(Self).ok_or_else(|| {
            let name = bindery_core::text::shown(&name);
            D::Error::custom(format!(
                "`{name}` is no code, such as `DiskFull`, `InstallFailed` or `RepositoryUnavailable`"
            ))
        })
    }
}

/// The code of the error that a job ends with: one of the contract, or one of the runbook's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorName(pub String);

impl ErrorName {
    /// Whether the job failed with it. The host keeps a code of the runbook's own at the beginning of
    /// the message.
    pub fn is(&self, failure: &Failure) -> bool {
        let own = failure.message.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with(": "));
        failure.code.as_str() == self.0 || (failure.code == Code::GuestFailed && own)
    }
}

impl<'de> Deserialize<'de> for ErrorName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let word = name.chars().all(|c| c.is_ascii_alphanumeric());
        if word && name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Ok(Self(name));
        }
        let name = bindery_core::text::shown(&name);
        Err(D::Error::custom(format!("`{name}` is no code, such as `DiskFull` or one of your own")))
    }
}

/// What becomes of a file: its text, or `false` for one that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEnd(pub Option<String>);

impl<'de> Deserialize<'de> for FileEnd {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from)? {
            toml::Value::String(text) => Ok(Self(Some(text))),
            toml::Value::Boolean(false) => Ok(Self(None)),
            _ => Err(D::Error::custom("a file has a text, or `false` where it is gone")),
        }
    }
}

/// A mask, with the text that it was written as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskText {
    /// What it fits.
    pub mask: Mask,
    /// How it is written.
    pub text: String,
}

impl<'de> Deserialize<'de> for MaskText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() || text.chars().count() > limit::MASK_CHARS {
            let most = limit::MASK_CHARS;
            return Err(D::Error::custom(format!(
                "a mask has 1 to {most} characters (MASK_CHARS)"
            )));
        }
        Ok(Self { mask: Mask::new(text.clone()), text })
    }
}

/// A time, which need not be there.
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let text = bindery_core::text::shown(&text);
        D::Error::custom(format!(
            "`{text}` is no time with its zone, such as `2026-11-22T18:00:00Z`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        let rows = [("90s", "1m 30s"), ("2h 30m", "2h 30m"), ("7 days", "7d"), ("PT1H", "1h")];
        for (text, length) in rows {
            assert_eq!(text.parse::<Period>().expect(text).to_string(), length);
        }
        assert_eq!(length(Duration::ZERO), "0s");
        for bad in ["", "soon", "5", "-3s", "1 month", "\u{1b}s"] {
            let reason = bad.parse::<Period>().expect_err(bad);
            assert!(!reason.contains('\u{1b}'), "{reason}");
        }
    }
}
