//! Reading `apt-cache policy`: the candidate of each package and where each of its versions comes
//! from.

use std::collections::BTreeMap;

/// Where versions come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Release {
    pub(super) origin: String,
    pub(super) label: String,
    pub(super) suite: String,
    pub(super) codename: String,
}

/// One line of a version table, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) version: String,
    pub(super) installed: bool,
    /// The index files that have it, as apt writes them.
    pub(super) sources: Vec<String>,
}

/// What apt knows of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) package: String,
    pub(super) candidate: Option<String>,
    pub(super) versions: Vec<Version>,
}

impl Known {
    /// The versions that an upgrade passes over, the candidate first; empty where there is no
    /// upgrade.
    pub(super) fn newer(&self) -> &[Version] {
        let place = |wanted: &dyn Fn(&Version) -> bool| self.versions.iter().position(wanted);
        let candidate = place(&|v| Some(&v.version) == self.candidate.as_ref());
        let installed = place(&|v| v.installed);
        match (candidate, installed) {
            (Some(from), Some(to)) if from < to => &self.versions[from..to],
            _ => &[],
        }
    }
}

/// The releases by index file, from `apt-cache policy` without a package.
pub(super) fn releases(text: &str) -> BTreeMap<String, Release> {
    let mut all = BTreeMap::new();
    let mut source = String::new();
    for line in text.lines() {
        if let Some(fields) = line.trim_start().strip_prefix("release ") {
            all.insert(source.clone(), release(fields));
        } else if let Some(name) = source_of(line) {
            source = name.to_owned();
        }
    }
    all
}

fn release(fields: &str) -> Release {
    let mut release = Release::default();
    for (name, value) in fields.split(',').filter_map(|field| field.split_once('=')) {
        match name {
            "o" => release.origin = value.to_owned(),
            "l" => release.label = value.to_owned(),
            "a" => release.suite = value.to_owned(),
            "n" => release.codename = value.to_owned(),
            _ => {}
        }
    }
    release
}

/// `     500 file:/repo ./ Packages` without its priority.
fn source_of(line: &str) -> Option<&str> {
    let (priority, source) = line.trim_start().split_once(' ')?;
    priority.parse::<i32>().ok().map(|_| source)
}

/// The packages of `apt-cache policy NAME…`.
pub(super) fn packages(text: &str) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            let package = line.trim_end_matches(':').to_owned();
            all.push(Known { package, ..Known::default() });
        } else if let Some(known) = all.last_mut() {
            read_line(known, line);
        }
    }
    all
}

fn read_line(known: &mut Known, line: &str) {
    if let Some(candidate) = line.trim_start().strip_prefix("Candidate: ") {
        known.candidate = (candidate != "(none)").then(|| candidate.to_owned());
    } else if line.starts_with("        ") {
        // Eight blanks and a priority: an index file of the version above.
        if let (Some(version), Some(source)) = (known.versions.last_mut(), source_of(line)) {
            version.sources.push(source.to_owned());
        }
    } else if let Some(rest) = line.strip_prefix(" *** ").or_else(|| line.strip_prefix("     ")) {
        let Some(version) = rest.split(' ').next() else { return };
        let installed = line.starts_with(" ***");
        known.versions.push(Version { version: version.to_owned(), installed, sources: vec![] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
alpha:
  Installed: 1.0
  Candidate: 1.3
  Version table:
     1.3 500
        500 file:/repo/main ./ Packages
     1.2 500
        500 file:/repo/sec ./ Packages
 *** 1.0 100
        100 /r/var/lib/dpkg/status
libc6:i386:
  Installed: 2.0
  Candidate: 2.0
  Version table:
 *** 2.0 500
        500 file:/repo/main ./ Packages
        100 /r/var/lib/dpkg/status
gone:
  Installed: (none)
  Candidate: (none)
  Version table:
";

    #[test]
    fn an_upgrade_passes_over_every_version_between_the_installed_one_and_the_candidate() {
        let all = packages(TABLE);
        let newer = |at: usize| -> Vec<_> { all[at].newer().iter().map(|v| &*v.version).collect() };
        assert_eq!(newer(0), ["1.3", "1.2"]);
        assert_eq!(all[0].newer()[1].sources, ["file:/repo/sec ./ Packages"]);
        assert_eq!((newer(1).len(), all[1].package.as_str()), (0, "libc6:i386"));
        assert_eq!((newer(2).len(), &all[2].candidate), (0, &None));
    }

    #[test]
    fn releases_belong_to_the_index_file_above_them() {
        let all = releases(
            "Package files:\n 100 /r/status\n     release a=now\n 500 file:/repo/sec ./ Packages\n     \
             release o=Debian,a=stable-security,n=bookworm-security,l=Debian-Security,c=\nPinned packages:\n",
        );
        let security = &all["file:/repo/sec ./ Packages"];
        assert_eq!(
            (&*security.label, &*security.suite, &*security.codename),
            ("Debian-Security", "stable-security", "bookworm-security"),
        );
    }
}
