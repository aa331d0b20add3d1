//! Building a real, tiny .deb with dpkg-deb.

use super::{ScratchError, make_folder, package::Release, run, write, written};
use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds `release` into `folder` and returns the file.
pub(super) fn build(folder: &Path, release: &Release<'_>) -> Result<PathBuf, ScratchError> {
    let tree = tempfile::tempdir_in(folder).map_err(|source| written(folder, source))?;
    fill(tree.path(), release)?;
    let deb = folder.join(file_name(release));
    let mut command = Command::new("dpkg-deb");
    command.args(["--root-owner-group", "-Zgzip", "-z1", "--build"]).arg(tree.path()).arg(&deb);
    run(&mut command)?;
    Ok(deb)
}

/// An epoch's colon does not belong into a file's name.
fn file_name(release: &Release<'_>) -> String {
    format!("{}_{}_all.deb", release.name, release.version.replace(':', "%3a"))
}

/// The control file's fields, as they also stand in `Packages`.
pub(super) fn control(release: &Release<'_>) -> String {
    let mut text = format!(
        "Package: {}\nVersion: {}\nArchitecture: all\nMaintainer: Bindery <demo@bindery.invalid>\n",
        release.name, release.version,
    );
    for (field, names) in [("Depends", release.depends), ("Conflicts", release.conflicts)] {
        if !names.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{field}: {}", names.join(", "));
        }
    }
    text.push_str("Description: a package of a scratch root\n");
    text
}

fn fill(tree: &Path, release: &Release<'_>) -> Result<(), ScratchError> {
    let Release { name, version, .. } = release;
    let (debian, docs) = (tree.join("DEBIAN"), tree.join("usr/share/doc").join(name));
    make_folder(&debian)?;
    make_folder(&docs)?;
    open_to_all(tree)?;
    write(&debian.join("control"), &control(release))?;
    let log = format!("{name} ({version}) stable; urgency=medium\n\n  * Version {version}.\n");
    write(&docs.join("changelog.Debian"), &log)?;
    if release.bytes > 0 {
        write(&docs.join("content"), &noise(release.bytes))?;
    }
    if release.conffile {
        make_folder(&tree.join("etc"))?;
        write(&tree.join(format!("etc/{name}.conf")), &format!("# {name} {version}\n"))?;
        write(&debian.join("conffiles"), &format!("/etc/{name}.conf\n"))?;
    }
    if release.postinst.is_empty() {
        return Ok(());
    }
    let script = debian.join("postinst");
    write(&script, &format!("#!/bin/sh\nset -e\n{}\n", release.postinst.join("\n")))?;
    open_to_all(&script)
}

fn open_to_all(path: &Path) -> Result<(), ScratchError> {
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, mode).map_err(|source| written(path, source))
}

/// Text that gzip does not shrink to nothing, the same every time.
fn noise(bytes: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b' ' + (state % 95) as u8)
    };
    (0..bytes).map(letter).collect()
}
