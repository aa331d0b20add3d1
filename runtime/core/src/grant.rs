//! Grants: which power a job has, and over what.
//!
//! A grant is written `power` or `power:mask`, as in `updates.read` or `jobs.start:Patch-*`.

use crate::{limit, mask::Mask};
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

    /// A mask of it, for messages.
    fn example(self) -> &'static str {
        match self {
            Power::FilesRead | Power::FilesWrite => "/srv/*",
            Power::Process => "systemctl",
            Power::Http => "api.example.com",
            _ => "Name-*",
        }
    }

    /// Whether upper and lower case are told apart in its masks: files and programs whose names differ in
    /// case alone are different ones.
    pub fn is_case_sensitive(self) -> bool {
        matches!(self, Power::FilesRead | Power::FilesWrite | Power::Process)
    }

    /// Whether only the agent of a computer has it.
    pub fn is_of_a_computer(self) -> bool {
        matches!(
            self,
            Power::UpdatesRead
                | Power::UpdatesInstall
                | Power::PowerReboot
                | Power::FilesRead
                | Power::FilesWrite
                | Power::Process
        )
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
    #[error("`{power}` needs a mask, as in `{power}:{example}`", power = .0.as_str(), example = .0.example())]
    MaskMissing(Power),
    /// A mask where none belongs.
    #[error("`{0}` takes no mask: leave `:` and what follows out")]
    Mask(String),
    /// A mask that is too long.
    #[error("the mask of `{0}` has more than {max} characters (MASK_CHARS)", max = limit::MASK_CHARS)]
    MaskTooLong(&'static str),
    /// A mask that nothing can fit.
    #[error("`{0}` allows nothing: {1}")]
    NeverFits(String, &'static str),
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
                (Some(mine), None) => mine.as_str() == "*",
            }
    }
}

impl Grant {
    /// Whether anything could ever fit it; `NeverFits`. What is kept may have such grants, and allows
    /// nothing by them.
    pub fn check(&self) -> Result<(), InvalidGrant> {
        let why = self.mask.as_ref().and_then(|mask| fits_nothing(self.power, mask.as_str()));
        why.map_or(Ok(()), |why| Err(InvalidGrant::NeverFits(self.to_string(), why)))
    }

    /// Whether it names `subject` for `power` in full, not by a mask that others fit, too. A host may be
    /// named with any port: `127.0.0.1:*`.
    pub fn spells_out(&self, power: Power, subject: &str) -> bool {
        let host = |mask: &str| {
            let (host, port) = subject.rsplit_once(':')?;
            let any_port = port.bytes().all(|byte| byte.is_ascii_digit());
            Some(any_port && mask.strip_suffix(":*")?.eq_ignore_ascii_case(host))
        };
        let plain = |mask: &Mask| {
            let all = !mask.as_str().contains(['*', '?']) && mask.fits(subject);
            all || power == Power::Http && host(mask.as_str()) == Some(true)
        };
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
            (true, None | Some("")) => return Err(InvalidGrant::MaskMissing(power)),
            (false, Some(_)) => return Err(InvalidGrant::Mask(text.escape_default().to_string())),
            (_, Some(mask)) if mask.chars().count() > limit::MASK_CHARS => {
                return Err(InvalidGrant::MaskTooLong(power.as_str()));
            }
            (_, mask) => mask.map(Mask::new),
        };
        Ok(Self { power, mask })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mask {
            None => f.write_str(self.power.as_str()),
            Some(mask) => write!(f, "{}:{}", self.power.as_str(), mask.as_str()),
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

/// Why nothing that `power` is about can fit, where that is plain to see.
fn fits_nothing(power: Power, mask: &str) -> Option<&'static str> {
    let named = |c: char| c.is_ascii_alphanumeric() || "_-*?".contains(c);
    let is_name = mask.chars().all(named);
    match power {
        Power::Http if mask.contains(['/', '@', ' ']) => Some(
            "its mask is for a host, as in `api.example.com` or `*.example.com:8443`, without scheme and path",
        ),
        Power::FilesRead | Power::FilesWrite if !mask.starts_with(['/', '*', '?']) => {
            Some("its mask is for an absolute path, as in `/srv/*`")
        }
        Power::Process if mask.rsplit('/').next().is_some_and(|name| name.contains(" -")) => {
            Some("its mask is for a program, as in `df` or `/usr/bin/df`, without arguments")
        }
        Power::JobsStart | Power::RecordsWrite | Power::AssetsRead | Power::AssetsWrite
            if !is_name =>
        {
            Some("its mask is for a name: letters, digits, `_`, `-`, and `*` and `?` for any")
        }
        _ => None,
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
    fn a_mask_that_nothing_fits_is_none() {
        for bad in [
            "http:https://api.example.com",
            "http:api.example.com/v1",
            "http:bot@api.example.com",
            "files.read:etc/hosts",
            "files.write:./a",
            "process:/usr/bin/df -h",
            "records.write:My Table",
            "jobs.start:Patch One",
            "assets.read:Tickets!",
        ] {
            let refused = bad.parse::<Grant>().expect(bad).check().expect_err(bad).to_string();
            assert!(refused.starts_with(&format!("`{bad}` allows nothing: its mask is for ")));
        }
        let missing = "files.read".parse::<Grant>().expect_err("no mask").to_string();
        assert_eq!(missing, "`files.read` needs a mask, as in `files.read:/srv/*`");
        for power in Power::ALL.into_iter().filter(|power| power.masked()) {
            let example = format!("{}:{}", power.as_str(), power.example());
            assert_eq!(example.parse::<Grant>().expect("a grant").check(), Ok(()), "{example}");
        }
        for good in
            ["http:[::1]:*", "files.read:*/x", "process:/opt/Foo - Beta/run", "records.write:*_?"]
        {
            assert_eq!(good.parse::<Grant>().expect("a grant").check(), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_host_is_spelled_out_with_any_port() {
        for (mask, subject, is) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1:8080", "127.0.0.1:8080", true),
            ("127.0.0.1:*", "127.0.0.1:8080", true),
            ("[::1]:*", "[::1]:8080", true),
            ("Intra.Example:*", "intra.example:1", true),
            ("127.0.0.1*", "127.0.0.1:8080", false),
            ("127.0.0.*:*", "127.0.0.1:8080", false),
            ("[:*", "[::1]", false),
            ("*", "127.0.0.1", false),
        ] {
            let grant: Grant = format!("http:{mask}").parse().expect("a grant");
            assert_eq!(grant.spells_out(Power::Http, subject), is, "{mask} {subject}");
        }
        let table: Grant = "records.write:T".parse().expect("a grant");
        assert!(!table.spells_out(Power::Http, "T"));
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
