//! `AdditionalOptions`: what to install, how to reboot, how many computers at once.
//!
//! Unknown options are refused with the list of the known ones; nothing is ignored in silence.

use crate::{mask::Mask, share::Share};
use bindery_sdk::updates::Classification;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The options of an update deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// Install updates of these classifications. Absent: of all, or, if `include` names any, only
    /// those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifications: Option<Vec<Classification>>,
    /// Install these too: KB numbers or package names, with `*` and `?`.
    pub include: Vec<Mask>,
    /// Never install these, nor what needs them. Beats everything else; `*` excludes all.
    pub exclude: Vec<Mask>,
    /// Install also what removes or downgrades other packages. It stays out if not given.
    pub allow_removals: bool,
    /// When to reboot.
    pub reboot_setting: RebootSetting,
    /// Which computers become Hybrid Runbook Workers.
    pub onboard: Onboard,
    /// How many computers are at work at once. All of them if not given.
    pub max_concurrency: Share,
    /// How many computers may fail before no further one starts. No limit if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_errors: Option<Share>,
    /// Say what would be done, and change nothing.
    pub dry_run: bool,
    /// Install exactly these updates, by computer id. What is excluded or held stays out all the
    /// same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<BTreeMap<String, BTreeSet<String>>>,
    /// What must remain of the window before a step begins.
    pub reserves: Reserves,
}

impl Options {
    /// The same for one computer: without what is approved for others.
    #[must_use]
    pub fn of(&self, computer: &str) -> Self {
        let approved = self.approved.as_ref().map(|by| {
            let own = by.get(computer).cloned().unwrap_or_default();
            BTreeMap::from([(computer.to_owned(), own)])
        });
        // Field by field: a copy of the whole would copy the lists of all computers for each.
        Self {
            classifications: self.classifications.clone(),
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            allow_removals: self.allow_removals,
            reboot_setting: self.reboot_setting,
            onboard: self.onboard,
            max_concurrency: self.max_concurrency,
            max_errors: self.max_errors,
            dry_run: self.dry_run,
            approved,
            reserves: self.reserves,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            classifications: None,
            include: Vec::new(),
            exclude: Vec::new(),
            allow_removals: false,
            reboot_setting: RebootSetting::IfRequired,
            onboard: Onboard::Targeted,
            max_concurrency: Share::Percent(100),
            max_errors: None,
            dry_run: false,
            approved: None,
            reserves: Reserves::default(),
        }
    }
}

/// When to reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RebootSetting {
    /// If a reboot is pending.
    IfRequired,
    /// Never; a pending reboot is said in a warning.
    Never,
    /// After installing, whether it is needed or not.
    Always,
    /// Install nothing, only reboot.
    RebootOnly,
}

/// Which computers are made Hybrid Runbook Workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Onboard {
    /// Those that are to be patched.
    Targeted,
    /// Every computer of the workspace.
    All,
}

/// What must remain of the window before a step begins, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Reserves {
    /// Before updates.
    pub update_minutes: u32,
    /// Before service packs.
    pub service_pack_minutes: u32,
    /// Before a reboot.
    pub reboot_minutes: u32,
}

impl Default for Reserves {
    fn default() -> Self {
        Self { update_minutes: 15, service_pack_minutes: 20, reboot_minutes: 10 }
    }
}

impl Reserves {
    /// Before updates.
    pub fn update(&self) -> Duration {
        minutes(self.update_minutes)
    }

    /// Before service packs.
    pub fn service_pack(&self) -> Duration {
        minutes(self.service_pack_minutes)
    }

    /// Before a reboot.
    pub fn reboot(&self) -> Duration {
        minutes(self.reboot_minutes)
    }
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn options_that_are_not_given_have_the_documented_defaults() {
        let options = read("{}").expect("the defaults");
        assert_eq!(options, Options::default());
        assert_eq!(options.reboot_setting, RebootSetting::IfRequired);
        assert_eq!(options.reserves.service_pack(), Duration::from_secs(20 * 60));
        let options = read(r#"{"reserves": {"rebootMinutes": 1}}"#).expect("one reserve");
        assert_eq!((options.reserves.reboot_minutes, options.reserves.update_minutes), (1, 15));
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        let rows = [
            (r#"{"rebootSettings": "Never"}"#, "expected one of `classifications`, `include`"),
            (r#"{"rebootSetting": "Sometimes"}"#, "`IfRequired`, `Never`, `Always`, `RebootOnly`"),
            (r#"{"onboard": "some"}"#, "`targeted`"),
            (r#"{"classifications": ["Securty"]}"#, "none of Unclassified, Critical, Security"),
            (r#"{"reserves": {"minutes": 1}}"#, "expected one of `updateMinutes`"),
        ];
        for (text, expected) in rows {
            let error = read(text).expect_err(text);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn options_survive_being_handed_on_to_a_child() {
        let text = r#"{"classifications":["Security"],"exclude":["linux-*"],"maxErrors":"5%"}"#;
        let options = read(text).expect("options");
        let again = read(&serde_json::to_string(&options).expect("text")).expect("again");
        assert_eq!(options, again);
    }
}
