//! Composes components: each instance that is needed is made once, and given to whoever imports it.

use crate::{Part, damaged};
use bindery_core::{
    code::{Code, Failure},
    limit,
    text::shown,
};
use bindery_inspect::inspect_unlinked;
use std::collections::{BTreeMap, BTreeSet};
use wac_graph::{
    CompositionGraph, EncodeOptions, NodeId, PackageId,
    types::{Package, SubtypeChecker, are_semver_compatible},
};

/// A component that is whole, and the places of the parts in it.
pub(crate) struct Composed {
    pub(crate) wasm: Vec<u8>,
    pub(crate) used: Vec<usize>,
}

pub(crate) fn compose(runbook: &[u8], parts: &[Part]) -> Result<Composed, Failure> {
    let needs = inspect_unlinked(runbook)?.from_modules;
    let mut composition = Composition {
        graph: CompositionGraph::new(),
        parts,
        made: BTreeMap::new(),
        under_way: BTreeSet::new(),
        missing: BTreeSet::new(),
    };
    let package = composition.register("the runbook", "runbook", runbook)?;
    let instance = composition.graph.instantiate(package);
    composition.give(("the runbook", package, instance), &needs)?;
    composition.nothing_is_missing()?;
    composition.export_all(package, instance)?;
    let Composition { graph, made, .. } = composition;
    let wasm = graph.encode(EncodeOptions::default()).map_err(|e| damaged("the whole", &e))?;
    Ok(Composed { wasm, used: made.into_keys().collect() })
}

struct Composition<'a> {
    graph: CompositionGraph,
    parts: &'a [Part],
    /// The instances of parts.
    made: BTreeMap<usize, (PackageId, NodeId)>,
    under_way: BTreeSet<usize>,
    /// Interfaces that nobody exports, and who imports each.
    missing: BTreeSet<(String, String)>,
}

impl Composition<'_> {
    fn register(&mut self, what: &str, name: &str, wasm: &[u8]) -> Result<PackageId, Failure> {
        let package = Package::from_bytes(name, None, wasm, self.graph.types_mut())
            .map_err(|error| damaged(what, &error))?;
        self.graph.register_package(package).map_err(|error| damaged(what, &error))
    }

    /// Gives an instance the interfaces that it needs.
    fn give(
        &mut self,
        (who, package, instance): (&str, PackageId, NodeId),
        needs: &[String],
    ) -> Result<(), Failure> {
        for need in needs {
            let Some((at, export)) = self.exporter(need) else {
                self.missing.insert((need.clone(), who.to_owned()));
                continue;
            };
            let (giver, given) = self.part(at, who)?;
            self.check_same((giver, &export), (package, need), at)?;
            let alias = self
                .graph
                .alias_instance_export(given, &export)
                .map_err(|error| damaged(who, &error))?;
            self.graph
                .set_instantiation_argument(instance, need, alias)
                .map_err(|error| damaged(who, &error))?;
        }
        Ok(())
    }

    /// The part that exports `need` in exactly this version, or the newest that may stand for it.
    fn exporter(&self, need: &str) -> Option<(usize, String)> {
        let exports = self.parts.iter().enumerate().flat_map(|(at, part)| {
            part.library().exports.iter().map(move |export| (at, export.clone()))
        });
        let mut fitting: Vec<_> =
            exports.filter(|(_, export)| are_semver_compatible(export, need)).collect();
        if let Some(exact) = fitting.iter().find(|(_, export)| export == need) {
            return Some(exact.clone());
        }
        fitting.sort_by_key(|(_, export)| patch(export));
        fitting.pop()
    }

    /// The instance of a part, which is made where there is none yet.
    fn part(&mut self, at: usize, who: &str) -> Result<(PackageId, NodeId), Failure> {
        if let Some(made) = self.made.get(&at) {
            return Ok(*made);
        }
        let part = &self.parts[at];
        if !self.under_way.insert(at) {
            let message = format!("the module `{}` needs itself, by way of {who}", part.name);
            return Err(Failure::new(Code::Conflict, message));
        }
        if self.under_way.len() > limit::LINKED_MODULES {
            let most = limit::LINKED_MODULES;
            let message = format!("it needs more than {most} modules (LINKED_MODULES)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        let who = format!("the module `{}`", part.name);
        let package = self.register(&who, &format!("module{at}"), &part.wasm)?;
        let instance = self.graph.instantiate(package);
        self.give((&who, package, instance), &part.library().from_modules)?;
        self.made.insert(at, (package, instance));
        Ok((package, instance))
    }

    /// Whether what is given is what is needed.
    fn check_same(
        &self,
        (giver, export): (PackageId, &str),
        (taker, need): (PackageId, &str),
        at: usize,
    ) -> Result<(), Failure> {
        let types = self.graph.types();
        let given = types[self.graph[giver].ty()].exports.get(export);
        let needed = types[self.graph[taker].ty()].imports.get(need);
        let (Some(given), Some(needed)) = (given, needed) else {
            return Err(Failure::new(Code::Internal, format!("`{}` is not there", shown(need))));
        };
        let mut cache = Default::default();
        let mut checker = SubtypeChecker::new(&mut cache);
        checker.is_subtype(*given, types, *needed, types).map_err(|error| {
            let (need, name) = (shown(need), &self.parts[at].name);
            let message = format!(
                "the module `{name}` exports another `{need}` than is imported: {}; build against the \
                 WIT of that module (`bindery module wit {name}`)",
                shown(&format!("{error:#}"))
            );
            Failure::new(Code::Conflict, message)
        })
    }

    fn nothing_is_missing(&self) -> Result<(), Failure> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let each: Vec<_> = self
            .missing
            .iter()
            .map(|(need, who)| format!("`{}`, which {who} imports", shown(need)))
            .collect();
        let message = format!(
            "no module of the account exports {}; `bindery module import` brings one",
            each.join(", nor ")
        );
        let advice =
            "Import the module into the account; a test is given it by `--module FILE.wasm`.";
        Err(Failure::new(Code::UnknownImports, message).advising(advice))
    }

    /// The whole exports what the runbook does.
    fn export_all(&mut self, package: PackageId, instance: NodeId) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| damaged("the runbook", error);
        let exports = &self.graph.types()[self.graph[package].ty()].exports;
        for name in exports.keys().cloned().collect::<Vec<_>>() {
            let export =
                self.graph.alias_instance_export(instance, &name).map_err(|e| failed(&e))?;
            self.graph.export(export, &name).map_err(|error| failed(&error))?;
        }
        Ok(())
    }
}

/// The numbers of a version, for the newest of those that are compatible.
fn patch(export: &str) -> Vec<u64> {
    let version = export.split_once('@').map_or("", |(_, version)| version);
    version.split(['.', '-', '+']).map(|number| number.parse().unwrap_or(0)).collect()
}
