//! A host for tests: a computer in memory, with a clock that runs only when it works.

use crate::host::{Facts, Host};
use bindery_sdk::{
    Error,
    installer::{InstallResult, InstallStatus, UpdateResult},
    streams::Kind,
    updates::{
        Action, ActionKind, Assessment, Classification, LeftOut, OsType, Pending, Plan,
        RebootBehavior, Update,
    },
};
use patch_policy::progress::Row;
use std::{collections::HashMap, time::Duration};

const NOW: &str = "2026-11-22T12:00:00Z";

/// An update of a package on Linux.
pub(crate) fn package(name: &str, classification: Classification) -> Update {
    Update {
        id: format!("{name}:amd64=2"),
        title: name.to_owned(),
        kb_id: None,
        package: Some(name.to_owned()),
        version: "2".into(),
        installed_version: Some("1".into()),
        product: "stable".into(),
        classification,
        severity: None,
        published: None,
        bytes: None,
        reboot: RebootBehavior::NeverReboots,
        held: None,
    }
}

/// An update of Windows.
pub(crate) fn kb(number: &str, classification: Classification) -> Update {
    Update {
        id: format!("update-{number}"),
        kb_id: Some(number.to_owned()),
        package: None,
        ..package(number, classification)
    }
}

/// The computer.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) windows: bool,
    pub(crate) missing: Vec<Update>,
    /// What becomes available after a reboot.
    pub(crate) after_reboot: Vec<Update>,
    pub(crate) pending: bool,
    /// Installing anything asks for a reboot.
    pub(crate) wants_reboot: bool,
    /// How often each update still fails.
    pub(crate) failing: HashMap<String, usize>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) needs: HashMap<String, String>,
    /// What a plan over an update takes away, and how.
    pub(crate) takes: HashMap<String, (ActionKind, String)>,
    /// What a plan over an update brings from the second plan on.
    pub(crate) needs_later: HashMap<String, String>,
    /// Transactions that are cut off before they do anything.
    pub(crate) cut_off: usize,
    /// Assessments that succeed before `errors` counts.
    pub(crate) assessments: usize,
    /// A reboot does not settle what asks for one.
    pub(crate) stays_pending: bool,
    /// A package that two or more updates bring together.
    pub(crate) together: Option<String>,
    pub(crate) dry_run: bool,
    /// What is left of the window, in minutes.
    pub(crate) minutes: Option<u64>,
    /// Each install takes so many minutes.
    pub(crate) install_minutes: u64,
    /// The error of each step that fails.
    pub(crate) errors: HashMap<&'static str, Error>,
    pub(crate) plans: usize,
    pub(crate) installs: Vec<Vec<String>>,
    pub(crate) downloads: usize,
    pub(crate) reboots: usize,
    pub(crate) rows: Vec<serde_json::Value>,
    pub(crate) said: Vec<(Kind, String)>,
}

impl Fake {
    /// A computer that lacks these.
    pub(crate) fn lacking(missing: Vec<Update>) -> Self {
        Self { missing, ..Self::default() }
    }

    /// Update `id` brings `package` along.
    pub(crate) fn needs(mut self, id: &str, package: &str) -> Self {
        self.needs.insert(id.to_owned(), package.to_owned());
        self
    }

    pub(crate) fn has_said(&self, kind: Kind, part: &str) -> bool {
        self.said.iter().any(|(said, text)| *said == kind && text.contains(part))
    }

    /// The statuses that were written of `id`, in order.
    pub(crate) fn statuses(&self, id: &str) -> Vec<&str> {
        let of = |row: &&serde_json::Value| row["UpdateId"] == id;
        self.rows.iter().filter(of).filter_map(|row| row["InstallationStatus"].as_str()).collect()
    }

    fn check(&self, step: &str) -> Result<(), Error> {
        self.errors.get(step).cloned().map_or(Ok(()), Err)
    }

    fn action(package: &str, update: Option<&str>) -> Action {
        Action {
            package: package.to_owned(),
            kind: ActionKind::Upgrade,
            from: None,
            to: None,
            update: update.map(str::to_owned),
        }
    }
}

impl Host for Fake {
    fn facts(&mut self) -> Result<Facts, Error> {
        Ok(Facts {
            job: "job-1".into(),
            computer: "c1".into(),
            computer_name: "web-1".into(),
            run_name: None,
            dry_run: self.dry_run,
        })
    }

    fn now(&mut self) -> String {
        NOW.to_owned()
    }

    fn remaining(&mut self) -> Result<Option<Duration>, Error> {
        Ok(self.minutes.map(|minutes| Duration::from_secs(minutes * 60)))
    }

    fn say(&mut self, kind: Kind, text: &str) {
        self.said.push((kind, text.to_owned()));
    }

    fn append(&mut self, rows: &[Row]) -> Result<(), Error> {
        self.rows.extend(rows.iter().filter_map(|row| serde_json::to_value(row).ok()));
        Ok(())
    }

    fn assess(&mut self) -> Result<Assessment, Error> {
        match self.assessments.checked_sub(1) {
            Some(left) => self.assessments = left,
            None => self.check("assess")?,
        }
        Ok(Assessment {
            assessed_at: NOW.into(),
            os_type: if self.windows { OsType::Windows } else { OsType::Linux },
            provider: "fake".into(),
            simulated: true,
            root: "/nowhere".into(),
            missing: self.missing.clone(),
            installed: 0,
            reboot: Pending { pending: self.pending, reasons: vec![] },
        })
    }

    fn plan(&mut self, updates: &[String]) -> Result<Plan, Error> {
        self.plans += 1;
        self.check("plan")?;
        let mut actions: Vec<Action> = updates
            .iter()
            .map(|id| Self::action(id.split('=').next().unwrap_or(id), Some(id)))
            .collect();
        actions.extend(
            updates.iter().filter_map(|id| self.needs.get(id)).map(|p| Self::action(p, None)),
        );
        if self.plans > 1 {
            let later = updates.iter().filter_map(|id| self.needs_later.get(id));
            actions.extend(later.map(|package| Self::action(package, None)));
        }
        for (kind, package) in updates.iter().filter_map(|id| self.takes.get(id)) {
            actions.push(Action { kind: *kind, ..Self::action(package, None) });
        }
        if updates.len() > 1 {
            actions.extend(self.together.iter().map(|package| Self::action(package, None)));
        }
        Ok(Plan {
            digest: String::new(),
            updates: updates.to_vec(),
            actions,
            left_out: self.left_out.clone(),
            download_bytes: 0,
            may_reboot: self.wants_reboot,
        })
    }

    fn pending(&mut self) -> Result<Pending, Error> {
        self.check("pending")?;
        let reasons = if self.pending { vec!["linux-image".to_owned()] } else { vec![] };
        Ok(Pending { pending: self.pending, reasons })
    }

    fn download(&mut self, _plan: &Plan) -> Result<(), Error> {
        self.downloads += 1;
        self.check("download")
    }

    fn install(&mut self, plan: &Plan, _reserve: Duration) -> Result<InstallResult, Error> {
        self.check("install")?;
        self.installs.push(plan.updates.clone());
        self.minutes = self.minutes.map(|left| left.saturating_sub(self.install_minutes));
        let mut failed = self.cut_off > 0;
        self.cut_off = self.cut_off.saturating_sub(1);
        let mut results = Vec::new();
        for id in &plan.updates {
            let left = self.failing.get(id).copied().unwrap_or(0);
            let (status, error) = if failed {
                (InstallStatus::NotAttempted, None)
            } else if left > 0 {
                failed = true;
                self.failing.insert(id.clone(), left - 1);
                (InstallStatus::Failed, Some(format!("E: {id} broke")))
            } else {
                self.missing.retain(|update| update.id != *id);
                (InstallStatus::Succeeded, None)
            };
            results.push(UpdateResult { update: id.clone(), status, error });
        }
        self.pending |= self.wants_reboot;
        let reboot = Pending { pending: self.pending, reasons: vec![] };
        Ok(InstallResult { started_at: NOW.into(), ended_at: NOW.into(), results, reboot })
    }

    fn reboot(&mut self, _reserve: Duration, _reason: &str) -> Result<Duration, Error> {
        self.check("reboot")?;
        self.reboots += 1;
        self.pending = self.stays_pending;
        self.missing.append(&mut self.after_reboot);
        Ok(Duration::from_secs(30))
    }
}
