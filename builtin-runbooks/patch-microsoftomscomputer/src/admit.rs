//! Plans, and keeps out what would bring an excluded package as a dependency, or take one away.
//!
//! The package manager says what a plan would do, not which update needs what. So what is proved
//! clean grows group by group: a group whose plan, together with the clean ones, does what the
//! options forbid is halved until the updates that bring it are found. The number of plans is
//! bounded; what is undecided after them is told as such, and what is clean is installed.

use crate::{host::Host, select::package_names};
use bindery_sdk::{
    Error,
    updates::{Action, ActionKind, Plan},
};
use patch_policy::{mask, options::Options};

/// Plans made for one wave, at most.
const PLANS: usize = 128;

/// What may be installed, and what not.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The plan over what is proved clean; none if nothing is.
    pub(crate) plan: Option<Plan>,
    /// Ids that the options keep out, each with its reason.
    pub(crate) kept_out: Vec<(String, String)>,
    /// Ids on which nothing was decided before the plans were used up, each with the reason.
    pub(crate) undecided: Vec<(String, String)>,
}

/// Plans `ids`, without those that bring what `options` forbid.
///
/// # Errors
/// Those of the package manager.
pub(crate) fn admit(
    host: &mut impl Host,
    ids: &[String],
    options: &Options,
) -> Result<Admission, Error> {
    let mut admission = Admission::default();
    let mut clean: Vec<String> = Vec::new();
    let mut groups = vec![ids.to_vec()];
    let mut plans_left = PLANS;
    while let Some(group) = groups.pop() {
        if group.is_empty() {
            continue;
        }
        if plans_left == 0 {
            let reason = format!(
                "{PLANS} plans did not decide whether it needs what the options forbid; \
                 name fewer updates by `include`, or exclude those that need it"
            );
            admission.undecided.extend(group.into_iter().map(|id| (id, reason.clone())));
            continue;
        }
        plans_left -= 1;
        let together: Vec<String> = clean.iter().chain(&group).cloned().collect();
        let plan = host.plan(&together)?;
        match (forbidden(&plan, options), group.as_slice()) {
            (None, _) => {
                clean = together;
                admission.plan = Some(plan);
            }
            (Some(reason), [id]) => admission.kept_out.push((id.clone(), reason)),
            (Some(_), _) => {
                let (left, right) = group.split_at(group.len() / 2);
                groups.extend([right.to_vec(), left.to_vec()]);
            }
        }
    }
    Ok(admission)
}

/// Why the options forbid a plan, if they do.
fn forbidden(plan: &Plan, options: &Options) -> Option<String> {
    plan.actions.iter().find_map(|action| {
        let names: Vec<String> = package_names(&action.package).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if mask::first(&options.exclude, &names).is_some() {
            return Some(format!("with it comes `{}`, which is excluded", action.package));
        }
        taken_away(action).filter(|_| !options.allow_removals)
    })
}

fn taken_away(action: &Action) -> Option<String> {
    let verb = match action.kind {
        ActionKind::Remove => "remove",
        ActionKind::Downgrade => "downgrade",
        ActionKind::Install | ActionKind::Upgrade => return None,
    };
    let package = &action.package;
    Some(format!("it would {verb} `{package}`, and the option `allowRemovals` is not set"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;
    use patch_policy::mask::Mask;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn kept_out(admission: &Admission) -> Vec<&str> {
        admission.kept_out.iter().map(|(id, _)| id.as_str()).collect()
    }

    fn without(mask: &str) -> Options {
        Options { exclude: vec![Mask::new(mask)], ..Options::default() }
    }

    #[test]
    fn only_the_update_that_needs_an_excluded_package_is_kept_out() {
        let mut host = Fake::default().needs("c", "libc6");
        let asked = ids(&["a", "b", "c", "d", "e"]);
        let admission = admit(&mut host, &asked, &without("libc*")).expect("plans");
        assert_eq!(kept_out(&admission), ["c"]);
        assert_eq!(admission.kept_out[0].1, "with it comes `libc6`, which is excluded");
        assert_eq!(admission.plan.expect("a plan").updates, ids(&["a", "b", "d", "e"]));
    }

    #[test]
    fn a_mask_fits_with_and_without_the_architecture() {
        for (package, mask) in
            [("x:amd64", "x"), ("x:amd64", "x:amd64"), ("x", "x:all"), ("x:amd64", "X:*")]
        {
            let mut host = Fake::default().needs("a", package);
            let admission = admit(&mut host, &ids(&["a", "b"]), &without(mask)).expect("plans");
            assert_eq!(kept_out(&admission), ["a"], "{mask} over {package}");
        }
        let mut host = Fake::default().needs("a", "x:amd64");
        let admission = admit(&mut host, &ids(&["a"]), &without("x:i386")).expect("plans");
        assert!(admission.kept_out.is_empty());
    }

    #[test]
    fn what_would_remove_or_downgrade_a_package_waits_for_the_option() {
        for (kind, verb) in [(ActionKind::Remove, "remove"), (ActionKind::Downgrade, "downgrade")] {
            let takes = || Fake {
                takes: [("a".to_owned(), (kind, "old".to_owned()))].into(),
                ..Fake::default()
            };
            let asked = ids(&["a", "b"]);
            let admission = admit(&mut takes(), &asked, &Options::default()).expect("plans");
            assert_eq!(kept_out(&admission), ["a"]);
            assert!(admission.kept_out[0].1.contains(&format!("{verb} `old`")));
            let allowed = Options { allow_removals: true, ..Options::default() };
            let admission = admit(&mut takes(), &asked, &allowed).expect("plans");
            assert_eq!(admission.plan.expect("a plan").updates, asked);
            let both = Options { allow_removals: true, ..without("old") };
            let admission = admit(&mut takes(), &asked, &both).expect("plans");
            assert_eq!(kept_out(&admission), ["a"], "exclude wins");
        }
    }

    #[test]
    fn nothing_is_left_where_each_needs_it() {
        let mut host = Fake::default().needs("a", "x").needs("b", "x:amd64");
        let admission = admit(&mut host, &ids(&["a", "b"]), &without("x")).expect("plans");
        assert_eq!(kept_out(&admission), ["a", "b"]);
        assert!(admission.plan.is_none());
    }

    #[test]
    fn updates_that_need_it_only_together_are_parted() {
        let mut host = Fake { together: Some("x".into()), ..Fake::default() };
        let admission = admit(&mut host, &ids(&["a", "b"]), &without("x")).expect("plans");
        assert_eq!(kept_out(&admission), ["b"]);
        assert_eq!(admission.plan.expect("a plan").updates, ids(&["a"]));
    }

    #[test]
    fn the_number_of_plans_is_bounded_and_what_is_clean_by_then_is_installed() {
        let clean: Vec<String> = (0..250).map(|i| format!("clean{i}")).collect();
        let dirty: Vec<String> = (0..250).map(|i| format!("dirty{i}")).collect();
        let mut host = Fake::default();
        for id in &dirty {
            host = host.needs(id, "x");
        }
        let asked = [clean.clone(), dirty.clone()].concat();
        let admission = admit(&mut host, &asked, &without("x")).expect("plans");
        assert_eq!(host.plans, PLANS);
        assert_eq!(admission.plan.expect("a plan").updates, clean);
        assert!(!admission.kept_out.is_empty() && !admission.undecided.is_empty());
        assert_eq!(admission.kept_out.len() + admission.undecided.len(), dirty.len());
        assert!(admission.undecided[0].1.starts_with("128 plans did not decide"));
    }
}
