//! What an update is for, by the archive's own metadata, and whether it may want a reboot.

use super::policy::Release;
use bindery_core::update::{Classification, RebootBehavior};

/// Packages whose upgrade takes full effect after a reboot, by the beginning of their names.
///
/// A heuristic, for plans: the packages themselves ask for a reboot when they are configured, and
/// that is what counts afterwards. The list follows what Debian's and Ubuntu's own hooks ask for.
const REBOOTING: &[&str] = &[
    "linux-image",
    "linux-modules",
    "linux-generic",
    "libc6",
    "libssl",
    "dbus",
    "systemd",
    "libsystemd",
    "udev",
    "intel-microcode",
    "amd64-microcode",
    "grub",
];

/// Whether a release is one of security fixes: Debian's label, or a suite or codename `*-security`.
pub(super) fn is_security(release: &Release) -> bool {
    release.label == "Debian-Security"
        || release.suite.ends_with("-security")
        || release.codename.ends_with("-security")
}

/// `Security` if any of the releases that an upgrade passes over is one, else `Other`.
pub(super) fn classification<'a>(
    mut releases: impl Iterator<Item = &'a Release>,
) -> Classification {
    if releases.any(is_security) { Classification::Security } else { Classification::Other }
}

/// Whether a package may ask for a reboot, by its name.
pub(super) fn reboot(package: &str) -> RebootBehavior {
    match REBOOTING.iter().any(|prefix| package.starts_with(prefix)) {
        true => RebootBehavior::CanRequestReboot,
        false => RebootBehavior::NeverReboots,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_is_what_the_archive_calls_security() {
        let release = |label: &str, suite: &str, codename: &str| Release {
            origin: String::new(),
            label: label.into(),
            suite: suite.into(),
            codename: codename.into(),
        };
        let rows = [
            (release("Debian-Security", "stable", "bookworm"), Classification::Security),
            (release("Ubuntu", "jammy-security", "jammy"), Classification::Security),
            (release("Debian", "stable", "bookworm-security"), Classification::Security),
            (release("Debian", "stable-updates", "bookworm-updates"), Classification::Other),
            (release("security-tools", "stable", "x"), Classification::Other),
        ];
        for (release, wanted) in rows {
            assert_eq!(classification([&release].into_iter()), wanted, "{release:?}");
        }
    }
}
