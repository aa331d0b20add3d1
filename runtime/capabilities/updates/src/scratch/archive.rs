//! Packages outside of any root: the files of their old versions, and repositories that have the new
//! ones. For scratch roots, and for machines that boot.

use super::{Package, ScratchError, deb, make_folder, repository};
use std::path::{Path, PathBuf};

/// The packages of a world, in one folder.
#[derive(Debug, Clone)]
pub struct Archive {
    old: Vec<PathBuf>,
}

impl Archive {
    /// Builds all `packages` into `folder`.
    pub fn create(folder: &Path, packages: &[Package]) -> Result<Self, ScratchError> {
        repository::publish(folder, packages)?;
        let folder = folder.join(OLD);
        make_folder(&folder)?;
        let releases = packages.iter().filter_map(Package::old_release);
        let old =
            releases.map(|release| deb::build(&folder, &release)).collect::<Result<_, _>>()?;
        Ok(Self { old })
    }

    /// The files of the old versions.
    pub fn old(&self) -> &[PathBuf] {
        &self.old
    }

    /// The lines for `sources.list` of a computer that sees an archive at `folder`.
    pub fn sources(folder: &Path) -> String {
        repository::sources(folder)
    }
}

const OLD: &str = "old";
