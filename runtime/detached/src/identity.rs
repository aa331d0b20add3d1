//! Whether a process that was started earlier still lives, as `/proc` tells it.
//!
//! A pid alone says nothing after a reboot or a reuse: boot id and start time stand beside it.

use serde::{Deserialize, Serialize};
use std::fs;

/// One process of one boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The pid; also the session's, for it leads one.
    pub pid: u32,
    /// The start time in clock ticks since the boot.
    pub started_ticks: u64,
    /// The boot.
    pub boot_id: String,
}

/// The processes that descend from `pid`.
pub fn descendants(pid: u32) -> Vec<u32> {
    let parents: Vec<_> = pids().filter_map(|it| Some((it, stat_of(it)?.parent))).collect();
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let children = parents.iter().filter(|(_, its)| *its == parent).map(|(pid, _)| *pid);
        found.extend(children.filter(|pid| !found.contains(pid)).collect::<Vec<_>>());
        at += 1;
    }
    found.split_off(1)
}

/// What a line of `/proc/<pid>/stat` tells.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    program: String,
    state: char,
    parent: u32,
    session: u32,
    started_ticks: u64,
}

impl Identity {
    /// The process that asks.
    pub fn own() -> Option<Self> {
        let pid = std::process::id();
        let stat = stat_of(pid)?;
        Some(Self { pid, started_ticks: stat.started_ticks, boot_id: boot_id() })
    }

    /// Whether the process, or a program of its session whose name `counts`, still runs.
    ///
    /// A daemon that was left behind in the session should not count: it would run for ever.
    pub fn works(&self, counts: &dyn Fn(&str) -> bool) -> bool {
        if self.boot_id != boot_id() {
            return false;
        }
        let leader = stat_of(self.pid)
            .is_some_and(|stat| !stat.has_ended() && stat.started_ticks == self.started_ticks);
        let helps = |stat: Stat| self.is_of_session(&stat) && counts(&stat.program);
        leader || pids().filter_map(stat_of).any(helps)
    }

    fn is_of_session(&self, stat: &Stat) -> bool {
        !stat.has_ended() && stat.session == self.pid && stat.started_ticks >= self.started_ticks
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
        parent: fields.get(1)?.parse().ok()?,
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
            let program = program.to_owned();
            let wanted = Stat { program, state: 'S', parent: 1, session: 70, started_ticks: 4242 };
            assert_eq!(stat, wanted);
        }
        assert_eq!(parse("99 (cut"), None);
    }

    #[test]
    fn this_process_works_and_one_of_another_boot_or_start_does_not() {
        let (own, none) = (Identity::own().expect("a process"), |_: &str| false);
        assert!(own.works(&none));
        assert!(!Identity { boot_id: "another".into(), ..own.clone() }.works(&none));
        assert!(!Identity { started_ticks: own.started_ticks + 1, ..own }.works(&none));
    }
}
