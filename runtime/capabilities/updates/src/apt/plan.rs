//! What apt would do for a list of updates. The same arguments are used to plan, to check and to
//! install.

use super::{
    Apt, classify,
    command::FETCH,
    failure,
    packages::{Package, Packages, qualified},
    pins::Pin,
    simulation::{self, Step},
    unmet,
};
use bindery_core::{
    code::{Code, Failure},
    update::{Action, ActionKind, LeftOut, Plan, RebootBehavior},
};
use std::collections::BTreeMap;

/// An update that may still get into the plan.
struct Wish {
    id: String,
    pin: Pin,
}

impl Apt {
    /// Plans `updates`: what cannot be had is left out with its reason, and the rest is planned
    /// together.
    pub(super) async fn ask_for(&self, updates: &[String]) -> Result<Plan, Failure> {
        self.guard_root().await?;
        let mut left_out = Vec::new();
        let mut wishes = self.sift(updates, &mut left_out).await?;
        let steps = self.agree(&mut wishes, &mut left_out).await?;
        let actions = actions(self.with_architectures(steps).await?, &wishes);
        let download_bytes =
            if actions.is_empty() { 0 } else { self.bytes_to_fetch(&wishes).await? };
        let may_reboot = actions
            .iter()
            .any(|action| classify::reboot(&action.package) == RebootBehavior::CanRequestReboot);
        left_out.sort_by(|a, b| a.update.cmp(&b.update));
        let plan = Plan::new(updates.to_vec(), actions);
        Ok(Plan { left_out, download_bytes, may_reboot, ..plan })
    }

    /// Fetches what `plan` needs into apt's cache.
    pub(super) async fn fetch(&self, plan: &Plan) -> Result<(), Failure> {
        self.guard_root().await?;
        let pins = pins_of(plan)?;
        if pins.is_empty() {
            return Ok(());
        }
        let arguments = arguments(&["--yes", "--download-only"], pins.iter());
        self.run_when_unlocked("apt-get", &arguments, FETCH).await.map(drop)
    }

    /// Leaves out what needs no apt to be refused.
    async fn sift(&self, ids: &[String], out: &mut Vec<LeftOut>) -> Result<Vec<Wish>, Failure> {
        let packages = self.packages().await?;
        let mut wishes = Vec::new();
        for id in ids {
            let sifted = Pin::parse(id).and_then(|pin| installable(pin, &packages));
            match sifted {
                Ok((pin, package)) => wishes.push((Wish { id: id.clone(), pin }, package)),
                Err(reason) => out.push(LeftOut { update: id.clone(), reason }),
            }
        }
        let asked: Vec<_> = wishes.iter().map(|(_, package)| *package).collect();
        let known = self.known(&asked).await?;
        let versions: BTreeMap<_, Vec<_>> = known
            .into_iter()
            .map(|(package, known)| (package.qualified(), known.versions))
            .collect();
        let mut kept = Vec::new();
        for (wish, package) in wishes {
            let there = versions.get(&package.qualified());
            let has = there.is_some_and(|all| all.iter().any(|v| v.version == wish.pin.version));
            if has {
                kept.push(wish);
            } else {
                let reason = format!("no repository has version {}", wish.pin.version);
                out.push(LeftOut { update: wish.id, reason });
            }
        }
        Ok(kept)
    }

    /// Simulates `wishes` together, leaving out what breaks, until apt agrees.
    async fn agree(
        &self,
        wishes: &mut Vec<Wish>,
        out: &mut Vec<LeftOut>,
    ) -> Result<Vec<Step>, Failure> {
        while !wishes.is_empty() {
            let said = self.simulate(wishes.iter().map(|wish| &wish.pin)).await?;
            if said.success {
                return Ok(simulation::steps(&said.stdout));
            }
            let failure = said.failure();
            if failure.code != Code::DependencyBroken {
                return Err(failure);
            }
            let mut reasons = unmet::reasons(&said.stdout);
            if !wishes.iter().any(|wish| reasons.contains_key(&wish.pin.package)) {
                reasons = self.break_alone(wishes, &failure.message).await?;
            }
            wishes.retain(|wish| match reasons.get(&wish.pin.package) {
                Some(reason) => {
                    let reason = format!("broken dependency: {reason}");
                    out.push(LeftOut { update: wish.id.clone(), reason });
                    false
                }
                None => true,
            });
        }
        Ok(vec![])
    }

    /// The same steps, each with its architecture: a simulation names that of a removal only where
    /// it is a foreign one.
    async fn with_architectures(&self, mut steps: Vec<Step>) -> Result<Vec<Step>, Failure> {
        if steps.iter().all(|step| !step.architecture.is_empty()) {
            return Ok(steps);
        }
        let packages = self.packages().await?;
        let said = self.read("dpkg", &["--print-architecture"]).await?.or_fail()?;
        let native = said.trim();
        for step in steps.iter_mut().filter(|step| step.architecture.is_empty()) {
            let package = packages.get(&step.action.package, native);
            step.architecture = package.map_or(native, |package| &package.architecture).to_owned();
        }
        Ok(steps)
    }

    /// The wishes that break by themselves; all of them if each alone would do.
    async fn break_alone(
        &self,
        wishes: &[Wish],
        together: &str,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut broken = BTreeMap::new();
        for wish in wishes {
            let said = self.simulate([&wish.pin].into_iter()).await?;
            if !said.success {
                broken.insert(wish.pin.package.clone(), said.failure().message);
            }
        }
        if broken.is_empty() {
            let all = wishes.iter().map(|w| (w.pin.package.clone(), together.to_owned()));
            broken.extend(all);
        }
        Ok(broken)
    }

    async fn simulate(
        &self,
        pins: impl Iterator<Item = &Pin>,
    ) -> Result<super::command::Said, Failure> {
        self.read("apt-get", &arguments(&["--simulate"], pins)).await
    }

    async fn bytes_to_fetch(&self, wishes: &[Wish]) -> Result<u64, Failure> {
        let pins = wishes.iter().map(|wish| &wish.pin);
        let arguments = arguments(&["-qq", "--print-uris", "--yes"], pins);
        Ok(fetched_bytes(&self.read("apt-get", &arguments).await?.or_fail()?))
    }
}

fn installable(pin: Pin, packages: &Packages) -> Result<(Pin, &Package), String> {
    match packages.get(&pin.package, &pin.architecture) {
        None => Err(format!("`{}` is not installed", pin.package)),
        Some(package) if package.is_held() => {
            Err("held by an administrator (apt-mark hold)".into())
        }
        Some(package) if package.version == pin.version && package.is_installed() => {
            Err(format!("version {} is installed already", pin.version))
        }
        Some(package) => Ok((pin, package)),
    }
}

/// apt-get's arguments for exactly `pins`. `--only-upgrade` keeps the mark of packages that came as
/// a dependency; new dependencies come all the same.
pub(super) fn arguments<'a>(options: &[&str], pins: impl Iterator<Item = &'a Pin>) -> Vec<String> {
    let options = options.iter().copied().chain(["--only-upgrade", "install"]);
    options.map(str::to_owned).chain(pins.map(Pin::argument)).collect()
}

/// The pins of the updates that `plan` really brings.
pub(super) fn pins_of(plan: &Plan) -> Result<Vec<Pin>, Failure> {
    let ids = plan.updates.iter().filter(|id| !plan.left_out.iter().any(|l| l.update == **id));
    ids.map(|id| Pin::parse(id).map_err(|reason| failure::broken(format!("`{id}`: {reason}"))))
        .collect()
}

/// The steps as actions: each names its package with the architecture, so that a mask can, too.
fn actions(steps: Vec<Step>, wishes: &[Wish]) -> Vec<Action> {
    let owner = |step: &Step| {
        let asked = wishes.iter().find(|wish| {
            wish.pin.package == step.action.package
                && Some(&wish.pin.version) == step.action.to.as_ref()
                && (wish.pin.architecture == step.architecture
                    || wish.pin.architecture == "all"
                    || step.architecture == "all")
        });
        asked.map(|wish| wish.id.clone())
    };
    let action = |step: Step| {
        let update = if step.action.kind == ActionKind::Remove { None } else { owner(&step) };
        let package = qualified(&step.action.package, &step.architecture);
        Action { update, package, ..step.action }
    };
    steps.into_iter().map(action).collect()
}

/// The sum of the sizes in `'uri' file size [hash]`.
fn fetched_bytes(text: &str) -> u64 {
    let sizes = text.lines().filter(|line| line.starts_with('\''));
    sizes.filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_plan_are_those_of_its_files() {
        let text = "'file:/r/./a_1_all.deb' a_1_all.deb 728 \n'http://x/b.deb' b.deb 100 SHA256:00\nnoise 1 2\n";
        assert_eq!(fetched_bytes(text), 828);
    }

    #[test]
    fn an_action_names_the_architecture_of_its_package() {
        let text = "Inst libssl3 [3.0.1] (3.0.2 D:s [amd64])\nInst libssl3:i386 [3.0.1] (3.0.2 D:s [i386])\n\
                    Inst tzdata [1] (2 D:s [all])\nRemv libc6:i386 [2.36]\n";
        let named: Vec<_> =
            actions(simulation::steps(text), &[]).into_iter().map(|a| a.package).collect();
        assert_eq!(named, ["libssl3:amd64", "libssl3:i386", "tzdata", "libc6:i386"]);
    }
}
