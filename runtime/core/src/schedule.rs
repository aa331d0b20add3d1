//! When something runs. Recurring schedules will be further variants; run-now is a schedule that is
//! due.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When a deployment runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Schedule {
    /// At once, once.
    Now,
    /// Once, at a time.
    Once {
        /// When.
        at: Timestamp,
    },
}

impl Schedule {
    /// The first occurrence after `last` (none yet: after its creation at `created`), or none.
    pub fn next(&self, created: Timestamp, last: Option<Timestamp>) -> Option<Timestamp> {
        match (self, last) {
            (_, Some(_)) => None,
            (Schedule::Now, None) => Some(created),
            (Schedule::Once { at }, None) => Some(*at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_schedules_occur_once() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        assert_eq!(Schedule::Now.next(at(5), None), Some(at(5)));
        assert_eq!(Schedule::Now.next(at(5), Some(at(5))), None);
        let once = Schedule::Once { at: at(9) };
        assert_eq!(once.next(at(5), None), Some(at(9)));
        assert_eq!(once.next(at(5), Some(at(9))), None);
    }
}
