//! Whether a reboot is pending: the files that packages leave for it, and a kernel that waits to be
//! booted.

use super::{Apt, kernel, packages::Packages};
use bindery_core::{code::Failure, update::PendingReboot};
use std::{collections::BTreeSet, fs, path::Path};

impl Apt {
    /// Whether a reboot is pending, after asking dpkg where that matters.
    pub(super) async fn ask_for_reboot(&self) -> Result<PendingReboot, Failure> {
        match self.kernel {
            None => Ok(required(&self.config.root)),
            Some(_) => Ok(self.reboot_after(&self.packages().await?)),
        }
    }

    /// Whether a reboot is pending where `packages` are there.
    pub(super) fn reboot_after(&self, packages: &Packages) -> PendingReboot {
        let mut state = required(&self.config.root);
        let running = self.kernel.as_ref().and_then(|kernel| kernel());
        if let Some(running) = running
            && let Some(newest) = kernel::newer(&running, packages)
        {
            state.pending = true;
            state.reasons.push(format!("linux-image-{newest} is installed, {running} runs"));
        }
        state
    }
}

/// Looks for `reboot-required` below `root`; the reasons are the packages that asked for it.
fn required(root: &Path) -> PendingReboot {
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
