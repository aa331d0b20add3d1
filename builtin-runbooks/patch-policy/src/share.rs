//! A number of computers, or a percentage of those that are targeted.

use serde::{Deserialize, Serialize};

/// `20`, or `"10%"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Share {
    /// So many.
    Number(u32),
    /// So many of a hundred; at most 100.
    Percent(u8),
}

impl Share {
    /// How many of `total` may be at work at once: rounded up, and at least one.
    pub fn at_once(self, total: usize) -> usize {
        let count = match self {
            Share::Number(n) => n as usize,
            Share::Percent(p) => (total * usize::from(p)).div_ceil(100),
        };
        count.max(1)
    }

    /// How many of `total` may fail without stopping the rest: rounded down.
    pub fn tolerated(self, total: usize) -> usize {
        match self {
            Share::Number(n) => n as usize,
            Share::Percent(p) => total * usize::from(p) / 100,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Text(String),
}

impl TryFrom<Written> for Share {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Number(n) => return Ok(Share::Number(n)),
            Written::Text(text) => text,
        };
        text.strip_suffix('%')
            .and_then(|digits| digits.parse().ok())
            .filter(|percent| *percent <= 100)
            .map(Share::Percent)
            .ok_or_else(|| format!("`{text}` is neither a number nor a percentage as in \"10%\""))
    }
}

impl From<Share> for Written {
    fn from(share: Share) -> Self {
        match share {
            Share::Number(n) => Written::Number(n),
            Share::Percent(p) => Written::Text(format!("{p}%")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_up_for_work_and_down_for_errors() {
        let rows = [
            (Share::Number(3), 10, 3, 3),
            (Share::Number(0), 10, 1, 0),
            (Share::Percent(100), 10, 10, 10),
            (Share::Percent(10), 15, 2, 1),
            (Share::Percent(1), 3, 1, 0),
            (Share::Percent(50), 0, 1, 0),
        ];
        for (share, total, at_once, tolerated) in rows {
            assert_eq!(share.at_once(total), at_once, "{share:?} of {total}");
            assert_eq!(share.tolerated(total), tolerated, "{share:?} of {total}");
        }
    }

    #[test]
    fn shares_are_read_strictly() {
        for good in ["5", "\"5%\"", "\"100%\"", "0"] {
            let share: Share = serde_json::from_str(good).expect(good);
            assert_eq!(serde_json::to_string(&share).expect("text"), good);
        }
        for bad in ["-1", "\"5\"", "\"101%\"", "\"%\"", "1.5", "null"] {
            assert!(serde_json::from_str::<Share>(bad).is_err(), "{bad}");
        }
    }
}
