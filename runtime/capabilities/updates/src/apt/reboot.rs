//! Whether a reboot is pending: the files that packages leave for it.

use bindery_core::update::PendingReboot;
use std::{collections::BTreeSet, fs, path::Path};

/// Looks for `reboot-required` below `root`; the reasons are the packages that asked for it.
pub(super) fn pending(root: &Path) -> PendingReboot {
    let mut state = PendingReboot::default();
    let mut packages = BTreeSet::new();
    for folder in ["run", "var/run"] {
        let folder = root.join(folder);
        state.pending |= folder.join("reboot-required").exists();
        let text = fs::read_to_string(folder.join("reboot-required.pkgs")).unwrap_or_default();
        packages.extend(text.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned));
    }
    if state.pending {
        state.reasons = packages.into_iter().collect();
        if state.reasons.is_empty() {
            state.reasons.push("reboot-required".into());
        }
    }
    state
}
