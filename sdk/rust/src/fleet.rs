//! The computers of the workspace (grant `fleet.read`), and making them workers (grant
//! `fleet.configure`).

use crate::{
    Error,
    bindings::bindery::runbook::{fleet_admin, fleet_inventory as host},
    failure::call,
};
use std::collections::VecDeque;

pub use fleet_admin::{ConfigureStatus, Configured};
pub use host::{Compliance, FleetComputer as Computer, Page};

/// Computers that one call of the host takes or gives.
pub const PAGE: usize = 500;

/// Which computers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every computer of the workspace.
    All,
    /// These ids.
    Ids(Vec<String>),
    /// The stored list of this id.
    Snapshot(String),
}

/// The computers of `selection`, page by page.
///
/// ```no_run
/// use bindery_sdk::fleet::{self, Selection};
/// for page in fleet::computers(Selection::All) {
///     for computer in page?.computers {
///         bindery_sdk::output!("{} is {}", computer.name, computer.compliance);
///     }
/// }
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn computers(selection: Selection) -> Pages {
    let filter = |ids: Option<Vec<String>>, snapshot| host::Filter {
        ids,
        snapshot,
        cursor: None,
        limit: u32::try_from(PAGE).ok(),
    };
    let filters = match selection {
        Selection::All => VecDeque::from([filter(None, None)]),
        Selection::Snapshot(id) => VecDeque::from([filter(None, Some(id))]),
        Selection::Ids(ids) => ids.chunks(PAGE).map(|ids| filter(Some(ids.into()), None)).collect(),
    };
    Pages { filters }
}

/// Pages of computers; ends after the first error.
#[derive(Debug)]
pub struct Pages {
    filters: VecDeque<host::Filter>,
}

impl Iterator for Pages {
    type Item = Result<Page, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let filter = self.filters.pop_front()?;
        let answer = call(|| host::computers(&filter));
        match &answer {
            Ok(Page { cursor: Some(cursor), .. }) => {
                self.filters.push_front(host::Filter { cursor: Some(cursor.clone()), ..filter });
            }
            Ok(_) => {}
            Err(_) => self.filters.clear(),
        }
        Some(answer)
    }
}

/// One computer.
///
/// # Errors
/// `NotFound` if the workspace has no computer of this id.
pub fn computer(id: &str) -> Result<Computer, Error> {
    call(|| host::computer(id))
}

/// Makes computers Hybrid Runbook Workers of this account, and answers for each; long lists go in
/// several calls. Doing it twice is the same as once.
pub fn configure(computers: &[String]) -> Result<Vec<Configured>, Error> {
    let mut answers = Vec::with_capacity(computers.len());
    for page in computers.chunks(PAGE) {
        answers.extend(call(|| fleet_admin::configure(page))?);
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_out_ids_go_in_pages_and_everything_else_in_one_question() {
        let ids = |n: usize| Selection::Ids((0..n).map(|i| i.to_string()).collect());
        let rows = [
            (Selection::All, 1),
            (Selection::Snapshot("s".into()), 1),
            (ids(0), 0),
            (ids(PAGE), 1),
            (ids(PAGE + 1), 2),
        ];
        for (selection, questions) in rows {
            assert_eq!(computers(selection).filters.len(), questions);
        }
    }

    #[test]
    fn pages_end_after_an_error() {
        let mut pages = computers(Selection::Ids(vec![String::new(); PAGE + 1]));
        assert!(pages.next().is_some_and(|page| page.is_err()));
        assert!(pages.next().is_none());
    }
}
