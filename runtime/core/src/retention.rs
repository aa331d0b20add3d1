//! Retention: how long what has ended is kept.

use crate::{
    code::{Code, Failure},
    limit,
};
use jiff::{SignedDuration, Timestamp};
use std::{fmt, str::FromStr};

/// A number of days within `RETENTION_DAYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(u32);

impl Retention {
    /// So many days.
    pub fn days(days: u32) -> Result<Self, Failure> {
        if limit::RETENTION_DAYS.contains(&days) { Ok(Self(days)) } else { Err(refusal(&days)) }
    }

    /// What ended before this time has been kept long enough at `now`.
    pub fn since(self, now: Timestamp) -> Timestamp {
        let kept = SignedDuration::from_hours(i64::from(self.0) * 24);
        now.checked_sub(kept).unwrap_or(Timestamp::MIN)
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self(limit::RETENTION_DAYS_DEFAULT)
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Retention {
    type Err = Failure;
    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::days(text.parse().map_err(|_| refusal(&text))?)
    }
}

fn refusal(days: &dyn fmt::Display) -> Failure {
    let (least, most) = (limit::RETENTION_DAYS.start(), limit::RETENTION_DAYS.end());
    let message = format!("retention is a number of days from {least} to {most}, not `{days}`");
    Failure::new(Code::InvalidRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_taken_up_to_the_limits_and_refused_past_them() {
        let rows = [("1", true), ("3650", true), ("0", false), ("3651", false), ("-1", false)];
        for (text, taken) in rows.into_iter().chain([("", false), ("30d", false)]) {
            match text.parse::<Retention>() {
                Ok(days) => assert!(taken && days.to_string() == text, "{text}"),
                Err(failure) => {
                    assert!(!taken && failure.message.contains("1 to 3650"), "{text}: {failure}");
                }
            }
        }
        assert!(limit::RETENTION_DAYS.contains(&limit::RETENTION_DAYS_DEFAULT));
    }

    #[test]
    fn what_is_kept_begins_whole_days_ago_or_with_time_itself() {
        let now = Timestamp::from_second(10 * 86_400).expect("a time");
        let since = |days| Retention::days(days).expect("in range").since(now);
        assert_eq!(since(3), Timestamp::from_second(7 * 86_400).expect("a time"));
        assert_eq!(Retention::default().since(Timestamp::MIN), Timestamp::MIN);
    }
}
