//! Which progress is worth a note in the job's journal: a package manager tells of much more.

use crate::provider::Progress;

/// Notes of one installation that may tell of another activity at the same percentage.
const ACTIVITIES: u32 = 100;

/// What was told of one installation so far.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    said: u32,
    percent: Option<u8>,
    activity: String,
}

impl Throttle {
    /// Whether to tell of `progress`: at each whole percent forward, and at another activity while
    /// there is room. Admits about 200 in all, and always keeps room for the percents to come.
    pub(super) fn admits(&mut self, progress: &Progress) -> bool {
        let forward = progress.percent > self.percent;
        let room = ACTIVITIES + u32::from(self.percent.unwrap_or(0));
        let other = progress.activity != self.activity && self.said < room;
        if !forward && !other {
            return false;
        }
        self.said += 1;
        self.percent = self.percent.max(progress.percent.map(|percent| percent.min(100)));
        self.activity.clone_from(&progress.activity);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(activity: &str, percent: Option<u8>) -> Progress {
        Progress { activity: activity.into(), percent }
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let mut throttle = Throttle::default();
        assert!(throttle.admits(&progress("unpacking", None)));
        assert!(!throttle.admits(&progress("unpacking", None)));
        assert!(throttle.admits(&progress("unpacking", Some(0))));
        assert!(!throttle.admits(&progress("unpacking", Some(0))));
        assert!(throttle.admits(&progress("unpacking", Some(1))));
        assert!(throttle.admits(&progress("setting up", Some(1))));
    }

    #[test]
    fn a_package_manager_that_never_stops_talking_is_cut_short_and_its_last_percent_is_told() {
        let mut throttle = Throttle::default();
        let told = (0..=100u8).flat_map(|percent| (0..50).map(move |line| (percent, line)));
        let notes: Vec<_> = told
            .filter(|(percent, line)| {
                throttle.admits(&progress(&format!("line {percent}.{line}"), Some(*percent)))
            })
            .collect();
        assert!(notes.len() <= 201, "{}", notes.len());
        assert_eq!(notes.last().map(|(percent, _)| *percent), Some(100));
    }
}
