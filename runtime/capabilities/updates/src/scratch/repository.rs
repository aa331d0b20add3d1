//! Two repositories, `stable` and `stable-security`, with the indexes that apt reads.
//!
//! Written by hand, so that nothing but dpkg and apt is needed.

use super::{Package, ScratchError, deb, make_folder, package::Release, write, written};
use sha2::{Digest as _, Sha256};
use std::{fs, path::Path};

const SUITES: [(&str, &str, bool); 2] =
    [("stable", "Debian", false), ("stable-security", "Debian-Security", true)];

/// The lines for `sources.list`.
pub(super) fn sources(folder: &Path) -> String {
    let line = |suite: &str| format!("deb [trusted=yes] file:{}/{suite} ./\n", folder.display());
    SUITES.iter().map(|(suite, _, _)| line(suite)).collect()
}

/// Builds the new version of each of `packages` and the indexes.
pub(super) fn publish(folder: &Path, packages: &[Package]) -> Result<(), ScratchError> {
    for (suite, label, security) in SUITES {
        let folder = folder.join(suite);
        make_folder(&folder)?;
        let mut index = String::new();
        for package in packages.iter().filter(|package| package.security == security) {
            if let Some(release) = package.new_release() {
                index.push_str(&record(&folder, &release)?);
            }
        }
        write(&folder.join("Packages"), &index)?;
        let release = format!(
            "Origin: Debian\nLabel: {label}\nSuite: {suite}\nCodename: {suite}\n\
             Date: Sun, 22 Nov 2026 00:00:00 UTC\nArchitectures: all\nSHA256:\n {} {} Packages\n",
            hex::encode(Sha256::digest(index.as_bytes())),
            index.len(),
        );
        write(&folder.join("Release"), &release)?;
    }
    Ok(())
}

fn record(folder: &Path, release: &Release<'_>) -> Result<String, ScratchError> {
    let file = deb::build(folder, release)?;
    let bytes = fs::read(&file).map_err(|source| written(&file, source))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(format!(
        "{}Filename: ./{name}\nSize: {}\nSHA256: {}\n\n",
        deb::control(release),
        bytes.len(),
        hex::encode(Sha256::digest(&bytes)),
    ))
}
