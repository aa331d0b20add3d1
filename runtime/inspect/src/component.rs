//! Components: runbooks of the world `bindery:runbook/runbook` (L2), and programs that export
//! `wasi:cli/run` (L0).

use crate::{
    Entry, Findings,
    imports::{Interface, Unknown, component_hint},
};
use bindery_core::{
    code::{Code, Failure},
    grant::Power,
    operation,
    runbook::Level,
    text::shown,
};
use std::collections::BTreeSet;
use wasmparser::{
    Parser, Payload, PrimitiveValType,
    component_types::{
        ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId,
        ComponentInstanceTypeId, ComponentValType,
    },
    types::TypesRef,
};

const PLAIN_FUNCTION: &str = "a component can import interfaces only, not plain functions or \
                              modules: put the function into an interface of sdk/wit";
const PROGRAM: &str = "a program that exports `wasi:cli/run` has no operations: export `run` of \
                       the world bindery:runbook/runbook instead";

/// The names that the outermost component imports and exports.
#[derive(Default)]
struct Names<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

/// What a validated component is. `UnknownImports` or `NoEntryPoint`.
pub(crate) fn examine(bytes: &[u8], types: TypesRef<'_>) -> Result<Findings, Failure> {
    let names = names(bytes)?;
    let entry = entry(types, &names.exports);
    let mut imports = Imports { types, program: entry == Ok(Entry::CliRun), ..Imports::of(types) };
    for name in names.imports {
        imports.add(name);
    }
    imports.unknown.refuse()?;
    let entry = entry?;
    let level = if entry == Entry::CliRun { Level::L0 } else { Level::L2 };
    let Imports { known, powers, from_modules, .. } = imports;
    let exports = names.exports.into_iter().map(str::to_owned).collect();
    Ok(Findings {
        level,
        entry,
        imports: known.into_iter().collect(),
        exports,
        powers: powers.into_iter().collect(),
        from_modules: from_modules.into_iter().collect(),
    })
}

/// What a component is that others import.
pub(crate) struct Offer {
    pub(crate) exports: Vec<String>,
    pub(crate) imports: Vec<String>,
    pub(crate) from_modules: Vec<String>,
    pub(crate) powers: Vec<Power>,
}

/// What a validated component offers. `UnknownImports`, or `NoEntryPoint` if it is nothing.
pub(crate) fn examine_library(bytes: &[u8], types: TypesRef<'_>) -> Result<Offer, Failure> {
    let names = names(bytes)?;
    let mut imports = Imports::of(types);
    for name in names.imports {
        imports.add(name);
    }
    imports.unknown.refuse()?;
    let offered = |name: &&&str| {
        let item = types.component_item_for_export(name).map(|item| item.ty);
        let is_interface = matches!(item, Some(ComponentEntityType::Instance(_)));
        is_interface && Interface::parse(name).is_some_and(|it| it.is_of_a_module())
    };
    let exports: BTreeSet<String> =
        names.exports.iter().filter(offered).map(|name| (*name).to_owned()).collect();
    if exports.is_empty() {
        let message = "it exports no interface that a runbook could import, as in \
                       `acme:tickets/api@1.0.0`: a module exports at least one, in a package of its own";
        let advice = match entry(types, &names.exports) {
            Ok(_) => "It is a runbook: `bindery runbook import` imports it.",
            Err(_) => {
                "Export an interface of your own, as runtime/docs/guides/write-a-module.md shows."
            }
        };
        return Err(Failure::new(Code::NoEntryPoint, message).advising(advice));
    }
    Ok(Offer {
        exports: exports.into_iter().collect(),
        imports: imports.known.into_iter().collect(),
        from_modules: imports.from_modules.into_iter().collect(),
        powers: imports.powers.into_iter().collect(),
    })
}

/// What the imports of a component come to.
struct Imports<'a> {
    types: TypesRef<'a>,
    /// Whether it is a program, which has no operations.
    program: bool,
    known: BTreeSet<String>,
    powers: BTreeSet<Power>,
    from_modules: BTreeSet<String>,
    unknown: Unknown,
}

impl<'a> Imports<'a> {
    fn of(types: TypesRef<'a>) -> Self {
        Self {
            types,
            program: false,
            known: BTreeSet::new(),
            powers: BTreeSet::new(),
            from_modules: BTreeSet::new(),
            unknown: Unknown::default(),
        }
    }

    fn add(&mut self, name: &str) {
        let Some(item) = self.types.component_item_for_import(name) else {
            return self.unknown.add(name.to_owned(), None);
        };
        match item.ty {
            ComponentEntityType::Instance(id) => self.add_instance(name, id),
            // `use` in a world: a type that is another's equal needs nothing of the host.
            ComponentEntityType::Type { created, .. } if !is_resource(created) => {}
            _ => self.unknown.add(name.to_owned(), Some(PLAIN_FUNCTION)),
        }
    }

    fn add_instance(&mut self, name: &str, id: ComponentInstanceTypeId) {
        let interface = Interface::parse(name);
        if interface.is_some_and(|it| it.is_of_a_module()) {
            self.from_modules.insert(name.to_owned());
            return;
        }
        self.known.insert(name.to_owned());
        match interface {
            Some(it) if it.is_wasi() => {}
            Some(it)
                if it.package == operation::PACKAGE
                    && it.is_of("0.1.")
                    && operation::knows_interface(it.name) =>
            {
                self.add_operations(name, it.name, id);
            }
            _ => self.unknown.add(name.to_owned(), component_hint(name)),
        }
    }

    /// Each function of an imported interface of ours must be an operation; what it needs is
    /// proved.
    fn add_operations(&mut self, name: &str, interface: &str, id: ComponentInstanceTypeId) {
        for (export, item) in &self.types[id].exports {
            let operation = match item.ty {
                ComponentEntityType::Func(_) => operation::by_function(interface, export),
                ComponentEntityType::Type { created, .. } if !is_resource(created) => continue,
                _ => None,
            };
            match operation {
                Some(_) if self.program => {
                    self.unknown.add(format!("{name}#{export}"), Some(PROGRAM));
                }
                Some(operation) => self.powers.extend(operation.power),
                None => self.unknown.add(format!("{name}#{export}"), component_hint(name)),
            }
        }
    }
}

fn is_resource(id: ComponentAnyTypeId) -> bool {
    matches!(id, ComponentAnyTypeId::Resource(_))
}

fn entry(types: TypesRef<'_>, exports: &[&str]) -> Result<Entry, Failure> {
    match types.component_item_for_export("run").map(|item| item.ty) {
        Some(ComponentEntityType::Func(id)) if is_run(types, id) => return Ok(Entry::RunExport),
        Some(_) => {
            return Err(no_entry(
                "its export `run` is not `run: func() -> result<option<json>, error>` of the world \
                 bindery:runbook/runbook: build against sdk/wit",
            ));
        }
        None => {}
    }
    if exports.iter().any(|name| is_cli_run(types, name)) {
        return Ok(Entry::CliRun);
    }
    if exports.iter().any(|name| Interface::parse(name).is_some_and(|it| it.is_of_a_module())) {
        let why = "it exports interfaces, as a module does that runbooks import";
        return Err(no_entry(why).advising("Import a module with `bindery module import`."));
    }
    let names: Vec<_> = exports.iter().take(20).map(|name| format!("`{}`", shown(name))).collect();
    let exported = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    Err(no_entry(&format!(
        "it exports {exported}; was it built as a library (cdylib, reactor)? export `run` of the \
         world bindery:runbook/runbook, or build a program with a main function"
    )))
}

fn no_entry(why: &str) -> Failure {
    Failure::new(Code::NoEntryPoint, format!("the component has no entry point: {why}"))
}

fn is_cli_run(types: TypesRef<'_>, name: &str) -> bool {
    let named = Interface::parse(name)
        .is_some_and(|it| it.package == "wasi:cli" && it.name == "run" && it.is_of("0.2."));
    let item = types.component_item_for_export(name);
    named && matches!(item.map(|item| item.ty), Some(ComponentEntityType::Instance(_)))
}

/// Whether a function is `func() -> result<option<string>, error>`.
fn is_run(types: TypesRef<'_>, id: ComponentFuncTypeId) -> bool {
    let ty = &types[id];
    let Some(ComponentValType::Type(result)) = ty.result else { return false };
    let ComponentDefinedType::Result { ok: Some(ok), err: Some(err), .. } = &types[result] else {
        return false;
    };
    ty.params.is_empty() && !ty.async_ && is_optional_text(types, *ok) && is_error(types, *err)
}

fn is_error(types: TypesRef<'_>, ty: ComponentValType) -> bool {
    let ComponentValType::Type(id) = ty else { return false };
    let ComponentDefinedType::Record(record) = &types[id] else { return false };
    let fields: Vec<_> = record.fields.iter().map(|(name, ty)| (name.as_str(), *ty)).collect();
    matches!(fields[..], [("code", code), ("message", message), ("details", details)]
        if is_text(types, code) && is_text(types, message) && is_optional_text(types, details))
}

fn is_optional_text(types: TypesRef<'_>, ty: ComponentValType) -> bool {
    let ComponentValType::Type(id) = ty else { return false };
    matches!(types[id], ComponentDefinedType::Option { ty, .. } if is_text(types, ty))
}

fn is_text(types: TypesRef<'_>, ty: ComponentValType) -> bool {
    match ty {
        ComponentValType::Primitive(primitive) => primitive == PrimitiveValType::String,
        ComponentValType::Type(id) => {
            matches!(types[id], ComponentDefinedType::Primitive(PrimitiveValType::String))
        }
    }
}

/// Imports and exports of the outermost component, in their order.
fn names(bytes: &[u8]) -> Result<Names<'_>, Failure> {
    let mut names = Names::default();
    let mut depth = 0usize;
    let damaged = |error: wasmparser::Error| {
        Failure::new(Code::InvalidModule, format!("the component is damaged: {error}"))
    };
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(damaged)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.imports.push(import.map_err(damaged)?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    names.exports.push(export.map_err(damaged)?.name.name);
                }
            }
            _ => {}
        }
    }
    Ok(names)
}
