//! The demo's scratch computers: a real apt root where this machine has apt, and simulated ones.

use super::show::Show;
use anyhow::{Context as _, Result};
use bindery_capability_updates::scratch::{AptWorld, everyday_packages};
use std::path::{Path, PathBuf};

/// One scratch computer.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a scratch computer is made of.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A root folder of its own with real packages, which the real apt and dpkg change.
    Apt { root: PathBuf },
    /// A computer that exists in a file only.
    Simulated { os: &'static str, seed: u64, updates: u32 },
}

impl Machine {
    /// Every package of a real root, according to dpkg itself; none for a simulated computer.
    pub(super) fn installed(&self) -> Result<Option<std::collections::BTreeMap<String, String>>> {
        let Kind::Apt { root } = &self.kind else { return Ok(None) };
        let folder = root.parent().context("a scratch root lies in its world's folder")?;
        Ok(Some(AptWorld::open(folder)?.installed()?))
    }
}

/// Makes the scratch computers in `folder`.
pub(super) fn make(folder: &Path, simulated_only: bool, show: &Show) -> Result<Vec<Machine>> {
    show.step("Making scratch computers");
    let mut machines = vec![];
    match (simulated_only, has_apt()) {
        (true, _) => show.say("  simulated ones only, as asked"),
        (false, false) => show.say(
            "  this machine has no apt-get and dpkg-deb: there is NO real package manager in this demo",
        ),
        (false, true) => {
            let world = AptWorld::create(&folder.join("worlds").join("debian-1"), &everyday_packages())?;
            show.say(&format!("  debian-1: a real apt root in {}", world.root().display()));
            machines.push(Machine {
                name: "debian-1".into(),
                kind: Kind::Apt { root: world.root() },
            });
        }
    }
    for (name, os, seed, updates) in [
        ("windows-1", "windows", 7, 9),
        ("windows-2", "windows", 11, 5),
        ("linux-1", "linux", 3, 8),
    ] {
        show.say(&format!("  {name}: simulated"));
        machines.push(Machine { name: name.into(), kind: Kind::Simulated { os, seed, updates } });
    }
    Ok(machines)
}

fn has_apt() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &str| std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
    found("apt-get") && found("dpkg") && found("dpkg-deb")
}
