//! Which of the missing updates are chosen, each with its reason: asked of the module
//! `Update-Selection`.

use crate::modules;
use bindery_sdk::updates::Update;
pub(crate) use patch_policy::selection::{Choice, Decision, package_names};
use patch_policy::{
    options::Options,
    selection::{Candidate, Rules},
};

/// Decides on each of `missing`, in their order, for this computer.
pub(crate) fn decide(missing: &[Update], options: &Options, computer: &str) -> Vec<Decision> {
    let approved = options.approved.as_ref();
    let rules = Rules {
        classifications: options
            .classifications
            .as_ref()
            .map(|classes| classes.iter().map(ToString::to_string).collect()),
        include: options.include.clone(),
        exclude: options.exclude.clone(),
        approved: approved.map(|by| by.get(computer).cloned().unwrap_or_default()),
    };
    modules::decide(missing.iter().map(candidate).collect(), rules)
}

fn candidate(update: &Update) -> Candidate {
    Candidate {
        id: update.id.clone(),
        package: update.package.clone(),
        kb_id: update.kb_id.clone(),
        classification: update.classification.to_string(),
        published: update.published.clone(),
        held: update.held.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{kb, package};
    use bindery_sdk::updates::Classification::{self, Other, Security};
    use patch_policy::mask::Mask;

    fn options(classes: Option<&[Classification]>, include: &[&str], exclude: &[&str]) -> Options {
        let masks = |texts: &[&str]| texts.iter().map(|text| Mask::new(*text)).collect();
        Options {
            classifications: classes.map(<[_]>::to_vec),
            include: masks(include),
            exclude: masks(exclude),
            ..Options::default()
        }
    }

    fn one(update: &Update, options: &Options) -> Decision {
        decide(std::slice::from_ref(update), options, "c1").remove(0)
    }

    #[test]
    fn every_update_is_decided_with_a_reason() {
        use Choice::{Chosen, Excluded, NotIncluded};
        let security = Some([Security].as_slice());
        let rows = [
            (options(None, &[], &[]), Chosen, "every classification is included"),
            (options(security, &[], &[]), NotIncluded, "its classification, Other, is not"),
            (options(security, &["nginx"], &[]), Chosen, "included by the mask `nginx`"),
            (options(None, &["apache*"], &[]), NotIncluded, "`include` does not name it"),
            (options(Some(&[Other]), &[], &["NGIN?"]), Excluded, "excluded by the mask `NGIN?`"),
            (options(None, &["nginx"], &["*"]), Excluded, "excluded by the mask `*`"),
            (options(Some(&[]), &[], &[]), NotIncluded, "its classification, Other, is not"),
            (options(None, &[], &["nginx:amd64"]), Excluded, "excluded by the mask `nginx:amd64`"),
        ];
        for (options, choice, reason) in rows {
            let decision = one(&package("nginx", Other), &options);
            assert_eq!(decision.choice, choice, "{options:?}");
            assert!(decision.reason.starts_with(reason), "{}", decision.reason);
        }
    }

    #[test]
    fn a_kb_is_named_with_and_without_its_letters() {
        for mask in ["KB5031356", "5031356", "kb503*"] {
            let decision = one(&kb("5031356", Security), &options(None, &[], &[mask]));
            assert_eq!(decision.choice, Choice::Excluded, "{mask}");
        }
    }

    #[test]
    fn a_held_update_and_a_superseded_one_are_left() {
        let mut held = package("a", Security);
        held.held = Some("apt-mark hold".into());
        let (mut old, mut new) = (package("b", Security), package("b", Security));
        old.published = Some("2026-10-01T00:00:00Z".into());
        new.published = Some("2026-11-01T00:00:00Z".into());
        new.id = "b:amd64=3".into();
        let decisions = decide(&[held, old, new], &options(None, &[], &[]), "c1");
        assert_eq!(decisions[0].reason, "held on this computer: apt-mark hold");
        assert_eq!(decisions[1].reason, "superseded by b:amd64=3");
        assert_eq!(decisions[2].choice, Choice::Chosen);
    }

    #[test]
    fn what_is_approved_is_all_that_is_chosen_and_what_is_excluded_stays_out() {
        let [a, b, c] = ["a", "b", "c"].map(|name| package(name, Security));
        let own = [a.id.clone(), b.id.clone()].into();
        let approved = Some([("c1".to_owned(), own)].into());
        let options = Options { approved, ..options(None, &["*"], &["b"]) };
        let missing = [a, b, c];
        let chosen = |computer: &str| -> Vec<Choice> {
            decide(&missing, &options, computer).iter().map(|decision| decision.choice).collect()
        };
        assert_eq!(chosen("c1"), [Choice::Chosen, Choice::Excluded, Choice::NotIncluded]);
        assert_eq!(chosen("c2"), [Choice::NotIncluded, Choice::Excluded, Choice::NotIncluded]);
        assert_eq!(options.of("c2").approved, Some([("c2".to_owned(), [].into())].into()));
    }
}
