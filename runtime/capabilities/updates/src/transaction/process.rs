//! Whether a process that was started earlier still lives, as `/proc` tells it.
//!
//! A pid alone says nothing after a reboot or a reuse: boot id and start time stand beside it.

use serde::{Deserialize, Serialize};
use std::fs;

/// One process of one boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    /// The pid; also the session's, for it leads one.
    pub(crate) pid: u32,
    /// The start time in clock ticks since the boot.
    pub(crate) started_ticks: u64,
    /// The boot.
    pub(crate) boot_id: String,
}

/// What a line of `/proc/<pid>/stat` tells.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    program: String,
    state: char,
    session: u32,
    started_ticks: u64,
}

impl Identity {
    /// The process that asks.
    pub(crate) fn own() -> Option<Self> {
        let pid = std::process::id();
        let stat = stat_of(pid)?;
        Some(Self { pid, started_ticks: stat.started_ticks, boot_id: boot_id() })
    }

    /// Whether the process, or a package manager that it started in its session, still runs.
    ///
    /// A daemon that an update left behind in the session does not count: it would run for ever.
    pub(crate) fn works(&self) -> bool {
        if self.boot_id != boot_id() {
            return false;
        }
        let leader = stat_of(self.pid)
            .is_some_and(|stat| !stat.has_ended() && stat.started_ticks == self.started_ticks);
        leader || pids().filter_map(stat_of).any(|stat| self.counts(&stat))
    }

    fn counts(&self, stat: &Stat) -> bool {
        let manages = stat.program.starts_with("apt") || stat.program.starts_with("dpkg");
        manages
            && !stat.has_ended()
            && stat.session == self.pid
            && stat.started_ticks >= self.started_ticks
    }
}

impl Stat {
    fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn stat_of(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The program's name stands in parentheses and may itself hold any character.
fn parse(line: &str) -> Option<Stat> {
    let (head, tail) = line.rsplit_once(')')?;
    let (_, program) = head.split_once('(')?;
    let fields: Vec<&str> = tail.split_whitespace().collect();
    Some(Stat {
        program: program.to_owned(),
        state: fields.first()?.chars().next()?,
        session: fields.get(3)?.parse().ok()?,
        started_ticks: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_program_is_called() {
        let tail = "S 1 77 70 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9";
        for program in ["dpkg", "a b", "odd) name ("] {
            let stat = parse(&format!("99 ({program}) {tail}")).expect("a stat line");
            let wanted =
                Stat { program: program.into(), state: 'S', session: 70, started_ticks: 4242 };
            assert_eq!(stat, wanted);
        }
        assert_eq!(parse("99 (cut"), None);
    }

    #[test]
    fn this_process_works_and_one_of_another_boot_or_start_does_not() {
        let own = Identity::own().expect("a process");
        assert!(own.works());
        assert!(!Identity { boot_id: "another".into(), ..own.clone() }.works());
        assert!(!Identity { started_ticks: own.started_ticks + 1, ..own }.works());
    }
}
