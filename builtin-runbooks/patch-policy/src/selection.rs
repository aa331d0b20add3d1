//! Which of the missing updates are chosen, each with its reason. Pure.
//!
//! In this order: a hold on the computer, `exclude`, superseded by another missing update,
//! `approved` (and then nothing else), `include`, `classifications`.

use crate::mask::{self, Mask};
use std::collections::BTreeSet;

/// An update that a computer lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its package, on Linux.
    pub package: Option<String>,
    /// Its number in the knowledge base, on Windows.
    pub kb_id: Option<String>,
    /// Its classification.
    pub classification: String,
    /// When it was published.
    pub published: Option<String>,
    /// Why it is held on the computer.
    pub held: Option<String>,
}

/// What is wished for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// These classifications; none for all, or, if `include` names any, only those.
    pub classifications: Option<Vec<String>>,
    /// These too.
    pub include: Vec<Mask>,
    /// Never these.
    pub exclude: Vec<Mask>,
    /// Exactly these, by id.
    pub approved: Option<BTreeSet<String>>,
}

/// What was decided of one update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It is to be installed.
    Chosen,
    /// The rules, or a hold, forbid it.
    Excluded,
    /// The rules do not ask for it.
    NotIncluded,
}

/// A decision and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub choice: Choice,
    /// Why: a clause, without a full stop.
    pub reason: String,
}

/// Decides on each of `missing`, in their order.
pub fn decide(missing: &[Candidate], rules: &Rules) -> Vec<Decision> {
    missing.iter().map(|update| one(update, missing, rules)).collect()
}

fn one(update: &Candidate, missing: &[Candidate], rules: &Rules) -> Decision {
    let decision = |choice, reason: String| Decision { choice, reason };
    if let Some(hold) = &update.held {
        return decision(Choice::Excluded, format!("held on this computer: {hold}"));
    }
    let names = names(update);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(mask) = mask::first(&rules.exclude, &names) {
        return decision(Choice::Excluded, format!("excluded by the mask `{}`", mask.as_str()));
    }
    if let Some(newer) = missing.iter().find(|other| supersedes(other, update)) {
        return decision(Choice::NotIncluded, format!("superseded by {}", newer.id));
    }
    if let Some(approved) = &rules.approved {
        return match approved.contains(&update.id) {
            true => decision(Choice::Chosen, "it is approved".into()),
            false => decision(Choice::NotIncluded, "it is not among the approved ones".into()),
        };
    }
    if let Some(mask) = mask::first(&rules.include, &names) {
        return decision(Choice::Chosen, format!("included by the mask `{}`", mask.as_str()));
    }
    let class = &update.classification;
    match &rules.classifications {
        Some(wanted) if wanted.contains(class) => {
            decision(Choice::Chosen, format!("its classification, {class}, is included"))
        }
        Some(_) => decision(
            Choice::NotIncluded,
            format!("its classification, {class}, is not included, nor does `include` name it"),
        ),
        None if rules.include.is_empty() => {
            decision(Choice::Chosen, "every classification is included".into())
        }
        None => decision(Choice::NotIncluded, "`include` does not name it".into()),
    }
}

/// The names that masks are held against: package with and without its architecture, KB number with
/// and without `KB`.
fn names(update: &Candidate) -> Vec<String> {
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
pub fn package_names(package: &str) -> impl Iterator<Item = String> {
    let other = match package.split_once(':') {
        Some((name, _)) => name.to_owned(),
        None => format!("{package}:all"),
    };
    [package.to_owned(), other].into_iter()
}

/// Whether `newer` replaces `older`: the same package and architecture, published later.
fn supersedes(newer: &Candidate, older: &Candidate) -> bool {
    let key = |update: &Candidate| update.id.split_once('=').map(|(package, _)| package.to_owned());
    newer.id != older.id
        && key(newer).is_some()
        && key(newer) == key(older)
        && newer.held.is_none()
        && matches!((&newer.published, &older.published), (Some(n), Some(o)) if n > o)
}
