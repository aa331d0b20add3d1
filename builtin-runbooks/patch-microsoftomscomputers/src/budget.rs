//! How many computers may start now, and why no more. Pure.

use patch_policy::options::Options;

/// The run's limits and how far they are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Budget {
    at_once: usize,
    tolerated: Option<usize>,
    errors: usize,
    stopped: Option<String>,
}

impl Budget {
    /// The budget of a run over `total` computers.
    pub(crate) fn new(options: &Options, total: usize) -> Self {
        Self {
            at_once: options.max_concurrency.at_once(total),
            tolerated: options.max_errors.map(|share| share.tolerated(total)),
            errors: 0,
            stopped: None,
        }
    }

    /// How many may start while `running` are at work.
    pub(crate) fn room(&self, running: usize) -> usize {
        if self.stopped.is_some() { 0 } else { self.at_once.saturating_sub(running) }
    }

    /// A computer failed or could not be started; the one after the last that is tolerated stops
    /// the run.
    pub(crate) fn error(&mut self) {
        self.errors += 1;
        if let Some(tolerated) = self.tolerated.filter(|tolerated| self.errors > *tolerated) {
            let errors = self.errors;
            self.stop(&format!("{errors} computers failed, maxErrors tolerates {tolerated}"));
        }
    }

    /// No further computer starts; the first reason stays.
    pub(crate) fn stop(&mut self, reason: &str) {
        self.stopped.get_or_insert_with(|| reason.to_owned());
    }

    /// Why no further computer starts, if none does.
    pub(crate) fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patch_policy::share::Share;

    fn budget(at_once: Share, errors: Option<Share>, total: usize) -> Budget {
        let options =
            Options { max_concurrency: at_once, max_errors: errors, ..Options::default() };
        Budget::new(&options, total)
    }

    #[test]
    fn room_is_what_concurrency_leaves() {
        let rows = [
            (Share::Number(3), 10, 0, 3),
            (Share::Number(3), 10, 2, 1),
            (Share::Number(3), 10, 3, 0),
            (Share::Percent(10), 15, 0, 2),
            (Share::Percent(100), 7, 0, 7),
        ];
        for (share, total, running, room) in rows {
            assert_eq!(budget(share, None, total).room(running), room, "{share:?} {running}");
        }
    }

    #[test]
    fn the_error_after_the_last_that_is_tolerated_stops_the_run() {
        let rows = [
            (Some(Share::Number(0)), 1, true),
            (Some(Share::Number(2)), 2, false),
            (Some(Share::Number(2)), 3, true),
            (Some(Share::Percent(10)), 1, false),
            (Some(Share::Percent(10)), 2, true),
            (None, 10, false),
        ];
        for (share, errors, stops) in rows {
            let mut budget = budget(Share::Percent(100), share, 10);
            (0..errors).for_each(|_| budget.error());
            assert_eq!(budget.stopped().is_some(), stops, "{share:?} after {errors}");
            assert_eq!(budget.room(0) == 0, stops);
        }
    }
}
