//! Whether a newer kernel is installed than the one that runs: Debian's own kernels leave no file
//! that asks for a reboot.

use super::packages::Packages;
use std::{cmp::Ordering, fs, sync::Arc};

/// Tells the release of the kernel that runs; none where nobody can say.
pub type RunningKernel = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// The kernel of this computer, as `uname -r` says.
pub(super) fn running() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(text.trim().to_owned()).filter(|release| !release.is_empty())
}

/// The newest installed kernel of the flavour of `running`, if it is newer.
///
/// Flavours are not compared with each other: a real-time kernel that is there beside the running
/// one is no reason to reboot, whatever its number.
pub(super) fn newer(running: &str, packages: &Packages) -> Option<String> {
    let flavour = flavour(running);
    let releases = packages.installed().filter_map(|package| release_of(&package.name));
    let newest = releases.filter(|it| self::flavour(it) == flavour).max_by(|a, b| order(a, b))?;
    (order(newest, running) == Ordering::Greater).then(|| newest.to_owned())
}

/// `linux-image-6.1.0-37-amd64` brings the kernel `6.1.0-37-amd64`; `linux-image-amd64` none itself.
fn release_of(package: &str) -> Option<&str> {
    let name = package.strip_prefix("linux-image-")?;
    let name = name.strip_prefix("unsigned-").unwrap_or(name);
    let name = name.strip_suffix("-unsigned").unwrap_or(name);
    let is_kernel = name.starts_with(|c: char| c.is_ascii_digit()) && !name.ends_with("-dbg");
    is_kernel.then_some(name)
}

/// `cloud-amd64` of `6.1.0-37-cloud-amd64`: what follows the numbers.
fn flavour(release: &str) -> &str {
    let letters =
        |(at, _): &(usize, &str)| release[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    release.match_indices('-').find(letters).map_or("", |(at, _)| &release[at + 1..])
}

/// By the numbers within, so that `6.1.0-9` is older than `6.1.0-37`.
fn order(a: &str, b: &str) -> Ordering {
    runs(a).cmp(runs(b))
}

/// The runs of digits and of other characters, a number before a text.
fn runs(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        rest = tail;
        let number = if digits { run.parse().unwrap_or(u64::MAX) } else { 0 };
        (!run.is_empty()).then_some((number, if digits { "" } else { run }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apt::packages;

    fn check(running: &str, installed: &[&str], newest: Option<&str>) {
        let line = |name: &&str| format!("{name}\tamd64\t1\tinstall ok installed\n");
        let packages = packages::parse(&installed.iter().map(line).collect::<String>());
        assert_eq!(newer(running, &packages).as_deref(), newest, "{running} {installed:?}");
    }

    #[test]
    fn a_newer_kernel_of_the_same_flavour_asks_for_a_reboot() {
        let both = ["linux-image-6.1.0-9-amd64", "linux-image-6.1.0-37-amd64"];
        check("6.1.0-9-amd64", &both, Some("6.1.0-37-amd64"));
        check("6.1.0-37-amd64", &both, None);
        check("6.1.0-40-amd64", &both, None);
        check("6.1.0-9-amd64", &["linux-image-amd64", "linux-image-6.1.0-9-amd64"], None);
        check("6.1.0-9-amd64", &["linux-image-6.1.0-37-rt-amd64"], None);
        check("6.1.0-9-rt-amd64", &["linux-image-6.1.0-37-rt-amd64"], Some("6.1.0-37-rt-amd64"));
        check("6.1.0-9-amd64", &["linux-image-6.1.0-37-amd64-dbg"], None);
        let backport = ["linux-image-6.12.9+bpo-amd64", "linux-image-6.12.12+bpo-amd64"];
        check("6.12.9+bpo-amd64", &backport, Some("6.12.12+bpo-amd64"));
        let ubuntu = ["linux-image-unsigned-5.15.0-101-generic", "linux-image-5.15.0-91-generic"];
        check("5.15.0-91-generic", &ubuntu, Some("5.15.0-101-generic"));
        check("6.18.5-custom", &both, None);
        check("6.1.0-9-amd64", &[], None);
    }

    #[test]
    fn this_computer_names_its_kernel() {
        assert!(running().is_some_and(|release| release.contains('.')));
    }
}
