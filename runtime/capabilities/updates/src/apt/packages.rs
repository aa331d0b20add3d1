//! What is installed, as dpkg says.

use super::Apt;
use bindery_core::code::Failure;
use std::collections::BTreeMap;

/// One package that dpkg knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    /// Its name, without an architecture.
    pub(super) name: String,
    /// Its architecture; `all` for none in particular.
    pub(super) architecture: String,
    /// The version that is there.
    pub(super) version: String,
    /// dpkg's three words: want, error flag, state.
    pub(super) status: String,
}

impl Package {
    /// Whether it is there and whole.
    pub(super) fn is_installed(&self) -> bool {
        self.status.ends_with(" ok installed")
    }

    /// Whether dpkg was stopped or failed while it installed it.
    pub(super) fn is_half_installed(&self) -> bool {
        let halves = [" unpacked", " half-configured", " half-installed"];
        halves.iter().any(|state| self.status.ends_with(state))
    }

    /// Whether an administrator holds it at its version.
    pub(super) fn is_held(&self) -> bool {
        self.status.starts_with("hold ")
    }

    /// The name that apt takes for exactly this package.
    pub(super) fn qualified(&self) -> String {
        qualified(&self.name, &self.architecture)
    }
}

/// `name`, or `name:architecture` where there is a particular one.
pub(super) fn qualified(name: &str, architecture: &str) -> String {
    if architecture == "all" { name.to_owned() } else { format!("{name}:{architecture}") }
}

/// All packages, by name and architecture.
#[derive(Debug, Default)]
pub(super) struct Packages(BTreeMap<(String, String), Package>);

impl Packages {
    /// Those that are installed.
    pub(super) fn installed(&self) -> impl Iterator<Item = &Package> {
        self.0.values().filter(|package| package.is_installed())
    }

    /// Those that dpkg began and did not finish.
    pub(super) fn half_installed(&self) -> impl Iterator<Item = &Package> {
        self.0.values().filter(|package| package.is_half_installed())
    }

    /// The package of this name and architecture; a move from or to `all` is the same package.
    pub(super) fn get(&self, name: &str, architecture: &str) -> Option<&Package> {
        let exact = self.0.get(&(name.to_owned(), architecture.to_owned()));
        exact.or_else(|| {
            let moved = |p: &&Package| p.architecture == "all" || architecture == "all";
            self.0.values().filter(|package| package.name == name).find(moved)
        })
    }
}

impl Apt {
    /// Asks dpkg for all packages.
    pub(super) async fn packages(&self) -> Result<Packages, Failure> {
        let folder = format!("--admindir={}", self.config.dpkg_folder().display());
        let format = "--showformat=${Package}\\t${Architecture}\\t${Version}\\t${Status}\\n";
        let arguments = [folder.as_str(), "--show", format];
        Ok(parse(&self.read("dpkg-query", &arguments).await?.or_fail()?))
    }
}

pub(super) fn parse(text: &str) -> Packages {
    let package = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let (name, architecture) = (fields.next()?, fields.next()?);
        let package = Package {
            name: name.clone(),
            architecture: architecture.clone(),
            version: fields.next()?,
            status: fields.next()?,
        };
        Some(((name, architecture), package))
    };
    Packages(text.lines().filter_map(package).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_holds_are_told_apart() {
        let all = parse(
            "alpha\tall\t1.2\tinstall ok installed\nbeta\tamd64\t2.0\tinstall ok half-configured\n\
             gamma\tamd64\t1.0\thold ok installed\nold\tall\t1\tdeinstall ok config-files\n",
        );
        let names: Vec<_> = all.installed().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["alpha", "gamma"]);
        assert!(all.get("gamma", "amd64").expect("there").is_held());
        assert!(all.get("alpha", "amd64").is_some() && all.get("gamma", "i386").is_none());
    }
}
