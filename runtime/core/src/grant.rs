//! Grants: which power a job has, and over what.
//!
//! A grant is written `power` or `power:mask`, as in `updates.read` or `jobs.start:Patch-*`.

use crate::limit;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A power of the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// See missing and installed updates of this computer.
    UpdatesRead,
    /// Download and install updates on this computer.
    UpdatesInstall,
    /// Reboot this computer.
    PowerReboot,
    /// See the computers of the workspace.
    FleetRead,
    /// Make computers Hybrid Runbook Workers of this account.
    FleetConfigure,
    /// Start runbooks whose name fits the mask, and wait for their jobs.
    JobsStart,
    /// Append rows to a table of the log.
    RecordsWrite,
    /// Read text files of this computer whose path fits the mask.
    FilesRead,
    /// Write and remove text files of this computer whose path fits the mask.
    FilesWrite,
    /// Run programs of this computer whose name or path fits the mask.
    Process,
    /// Send HTTP requests to hosts that fit the mask.
    Http,
    /// Use assets of the account whose name fits the mask.
    AssetsRead,
    /// Change variables of the account whose name fits the mask.
    AssetsWrite,
}

impl Power {
    /// Every power that this build knows.
    pub const ALL: [Power; 13] = [
        Power::UpdatesRead,
        Power::UpdatesInstall,
        Power::PowerReboot,
        Power::FleetRead,
        Power::FleetConfigure,
        Power::JobsStart,
        Power::RecordsWrite,
        Power::FilesRead,
        Power::FilesWrite,
        Power::Process,
        Power::Http,
        Power::AssetsRead,
        Power::AssetsWrite,
    ];

    /// The spelling in grants.
    pub fn as_str(self) -> &'static str {
        match self {
            Power::UpdatesRead => "updates.read",
            Power::UpdatesInstall => "updates.install",
            Power::PowerReboot => "power.reboot",
            Power::FleetRead => "fleet.read",
            Power::FleetConfigure => "fleet.configure",
            Power::JobsStart => "jobs.start",
            Power::RecordsWrite => "records.write",
            Power::FilesRead => "files.read",
            Power::FilesWrite => "files.write",
            Power::Process => "process",
            Power::Http => "http",
            Power::AssetsRead => "assets.read",
            Power::AssetsWrite => "assets.write",
        }
    }

    /// What the power lets a runbook do, for people: "can: install updates, reboot".
    pub fn meaning(self) -> &'static str {
        match self {
            Power::UpdatesRead => "read updates",
            Power::UpdatesInstall => "install updates",
            Power::PowerReboot => "reboot",
            Power::FleetRead => "read the fleet",
            Power::FleetConfigure => "configure workers",
            Power::JobsStart => "start runbooks",
            Power::RecordsWrite => "write to the log",
            Power::FilesRead => "read files",
            Power::FilesWrite => "write files",
            Power::Process => "run programs",
            Power::Http => "use the network",
            Power::AssetsRead => "use shared assets",
            Power::AssetsWrite => "change shared variables",
        }
    }

    /// Whether a grant of it needs a mask.
    pub fn masked(self) -> bool {
        !matches!(
            self,
            Power::UpdatesRead
                | Power::UpdatesInstall
                | Power::PowerReboot
                | Power::FleetRead
                | Power::FleetConfigure
        )
    }

    /// Whether upper and lower case are told apart in its masks: files and programs whose names differ in
    /// case alone are different ones.
    pub fn is_case_sensitive(self) -> bool {
        matches!(self, Power::FilesRead | Power::FilesWrite | Power::Process)
    }

    /// The WIT interface of `bindery:runbook` whose import proves the power.
    pub fn interface(self) -> &'static str {
        match self {
            Power::UpdatesRead => "update-inventory",
            Power::UpdatesInstall => "update-installer",
            Power::PowerReboot => "power",
            Power::FleetRead => "fleet-inventory",
            Power::FleetConfigure => "fleet-admin",
            Power::JobsStart => "children",
            Power::RecordsWrite => "records",
            Power::FilesRead => "files",
            Power::FilesWrite => "files-admin",
            Power::Process => "process",
            Power::Http => "http",
            Power::AssetsRead => "assets",
            Power::AssetsWrite => "assets-admin",
        }
    }
}

/// Interfaces that every runbook may import and that give no power.
pub const POWERLESS_INTERFACES: [&str; 4] = ["types", "job", "streams", "timers"];

/// A text that is not a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// No such power.
    #[error("`{0}` is not a grant; known are {known}", known = known())]
    Unknown(String),
    /// A mask is missing.
    #[error("`{0}` needs a mask, as in `{0}:Name-*`")]
    MaskMissing(&'static str),
    /// A mask where none belongs, or one that is too long.
    #[error("`{0}` takes no mask, or a shorter one (at most {max} characters)", max = limit::MASK_CHARS)]
    Mask(String),
}

fn known() -> String {
    Power::ALL.map(|p| format!("`{}`", p.as_str())).join(", ")
}

/// One grant: a power and, for some, a mask of what it may be used on.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Grant {
    power: Power,
    mask: Option<Mask>,
}

impl Grant {
    /// The power that is granted.
    pub fn power(&self) -> Power {
        self.power
    }

    /// Whether it covers `subject` (a runbook's name, a table); grants without a mask cover
    /// everything.
    pub fn covers(&self, subject: Option<&str>) -> bool {
        match (&self.mask, subject) {
            (None, _) => true,
            (Some(mask), Some(subject)) if self.power.is_case_sensitive() => {
                mask.fits_exactly(subject)
            }
            (Some(mask), Some(subject)) => mask.fits(subject),
            (Some(_), None) => true,
        }
    }

    /// Whether everything that `other` allows is allowed by this one.
    pub fn contains(&self, other: &Grant) -> bool {
        self.power == other.power
            && match (&self.mask, &other.mask) {
                (None, _) => true,
                (Some(mine), Some(theirs)) if self.power.is_case_sensitive() => {
                    mine.contains_exactly(theirs)
                }
                (Some(mine), Some(theirs)) => mine.contains(theirs),
                (Some(mine), None) => mine.0 == "*",
            }
    }
}

impl Grant {
    /// Whether it names `subject` for `power` in full, not by a mask that others fit, too.
    pub fn spells_out(&self, power: Power, subject: &str) -> bool {
        let plain = |mask: &Mask| !mask.0.contains(['*', '?']) && mask.fits(subject);
        self.power == power && self.mask.as_ref().is_some_and(plain)
    }
}

/// Whether `grants` allow `power` over `subject`.
pub fn permit(grants: &[Grant], power: Power, subject: Option<&str>) -> bool {
    grants.iter().any(|grant| grant.power == power && grant.covers(subject))
}

impl FromStr for Grant {
    type Err = InvalidGrant;
    fn from_str(text: &str) -> Result<Self, InvalidGrant> {
        let (name, mask) = match text.split_once(':') {
            Some((name, mask)) => (name, Some(mask)),
            None => (text, None),
        };
        let power = Power::ALL
            .into_iter()
            .find(|power| power.as_str() == name)
            .ok_or_else(|| InvalidGrant::Unknown(text.escape_default().to_string()))?;
        let mask = match (power.masked(), mask) {
            (true, None | Some("")) => return Err(InvalidGrant::MaskMissing(power.as_str())),
            (false, Some(_)) => return Err(InvalidGrant::Mask(text.escape_default().to_string())),
            (_, Some(mask)) if mask.chars().count() > limit::MASK_CHARS => {
                return Err(InvalidGrant::Mask(power.as_str().to_owned()));
            }
            (_, mask) => mask.map(|mask| Mask(mask.to_owned())),
        };
        Ok(Self { power, mask })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mask {
            None => f.write_str(self.power.as_str()),
            Some(mask) => write!(f, "{}:{}", self.power.as_str(), mask.0),
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Grant> for String {
    fn from(grant: Grant) -> Self {
        grant.to_string()
    }
}

impl TryFrom<String> for Grant {
    type Error = InvalidGrant;
    fn try_from(text: String) -> Result<Self, InvalidGrant> {
        text.parse()
    }
}

/// A name pattern: `*` stands for any characters, `?` for one. Case does not count, but for
/// [`Power::is_case_sensitive`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(String);

impl Mask {
    /// The mask that `text` spells.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether every name that fits `other` surely fits this mask. It may say no where the answer
    /// is yes.
    pub fn contains(&self, other: &Mask) -> bool {
        Mask(self.0.to_lowercase()).contains_exactly(&Mask(other.0.to_lowercase()))
    }

    fn contains_exactly(&self, other: &Mask) -> bool {
        let wild = ['*', '?'];
        if self == other {
            return true;
        }
        match self.0.strip_suffix('*') {
            Some(prefix) if !prefix.contains(wild) => other.0.starts_with(prefix),
            _ => !other.0.contains(wild) && self.fits_exactly(&other.0),
        }
    }

    /// Whether `name` fits, in time linear in both for one star and never worse than their product.
    pub fn fits(&self, name: &str) -> bool {
        Mask(self.0.to_lowercase()).fits_exactly(&name.to_lowercase())
    }

    /// The same where upper and lower case are told apart.
    pub fn fits_exactly(&self, name: &str) -> bool {
        let mask: Vec<char> = self.0.chars().collect();
        let name: Vec<char> = name.chars().collect();
        let (mut m, mut n, mut retry) = (0, 0, None);
        while n < name.len() {
            match mask.get(m) {
                Some('*') => {
                    retry = Some((m, n));
                    m += 1;
                }
                Some(&c) if c == '?' || c == name[n] => {
                    m += 1;
                    n += 1;
                }
                _ => match retry {
                    None => return false,
                    Some((star, start)) => {
                        retry = Some((star, start + 1));
                        m = star + 1;
                        n = start + 1;
                    }
                },
            }
        }
        mask[m..].iter().all(|&c| c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_for_files_and_programs_alone() {
        let grant = |text: &str| text.parse::<Grant>().expect("a grant");
        for (text, subject, covers) in [
            ("files.read:/srv/App/*", "/srv/App/x", true),
            ("files.read:/srv/App/*", "/srv/app/x", false),
            ("files.write:/srv/a", "/srv/A", false),
            ("process:systemctl", "SystemCtl", false),
            ("jobs.start:Patch-*", "patch-all", true),
            ("http:API.example.com", "api.example.com", true),
        ] {
            assert_eq!(grant(text).covers(Some(subject)), covers, "{text} {subject}");
        }
        assert!(!grant("files.read:/srv/App/*").contains(&grant("files.read:/srv/app/*")));
        assert!(grant("files.read:/srv/*").contains(&grant("files.read:/srv/app/*")));
        assert!(grant("jobs.start:PATCH-*").contains(&grant("jobs.start:patch-all")));
    }

    #[test]
    fn masks_fit_as_people_expect() {
        let rows = [
            ("*", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("linux-*", "linux-image-6.1", true),
            ("linux-*", "Linux-Image", true),
            ("*ssl*", "openssl", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbx", false),
        ];
        for (mask, name, fits) in rows {
            assert_eq!(Mask::new(mask).fits(name), fits, "{mask} over {name}");
        }
    }

    #[test]
    fn grants_are_read_strictly() {
        for good in ["updates.read", "jobs.start:Patch-*", "records.write:UpdateRunProgress"] {
            assert_eq!(good.parse::<Grant>().expect(good).to_string(), good);
        }
        for bad in ["", "root", "updates.read:x", "jobs.start", "jobs.start:", "Updates.Read"] {
            assert!(bad.parse::<Grant>().is_err(), "{bad}");
        }
        let longest = format!("jobs.start:{}", "a".repeat(limit::MASK_CHARS));
        assert!(longest.parse::<Grant>().is_ok());
        assert!(format!("{longest}a").parse::<Grant>().is_err());
    }

    #[test]
    fn a_mask_limits_what_a_grant_permits() {
        let grants = ["jobs.start:Patch-*".parse::<Grant>().expect("a grant")];
        assert!(permit(&grants, Power::JobsStart, Some("Patch-MicrosoftOMSComputer")));
        assert!(!permit(&grants, Power::JobsStart, Some("Wipe-Disk")));
        assert!(!permit(&grants, Power::PowerReboot, None));
    }

    #[test]
    fn a_wider_grant_contains_a_narrower_one() {
        let wide: Grant = "jobs.start:Patch-*".parse().expect("a grant");
        let narrow: Grant = "jobs.start:Patch-One".parse().expect("a grant");
        assert!(wide.contains(&narrow) && !narrow.contains(&wide) && wide.contains(&wide));
        let one: Grant = "jobs.start:Patch-?".parse().expect("a grant");
        assert!(wide.contains(&one) && !one.contains(&wide), "a mask is no literal name");
    }
}
