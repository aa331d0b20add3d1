//! The floors of the house: which of our packages stands where, and what it may import.
//!
//! A package imports strictly lower floors only, and of those only what its line names. Floors are
//! counted in tenths, because `protocol` stands half a floor above `seal`: its job orders travel in
//! seal's envelope.

/// The line of one package.
pub(crate) struct Room {
    /// The package.
    pub(crate) package: &'static str,
    /// Its floor, in tenths.
    pub(crate) floor: u8,
    /// What it may import of ours.
    pub(crate) may: May,
}

/// What a package may import of ours.
pub(crate) enum May {
    /// These packages.
    Only(&'static [&'static str]),
    /// Anything on a lower floor.
    Lower,
}

use May::{Lower, Only};

const fn room(package: &'static str, floor: u8, may: May) -> Room {
    Room { package, floor, may }
}

const CORE: &str = "bindery-core";
const API: &str = "bindery-api";
const STORE: &str = "bindery-store";
const SEAL: &str = "bindery-seal";
const INSPECT: &str = "bindery-inspect";
const JOURNAL: &str = "bindery-journal";
const PROTOCOL: &str = "bindery-protocol";
const LINK: &str = "bindery-link";
const SANDBOX: &str = "bindery-sandbox";
const DETACHED: &str = "bindery-detached";
const REGISTRY: &str = "bindery-registry";
const CLIENT: &str = "bindery-client";

/// A capability imports the gate and the nouns; never another capability.
const CAPABILITY: May = Only(&[SANDBOX, CORE]);

/// One that starts programs which outlive the agent.
const STARTING: May = Only(&[SANDBOX, DETACHED, CORE]);

/// A simulated host has simulated capabilities: it names them as the program does.
const SIMULATOR: May = Only(&[
    "bindery-capability-job",
    "bindery-capability-streams",
    "bindery-capability-timers",
    "bindery-capability-http",
    "bindery-capability-assets",
    "bindery-capability-records",
    "bindery-capability-updates",
    "bindery-capability-power",
    "bindery-capability-fleet",
    "bindery-capability-children",
    "bindery-capability-files",
    "bindery-capability-process",
    SANDBOX,
    INSPECT,
    JOURNAL,
    CORE,
]);

/// The package that tests of any floor may import beside what their room may.
pub(crate) const TESTKIT: &str = "bindery-testkit";

/// All that a guest may import of ours.
pub(crate) const GUEST: May = Only(&["bindery-sdk"]);

/// Every package but the guests that stand in folders of their own, from the ground up.
pub(crate) const ROOMS: &[Room] = &[
    room("bindery-sdk-macros", 0, Only(&[])),
    room("bindery-sdk", 1, Only(&["bindery-sdk-macros"])),
    room("conformance-rust", 2, GUEST),
    room(CORE, 0, Only(&[])),
    room(STORE, 10, Only(&[CORE])),
    room(API, 10, Only(&[CORE])),
    room(SEAL, 10, Only(&[CORE])),
    room(INSPECT, 10, Only(&[CORE])),
    room(JOURNAL, 10, Only(&[CORE])),
    room(PROTOCOL, 15, Only(&[SEAL, CORE])),
    room("bindery-store-sled", 20, Only(&[STORE, CORE])),
    room("bindery-store-postgres", 20, Only(&[STORE, CORE])),
    room(LINK, 20, Only(&[INSPECT, CORE])),
    room(SANDBOX, 20, Only(&[INSPECT, JOURNAL, SEAL, CORE])),
    room(DETACHED, 20, Only(&[])),
    room(REGISTRY, 20, Only(&[SEAL, INSPECT, CORE])),
    room(CLIENT, 20, Only(&[API, CORE])),
    room("bindery-capability-job", 30, CAPABILITY),
    room("bindery-capability-streams", 30, CAPABILITY),
    room("bindery-capability-timers", 30, CAPABILITY),
    room("bindery-capability-http", 30, CAPABILITY),
    room("bindery-capability-assets", 30, CAPABILITY),
    room("bindery-capability-records", 30, CAPABILITY),
    room("bindery-capability-updates", 30, STARTING),
    room("bindery-capability-power", 30, CAPABILITY),
    room("bindery-capability-fleet", 30, CAPABILITY),
    room("bindery-capability-children", 30, CAPABILITY),
    room("bindery-capability-files", 30, CAPABILITY),
    room("bindery-capability-process", 30, STARTING),
    room(TESTKIT, 30, Lower),
    room(
        "bindery-control-plane",
        40,
        Only(&[API, PROTOCOL, STORE, SEAL, INSPECT, LINK, JOURNAL, CORE]),
    ),
    room("bindery-worker", 40, Only(&[PROTOCOL, SANDBOX, SEAL, JOURNAL, CORE])),
    room("bindery-simulator", 40, SIMULATOR),
    room("bindery-cli", 40, Only(&[CLIENT, REGISTRY, API, SEAL, INSPECT, LINK, JOURNAL, CORE])),
    room("bindery", 50, Lower),
    room("bindery-tests", 60, Lower),
    room("xtask", 60, Lower),
];

/// The line of `package`, if it is not a guest.
pub(crate) fn of(package: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.package == package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_lower_floors_only() {
        for room in ROOMS {
            let Only(may) = room.may else { continue };
            for import in may {
                let below = of(import).expect("a line of its own").floor;
                assert!(below < room.floor, "{} -> {import}", room.package);
            }
        }
    }

    #[test]
    fn no_package_has_two_lines() {
        for room in ROOMS {
            let lines = ROOMS.iter().filter(|other| other.package == room.package).count();
            assert_eq!(lines, 1, "{}", room.package);
        }
    }
}
