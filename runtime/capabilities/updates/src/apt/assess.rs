//! What is missing: every installed package whose candidate is newer, held ones too.

use super::{
    Apt, classify,
    command::FETCH,
    packages::{Package, Packages, qualified},
    policy::{self, Known, Release, Version},
    simulation,
};
use bindery_core::{
    code::Failure,
    update::{Assessment, Classification, OsType, Update},
};
use std::collections::{BTreeMap, BTreeSet};

/// Names per command line.
const NAMES: usize = 2_000;
const BY_ADMINISTRATOR: &str = "held by an administrator (apt-mark hold)";

/// What is known beside the packages themselves.
struct Context {
    releases: BTreeMap<String, Release>,
    /// What `dist-upgrade` would bring, as `name=version`.
    offered: BTreeSet<String>,
}

impl Apt {
    /// Reads the repositories anew and compares. A repository that cannot be read is an error: old
    /// lists would hide what is missing.
    pub(super) async fn look(&self) -> Result<Assessment, Failure> {
        self.guard_root().await?;
        let refresh = ["update", "-o", "APT::Update::Error-Mode=any"];
        self.run_when_unlocked("apt-get", &refresh, FETCH).await?;
        let packages = self.packages().await?;
        let installed: Vec<_> = packages.installed().collect();
        let context = self.context().await?;
        let known = self.known(&installed).await?;
        let mut missing: Vec<_> =
            known.iter().filter_map(|(package, known)| update(package, known, &context)).collect();
        missing.extend(self.unfinished(&packages, &context).await?);
        self.measure(&mut missing).await?;
        Ok(Assessment {
            assessed_at: self.clock.now(),
            os_type: OsType::Linux,
            provider: "apt".into(),
            simulated: false,
            root: self.config.root_text(),
            missing,
            installed: u32::try_from(installed.len()).unwrap_or(u32::MAX),
            reboot: self.reboot_after(&packages),
        })
    }

    /// What dpkg began and did not finish: still missing, and installed by asking for it again.
    async fn unfinished(
        &self,
        packages: &Packages,
        context: &Context,
    ) -> Result<Vec<Update>, Failure> {
        let begun: Vec<_> = packages.half_installed().collect();
        if begun.is_empty() {
            return Ok(vec![]);
        }
        let known = self.known(&begun).await?;
        let of = |package: &Package| known.iter().find(|(it, _)| *it == package);
        let one = |package: &Package| {
            let known = of(package).map(|(_, known)| known);
            let newer = known.and_then(|known| update(package, known, context));
            // A newer version that is kept back must not keep the repair back, too.
            let newer = newer.filter(|update| update.held.is_none());
            newer.unwrap_or_else(|| unfinished(package, known, context))
        };
        Ok(begun
            .into_iter()
            .map(one)
            .map(|update| Update { installed_version: None, ..update })
            .collect())
    }

    async fn context(&self) -> Result<Context, Failure> {
        let releases = policy::releases(&self.read("apt-cache", &["policy"]).await?.or_fail()?);
        let said = self.read("apt-get", &["--simulate", "dist-upgrade"]).await?.or_fail()?;
        let offer = |step: &simulation::Step| {
            Some(format!("{}={}", step.action.package, step.action.to.as_ref()?))
        };
        Ok(Context {
            releases,
            offered: simulation::steps(&said).iter().filter_map(offer).collect(),
        })
    }

    /// What apt knows of each of `packages`.
    pub(super) async fn known<'a>(
        &self,
        packages: &[&'a Package],
    ) -> Result<Vec<(&'a Package, Known)>, Failure> {
        let mut all = Vec::new();
        for page in packages.chunks(NAMES) {
            let mut arguments = vec!["policy".to_owned()];
            arguments.extend(page.iter().map(|package| package.qualified()));
            let said = policy::packages(&self.read("apt-cache", &arguments).await?.or_fail()?);
            // apt answers in the order of the question, and leaves out what it does not know.
            let mut said = said.into_iter().peekable();
            for package in page {
                let same = |known: &Known| {
                    known.package == package.name || known.package == package.qualified()
                };
                if let Some(known) = said.next_if(same) {
                    all.push((*package, known));
                }
            }
        }
        Ok(all)
    }

    /// Adds the sizes.
    async fn measure(&self, missing: &mut [Update]) -> Result<(), Failure> {
        for page in missing.chunks_mut(NAMES) {
            let mut arguments = vec!["show".to_owned(), "--no-all-versions".to_owned()];
            arguments.extend(page.iter().map(|update| argument(&update.id)));
            // A record that is not there is no reason to fail: the size stays unknown.
            let text = self.read("apt-cache", &arguments).await?.stdout;
            let sizes = sizes(&text);
            for update in page {
                let name = (update.package.clone().unwrap_or_default(), update.version.clone());
                update.bytes = sizes.get(&name).copied();
            }
        }
        Ok(())
    }
}

fn argument(id: &str) -> String {
    super::pins::Pin::parse(id).map_or_else(|_| id.to_owned(), |pin| pin.argument())
}

fn update(package: &Package, known: &Known, context: &Context) -> Option<Update> {
    let newer = known.newer();
    let candidate = newer.first()?;
    let (classification, product) = provenance(newer, &candidate.sources, context);
    let Package { name, architecture, .. } = package;
    let kind = if classification == Classification::Security { " (security)" } else { "" };
    Some(Update {
        id: format!("{name}:{architecture}={}", candidate.version),
        title: format!("{} {}{kind}", qualified_title(package), candidate.version),
        kb_id: None,
        package: Some(name.clone()),
        version: candidate.version.clone(),
        installed_version: Some(package.version.clone()),
        product,
        classification,
        severity: None,
        published: None,
        bytes: None,
        reboot: classify::reboot(name),
        held: held(package, &candidate.version, context),
    })
}

/// What an upgrade that passes over `versions` is for, and where the one in `sources` comes from.
fn provenance(
    versions: &[Version],
    sources: &[String],
    context: &Context,
) -> (Classification, String) {
    let releases = |sources: &'_ [String]| -> Vec<&Release> {
        sources.iter().filter_map(|source| context.releases.get(source)).collect()
    };
    let passed: Vec<_> = versions.iter().flat_map(|version| releases(&version.sources)).collect();
    let from = releases(sources);
    // The archive of security fixes is the more telling name where several have the version.
    let from = from.iter().find(|r| classify::is_security(r)).or(from.first());
    let product = from.map_or_else(|| "apt".into(), |r| format!("{}:{}", r.label, r.suite));
    (classify::classification(passed.into_iter()), product)
}

/// A version that is there in part, with the state that dpkg gives it. What it was upgraded from is
/// not known any more, so it is for what its own release is for; where no repository has it, nobody
/// can say.
fn unfinished(package: &Package, known: Option<&Known>, context: &Context) -> Update {
    let there = |version: &&Version| version.version == package.version;
    let version = known.and_then(|known| known.versions.iter().find(there));
    let remote = version.filter(|v| v.sources.iter().any(|s| context.releases.contains_key(s)));
    let (classification, product) = remote.map_or_else(
        || (Classification::Unclassified, "apt".to_owned()),
        |version| provenance(std::slice::from_ref(version), &version.sources, context),
    );
    let Package { name, architecture, version, status } = package;
    Update {
        id: format!("{name}:{architecture}={version}"),
        title: format!("{} {version} (dpkg left it as `{status}`)", qualified_title(package)),
        kb_id: None,
        package: Some(name.clone()),
        version: version.clone(),
        installed_version: None,
        product,
        classification,
        severity: None,
        published: None,
        bytes: None,
        reboot: classify::reboot(name),
        held: package.is_held().then(|| BY_ADMINISTRATOR.to_owned()),
    }
}

/// Two architectures of one package are told apart for people too, if one of them is foreign.
fn qualified_title(package: &Package) -> String {
    match package.architecture.as_str() {
        "i386" | "armhf" => qualified(&package.name, &package.architecture),
        _ => package.name.clone(),
    }
}

fn held(package: &Package, candidate: &str, context: &Context) -> Option<String> {
    if package.is_held() {
        return Some(BY_ADMINISTRATOR.to_owned());
    }
    let offered = context.offered.contains(&format!("{}={candidate}", package.name));
    (!offered).then(|| "kept back by apt (a dependency, or a phased update)".into())
}

/// Sizes by package and version, from `apt-cache show`.
fn sizes(text: &str) -> BTreeMap<(String, String), u64> {
    let record = |record: &str| {
        let field = |name: &str| {
            let line = record.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.map(str::to_owned)
        };
        Some(((field("Package")?, field("Version")?), field("Size")?.parse().ok()?))
    };
    text.split("\n\n").filter_map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_package_and_not_of_what_it_unpacks_to() {
        let text = "Package: a\nVersion: 1\nInstalled-Size: 9\nSize: 728\n\nPackage: b\nVersion: 2\nSize: 4\n\n";
        let sizes = sizes(text);
        assert_eq!(sizes[&("a".to_owned(), "1".to_owned())], 728);
        assert_eq!(sizes.len(), 2);
    }
}
