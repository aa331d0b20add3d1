//! Reading apt's own history, `/var/log/apt/history.log`.

use super::{AptConfig, failure};
use bindery_core::{
    code::Failure,
    update::{Action, ActionKind, HistoryEntry},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::{fs, io};

/// The newest entries, newest first. apt rotates the file: what is older than it is not told.
pub(super) fn read(config: &AptConfig, limit: usize) -> Result<Vec<HistoryEntry>, Failure> {
    let path = config.root.join("var/log/apt/history.log");
    let text = match fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => {
            return Err(failure::broken(format!("cannot read `{}`: {error}", path.display())));
        }
    };
    let mut entries = parse(&text, &TimeZone::system());
    entries.reverse();
    entries.truncate(limit);
    Ok(entries)
}

/// The entries of a history file, oldest first; its times are local ones of `zone`.
fn parse(text: &str, zone: &TimeZone) -> Vec<HistoryEntry> {
    text.split("\n\n").filter_map(|block| entry(block, zone)).collect()
}

fn entry(block: &str, zone: &TimeZone) -> Option<HistoryEntry> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let kinds = [
        ("Install", ActionKind::Install),
        ("Upgrade", ActionKind::Upgrade),
        ("Downgrade", ActionKind::Downgrade),
        ("Remove", ActionKind::Remove),
        ("Purge", ActionKind::Remove),
    ];
    let steps = kinds.into_iter().flat_map(|(name, kind)| actions(field(name), kind));
    Some(HistoryEntry {
        started_at: time(field("Start-Date")?, zone)?,
        ended_at: field("End-Date").and_then(|text| time(text, zone)),
        requested_by: field("Commandline").or(field("Requested-By")).unwrap_or("apt").to_owned(),
        actions: steps.collect(),
        error: field("Error").map(str::to_owned),
    })
}

/// `2026-11-22  18:57:25`.
fn time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (date, clock) = text.split_once(' ')?;
    let civil: DateTime = format!("{date}T{}", clock.trim()).parse().ok()?;
    zone.to_ambiguous_timestamp(civil).compatible().ok()
}

/// `beta:amd64 (1.0, 2.0), alibdep:amd64 (1.0, automatic)`.
fn actions(list: Option<&str>, kind: ActionKind) -> Vec<Action> {
    let items = list.unwrap_or_default().split_terminator(')');
    items.filter_map(|item| action(item.trim_start_matches([',', ' ']), kind)).collect()
}

fn action(item: &str, kind: ActionKind) -> Option<Action> {
    let (name, versions) = item.split_once(" (")?;
    let mut versions = versions.split(", ").map(str::to_owned);
    let (first, second) = (versions.next(), versions.next());
    let (from, to) = match kind {
        ActionKind::Install => (None, first),
        ActionKind::Upgrade | ActionKind::Downgrade => (first, second),
        ActionKind::Remove => (first, None),
    };
    let package = name.split(':').next().unwrap_or(name).to_owned();
    Some(Action { package, kind, from, to, update: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "
Start-Date: 2026-11-22  18:57:25
Commandline: apt-get -y install alpha=1.2 beta=2.0
Install: alibdep:amd64 (1.0, automatic)
Upgrade: beta:amd64 (1.0, 2.0), alpha:amd64 (1.0, 1.2)
Error: Sub-process /usr/bin/dpkg returned an error code (1)
End-Date: 2026-11-22  18:57:26

Start-Date: 2026-11-22  19:02:15
Requested-By: admin (1000)
Downgrade: beta:amd64 (2.0, 1.0)
Remove: old:amd64 (1.0)
";

    #[test]
    fn an_entry_has_its_times_its_steps_and_its_error() {
        let entries = parse(LOG, &TimeZone::UTC);
        assert_eq!(entries.len(), 2);
        let first = &entries[0];
        assert_eq!(first.started_at.to_string(), "2026-11-22T18:57:25Z");
        assert_eq!(first.requested_by, "apt-get -y install alpha=1.2 beta=2.0");
        assert!(first.error.as_ref().is_some_and(|error| error.contains("error code")));
        let told: Vec<_> = first
            .actions
            .iter()
            .map(|a| format!("{:?} {} {:?} {:?}", a.kind, a.package, a.from, a.to))
            .collect();
        let wanted = [
            "Install alibdep None Some(\"1.0\")",
            "Upgrade beta Some(\"1.0\") Some(\"2.0\")",
            "Upgrade alpha Some(\"1.0\") Some(\"1.2\")",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_entry_without_an_end_was_cut_off_and_still_counts() {
        let entries = parse(LOG, &TimeZone::UTC);
        assert_eq!((entries[1].ended_at, entries[1].actions.len()), (None, 2));
        assert_eq!(entries[1].actions[0].kind, ActionKind::Downgrade);
        assert!(
            parse("", &TimeZone::UTC).is_empty() && parse("garbage\n", &TimeZone::UTC).is_empty()
        );
    }
}
