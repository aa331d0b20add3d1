//! In which transactions the chosen updates go, and what must remain of the window before each.
//! Pure.

use bindery_sdk::updates::{Classification, OsType, Update};
use patch_policy::options::Reserves;
use std::time::Duration;

/// Updates that are installed as one transaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wave {
    pub(crate) updates: Vec<Update>,
    /// What must remain of the window before it begins.
    pub(crate) reserve: Duration,
}

/// One transaction on Linux. On Windows service packs go apart, after the others: they take the
/// longest.
pub(crate) fn waves(chosen: Vec<Update>, os: OsType, reserves: &Reserves) -> Vec<Wave> {
    let apart =
        |u: &Update| os == OsType::Windows && u.classification == Classification::ServicePack;
    let (packs, others): (Vec<_>, Vec<_>) = chosen.into_iter().partition(apart);
    [
        Wave { updates: others, reserve: reserves.update() },
        Wave { updates: packs, reserve: reserves.service_pack() },
    ]
    .into_iter()
    .filter(|wave| !wave.updates.is_empty())
    .collect()
}

/// Whether a step that needs `reserve` may begin.
pub(crate) fn fits(remaining: Option<Duration>, reserve: Duration) -> bool {
    remaining.is_none_or(|remaining| remaining >= reserve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{kb, package};

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
