//! Which of the missing updates are chosen, each with its reason. Pure.
//!
//! In this order: a hold on the computer, `exclude`, superseded by another missing update,
//! `approved` (and then nothing else), `include`, `classifications`.

use bindery_sdk::updates::Update;
use patch_policy::{mask, options::Options};

/// What was decided of one update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It is to be installed.
    Chosen,
    /// The options, or a hold, forbid it.
    Excluded,
    /// The options do not ask for it.
    NotIncluded,
}

/// A decision and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) choice: Choice,
    pub(crate) reason: String,
}

/// Decides on each of `missing`, in their order, for this computer.
pub(crate) fn decide(missing: &[Update], options: &Options, computer: &str) -> Vec<Decision> {
    missing.iter().map(|update| one(update, missing, options, computer)).collect()
}

fn one(update: &Update, missing: &[Update], options: &Options, computer: &str) -> Decision {
    let decision = |choice, reason: String| Decision { choice, reason };
    if let Some(hold) = &update.held {
        return decision(Choice::Excluded, format!("held on this computer: {hold}"));
    }
    let names = names(update);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(mask) = mask::first(&options.exclude, &names) {
        return decision(Choice::Excluded, format!("excluded by the mask `{}`", mask.as_str()));
    }
    if let Some(newer) = missing.iter().find(|other| supersedes(other, update)) {
        return decision(Choice::NotIncluded, format!("superseded by {}", newer.id));
    }
    if let Some(by_computer) = &options.approved {
        return match by_computer.get(computer).is_some_and(|own| own.contains(&update.id)) {
            true => decision(Choice::Chosen, "it is approved".into()),
            false => decision(Choice::NotIncluded, "it is not among the approved ones".into()),
        };
    }
    if let Some(mask) = mask::first(&options.include, &names) {
        return decision(Choice::Chosen, format!("included by the mask `{}`", mask.as_str()));
    }
    let class = update.classification;
    match &options.classifications {
        Some(wanted) if wanted.contains(&class) => {
            decision(Choice::Chosen, format!("its classification, {class}, is included"))
        }
        Some(_) => decision(
            Choice::NotIncluded,
            format!("its classification, {class}, is not included, nor does `include` name it"),
        ),
        None if options.include.is_empty() => {
            decision(Choice::Chosen, "every classification is included".into())
        }
        None => decision(Choice::NotIncluded, "`include` does not name it".into()),
    }
}

/// The names that masks are held against: package with and without its architecture, KB number with
/// and without `KB`.
fn names(update: &Update) -> Vec<String> {
    let mut names = vec![update.id.clone()];
    if let Some((package, _)) = update.id.split_once('=') {
        names.extend(package_names(package));
    }
    names.extend(update.package.clone());
    if let Some(kb) = &update.kb_id {
        let digits = kb.trim_start_matches(['K', 'k', 'B', 'b']);
        names.extend([digits.to_owned(), format!("KB{digits}")]);
    }
    names
}

/// `openssl:amd64` is also called `openssl`, and what is of no architecture also `tzdata:all`.
pub(crate) fn package_names(package: &str) -> impl Iterator<Item = String> {
    let other = match package.split_once(':') {
        Some((name, _)) => name.to_owned(),
        None => format!("{package}:all"),
    };
    [package.to_owned(), other].into_iter()
}

/// Whether `newer` replaces `older`: the same package and architecture, published later.
fn supersedes(newer: &Update, older: &Update) -> bool {
    let key = |update: &Update| update.id.split_once('=').map(|(package, _)| package.to_owned());
    newer.id != older.id
        && key(newer).is_some()
        && key(newer) == key(older)
        && newer.held.is_none()
        && matches!((&newer.published, &older.published), (Some(n), Some(o)) if n > o)
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
            let decision = one(&package("nginx", Other), &[], &options, "c1");
            assert_eq!(decision.choice, choice, "{options:?}");
            assert!(decision.reason.starts_with(reason), "{}", decision.reason);
        }
    }

    #[test]
    fn a_kb_is_named_with_and_without_its_letters() {
        for mask in ["KB5031356", "5031356", "kb503*"] {
            let decision = one(&kb("5031356", Security), &[], &options(None, &[], &[mask]), "c1");
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
