//! The built-in runbooks: sealed when the program was built, by `build.rs`.
//!
//! They are bundles like any other; nothing here gives them more than their seals and grants do.

use bindery_core::code::{Code, Failure};
use bindery_seal::{bundle::Bundle, trust::TrustedKey};

const BUNDLES: [&[u8]; 2] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/patch-microsoftomscomputers.bundle")),
    include_bytes!(concat!(env!("OUT_DIR"), "/patch-microsoftomscomputer.bundle")),
];
const MODULES: [&[u8]; 3] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/update-selection.bundle")),
    include_bytes!(concat!(env!("OUT_DIR"), "/maintenance-window.bundle")),
    include_bytes!(concat!(env!("OUT_DIR"), "/notifications.bundle")),
];
const VENDOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vendor.json"));

/// The sealed runbooks that come with every account.
pub(crate) fn bundles() -> Result<Vec<Bundle>, Failure> {
    BUNDLES.iter().map(|bytes| Bundle::parse(bytes)).collect()
}

/// The sealed modules that come with every account.
pub(crate) fn modules() -> Result<Vec<Bundle>, Failure> {
    MODULES.iter().map(|bytes| Bundle::parse(bytes)).collect()
}

/// The publisher of [`bundles`], as a trust list names it.
pub(crate) fn publisher() -> Result<TrustedKey, Failure> {
    serde_json::from_slice(VENDOR).map_err(|error| {
        Failure::new(Code::Internal, format!("the vendor of this build is not known: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::{
        runbook::Level,
        seal::{StartedBy, Verb},
    };
    use bindery_seal::{statement, trust::TrustList};

    #[test]
    fn each_is_sealed_by_the_vendor_and_imports_no_more_than_it_asks_for() {
        let trust = TrustList { version: 1, keys: vec![publisher().expect("a vendor")] };
        let now = "2026-11-22T18:00:00Z".parse().expect("a time");
        let rows = [
            ("Patch-MicrosoftOMSComputers", StartedBy::Deployment),
            ("Patch-MicrosoftOMSComputer", StartedBy::SamePublisher),
        ];
        let bundles = bundles().expect("whole");
        assert_eq!(bundles.len(), rows.len());
        for (bundle, (name, started_by)) in bundles.iter().zip(rows) {
            let seal = statement::verify(&bundle.envelope, &bundle.wasm, &trust, now);
            let seal = seal.expect("sealed");
            assert_eq!(seal.name.as_str(), name);
            assert_eq!(seal.verbs, [Verb::DryRun, Verb::Replay]);
            assert_eq!(seal.started_by, [started_by]);
            let module = bindery_inspect::inspect(&bundle.wasm).expect("a runbook");
            let manifest = module.manifest.expect("embedded");
            assert_eq!((module.level, manifest.grants), (Level::L2, seal.grants.clone()));
            for power in module.powers {
                assert!(seal.grants.iter().any(|grant| grant.power() == power), "{power:?}");
            }
        }
    }
}
