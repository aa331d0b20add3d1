//! Plans, and keeps out what would bring an excluded package as a dependency.
//!
//! The package manager says what a plan would do, not which update needs what. So a plan that
//! touches an excluded package is halved until the updates that bring it are found; the number of
//! plans is bounded.

use crate::{host::Host, select::package_names};
use bindery_sdk::{Error, updates::Plan};
use patch_policy::mask::{self, Mask};

/// Plans made for one wave, at most. What is undecided after them is kept out.
const PLANS: usize = 128;

/// What may be installed, and what is kept out.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The plan over the rest; none if nothing is left, or if the plans were used up.
    pub(crate) plan: Option<Plan>,
    /// Ids that are kept out, each with its reason.
    pub(crate) kept_out: Vec<(String, String)>,
}

/// Plans `ids`, without those that bring a package which `exclude` names.
///
/// # Errors
/// Those of the package manager.
pub(crate) fn admit(
    host: &mut impl Host,
    ids: &[String],
    exclude: &[Mask],
) -> Result<Admission, Error> {
    let mut search = Search { host, exclude, plans_left: PLANS, kept_out: Vec::new() };
    let mut rest = ids.to_vec();
    while !rest.is_empty() {
        let Some(plan) = search.plan(&rest)? else { break };
        let Some(package) = touched(&plan, exclude) else {
            return Ok(Admission { plan: Some(plan), kept_out: search.kept_out });
        };
        let before = search.kept_out.len();
        search.halve(&rest, &package)?;
        if search.kept_out.len() == before {
            // No half alone brings it, only both together: the second half waits.
            let half = rest.len().div_ceil(2);
            let reason = format!("together with others it needs `{package}`, which is excluded");
            for id in &rest[half..] {
                search.kept_out.push((id.clone(), reason.clone()));
            }
        }
        let out = &search.kept_out;
        rest.retain(|id| !out.iter().any(|(kept, _)| kept == id));
    }
    let reason = "no plan without excluded packages was found for it";
    search.kept_out.extend(rest.into_iter().map(|id| (id, reason.to_owned())));
    Ok(Admission { plan: None, kept_out: search.kept_out })
}

struct Search<'a, H> {
    host: &'a mut H,
    exclude: &'a [Mask],
    plans_left: usize,
    kept_out: Vec<(String, String)>,
}

impl<H: Host> Search<'_, H> {
    /// A plan; none if the plans are used up.
    fn plan(&mut self, ids: &[String]) -> Result<Option<Plan>, Error> {
        if self.plans_left == 0 {
            return Ok(None);
        }
        self.plans_left -= 1;
        self.host.plan(ids).map(Some)
    }

    /// Keeps out those of `ids`, whose plan touches `package`, that bring an excluded package
    /// alone.
    fn halve(&mut self, ids: &[String], package: &str) -> Result<(), Error> {
        if let [id] = ids {
            let reason = format!("it needs `{package}`, which is excluded");
            self.kept_out.push((id.clone(), reason));
            return Ok(());
        }
        let (left, right) = ids.split_at(ids.len() / 2);
        for half in [left, right] {
            let Some(plan) = self.plan(half)? else { return Ok(()) };
            if let Some(package) = touched(&plan, self.exclude) {
                self.halve(half, &package)?;
            }
        }
        Ok(())
    }
}

/// The first package of the plan that `exclude` names.
fn touched(plan: &Plan, exclude: &[Mask]) -> Option<String> {
    plan.actions
        .iter()
        .map(|action| &action.package)
        .find(|package| {
            let names: Vec<&str> = package_names(package).collect();
            mask::first(exclude, &names).is_some()
        })
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn kept_out(admission: &Admission) -> Vec<&str> {
        admission.kept_out.iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn only_the_update_that_needs_an_excluded_package_is_kept_out() {
        let mut host = Fake::default().needs("c", "libc6");
        let asked = ids(&["a", "b", "c", "d", "e"]);
        let admission = admit(&mut host, &asked, &[Mask::new("libc*")]).expect("plans");
        assert_eq!(kept_out(&admission), ["c"]);
        assert_eq!(admission.kept_out[0].1, "it needs `libc6`, which is excluded");
        assert_eq!(admission.plan.expect("a plan").updates, ids(&["a", "b", "d", "e"]));
    }

    #[test]
    fn nothing_is_left_where_each_needs_it() {
        let mut host = Fake::default().needs("a", "x").needs("b", "x:amd64");
        let admission = admit(&mut host, &ids(&["a", "b"]), &[Mask::new("x")]).expect("plans");
        assert_eq!(kept_out(&admission), ["a", "b"]);
        assert!(admission.plan.is_none());
    }

    #[test]
    fn updates_that_need_it_only_together_are_parted() {
        let mut host = Fake { together: Some("x".into()), ..Fake::default() };
        let admission = admit(&mut host, &ids(&["a", "b"]), &[Mask::new("x")]).expect("plans");
        assert_eq!(kept_out(&admission), ["b"]);
        assert_eq!(admission.plan.expect("a plan").updates, ids(&["a"]));
    }

    #[test]
    fn the_number_of_plans_is_bounded() {
        let mut host = Fake::default();
        let asked: Vec<String> = (0..500).map(|i| format!("u{i}")).collect();
        for id in &asked {
            host = host.needs(id, "x");
        }
        let admission = admit(&mut host, &asked, &[Mask::new("x")]).expect("plans");
        assert_eq!(admission.kept_out.len(), asked.len());
        assert!(host.plans <= PLANS);
    }
}
