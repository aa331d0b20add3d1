//! In which transactions the chosen updates go, and what must remain of the window before each.

use crate::modules;
use bindery_sdk::updates::{OsType, Update};
use patch_policy::{options::Reserves, window};
use std::time::Duration;

/// Updates that are installed as one transaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wave {
    pub(crate) updates: Vec<Update>,
    /// What must remain of the window before it begins.
    pub(crate) reserve: Duration,
}

/// In which transactions `chosen` goes: asked of the module `Maintenance-Window`.
pub(crate) fn waves(chosen: Vec<Update>, os: OsType, reserves: &Reserves) -> Vec<Wave> {
    let classes: Vec<_> = chosen.iter().map(|update| update.classification.to_string()).collect();
    let reserves = window::Reserves {
        update: milliseconds(reserves.update()),
        service_pack: milliseconds(reserves.service_pack()),
    };
    let of = |places: &[u32]| {
        let update = |at: &u32| usize::try_from(*at).ok().and_then(|at| chosen.get(at)).cloned();
        places.iter().filter_map(update).collect()
    };
    modules::waves(&classes, os == OsType::Windows, reserves)
        .into_iter()
        .map(|wave| Wave {
            updates: of(&wave.updates),
            reserve: Duration::from_millis(wave.reserve),
        })
        .collect()
}

/// Whether a step that needs `reserve` may begin.
pub(crate) fn fits(remaining: Option<Duration>, reserve: Duration) -> bool {
    modules::fits(remaining.map(milliseconds), milliseconds(reserve))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{kb, package};
    use bindery_sdk::updates::Classification;

    #[test]
    fn service_packs_go_apart_and_last_on_windows_alone() {
        let reserves = Reserves::default();
        let chosen = vec![kb("1", Classification::ServicePack), kb("2", Classification::Security)];
        let sizes = |os| -> Vec<_> {
            waves(chosen.clone(), os, &reserves)
                .iter()
                .map(|w| (w.updates[0].id.clone(), w.reserve.as_secs() / 60))
                .collect()
        };
        assert_eq!(
            sizes(OsType::Windows),
            [("update-2".to_owned(), 15), ("update-1".to_owned(), 20)]
        );
        assert_eq!(sizes(OsType::Linux), [("update-1".to_owned(), 15)]);
        let one = waves(vec![package("a", Classification::Other)], OsType::Windows, &reserves);
        assert_eq!(one.len(), 1);
        assert!(waves(vec![], OsType::Linux, &reserves).is_empty());
    }

    #[test]
    fn a_step_fits_if_exactly_its_reserve_remains() {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        assert!(fits(Some(minutes(15)), minutes(15)));
        assert!(!fits(Some(minutes(15) - Duration::from_millis(1)), minutes(15)));
        assert!(fits(None, minutes(15)));
    }
}
