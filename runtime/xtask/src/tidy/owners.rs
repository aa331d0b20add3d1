//! Crates of others that only some rooms may name: databases, the engine, HTTP.
//!
//! Tests may name what they like; packages and their build scripts may not.

use super::Finding;
use crate::workspace::{Kind, Package};

/// Crates, and the only packages that may name them.
struct Owned {
    crates: &'static [&'static str],
    owners: &'static [&'static str],
    why: &'static str,
}

const TABLE: &[Owned] = &[
    Owned {
        crates: &["sled"],
        owners: &["bindery-store-sled"],
        why: "only store-* know a database",
    },
    Owned {
        crates: &["tokio-postgres", "deadpool-postgres", "sqlx", "rusqlite"],
        owners: &["bindery-store-postgres"],
        why: "only store-* know a database",
    },
    Owned {
        crates: &["wasmtime", "wasmtime-wasi", "wasmtime-wasi-http"],
        owners: &["bindery-sandbox"],
        why: "only the sandbox knows the engine: it holds the one gate",
    },
    Owned {
        crates: &["axum", "tower"],
        owners: &["bindery-control-plane", "bindery"],
        why: "only the control plane serves HTTP, and the program its listener",
    },
    Owned {
        crates: &["hyper", "hyper-util"],
        owners: &["bindery-control-plane", "bindery-worker", "bindery"],
        why: "only both ends of a connection know HTTP",
    },
    Owned {
        crates: &["reqwest"],
        owners: &["bindery-client", "bindery-capability-http"],
        why: "only the client speaks the API, and the requests of runbooks have a room of their own",
    },
    Owned {
        crates: &["tokio-tungstenite"],
        owners: &["bindery-worker"],
        why: "only the agent opens the worker's connection",
    },
    Owned {
        crates: &["http"],
        owners: &["bindery-api", "bindery-client", "bindery-control-plane", "bindery-worker"],
        why: "HTTP stays at the edges",
    },
    Owned {
        crates: &["anyhow"],
        owners: &["bindery", "bindery-tests", "xtask"],
        why: "errors are one enum per fallible operation",
    },
];

/// All that the ground floor may name: no runtime, no I/O, no randomness.
const OF_CORE: &[&str] =
    &["hex", "jiff", "schemars", "serde", "serde_json", "sha2", "thiserror", "uuid", "zeroize"];

/// Packages that are no part of the product.
const FREE: [&str; 2] = ["bindery-tests", "xtask"];

/// What `package` names and may not.
pub(crate) fn check(path: &str, package: &Package) -> Vec<Finding> {
    if FREE.contains(&package.name.as_str()) {
        return vec![];
    }
    let named = package.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev);
    named.filter_map(|dependency| refuse(path, &package.name, &dependency.name)).collect()
}

fn refuse(path: &str, package: &str, name: &str) -> Option<Finding> {
    let why = if package == "bindery-core" {
        (!OF_CORE.contains(&name)).then_some("core is total functions over values")
    } else {
        let owned = TABLE.iter().find(|owned| owned.crates.contains(&name))?;
        (!owned.owners.contains(&package)).then_some(owned.why)
    }?;
    Some(Finding::new(path, 0, format!("`{package}` may not name `{name}`: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn refused(package: &str, name: &str, kind: Kind) -> bool {
        let package = Package {
            name: package.to_owned(),
            manifest_path: "Cargo.toml".into(),
            dependencies: vec![Dependency { name: name.to_owned(), kind }],
        };
        !check("Cargo.toml", &package).is_empty()
    }

    #[test]
    fn each_owned_crate_is_refused_elsewhere_and_allowed_at_home() {
        for owned in TABLE {
            for name in owned.crates {
                assert!(refused("bindery-journal", name, Kind::Normal), "{name}");
                assert!(refused("bindery-journal", name, Kind::Build), "{name}");
                assert!(!refused("bindery-journal", name, Kind::Dev), "{name}");
                for owner in owned.owners {
                    assert!(!refused(owner, name, Kind::Normal), "{owner} {name}");
                }
            }
        }
    }

    #[test]
    fn the_ground_floor_names_pure_crates_only() {
        assert!(refused("bindery-core", "tokio", Kind::Normal));
        assert!(refused("bindery-core", "getrandom", Kind::Normal));
        assert!(!refused("bindery-core", "serde", Kind::Normal));
        assert!(!refused("bindery-core", "proptest", Kind::Dev));
    }
}
