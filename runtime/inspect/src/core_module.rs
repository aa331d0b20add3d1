//! Core modules: programs for WASI preview 1 (L0), and guests of `bindery_v1` (L1).

use crate::{
    Entry, Findings,
    imports::{Unknown, core_hint},
};
use bindery_core::{
    code::{Code, Failure},
    runbook::Level,
    text::shown,
};
use std::collections::BTreeSet;
use wasmparser::{
    FuncType,
    ValType::{self, I32, I64},
    types::{EntityType, TypesRef},
};

const WASI: &str = "wasi_snapshot_preview1";
const BINDERY: &str = "bindery_v1";

/// The functions of `bindery_v1`: name, parameters, results.
const BINDERY_FUNCTIONS: &[(&str, &[ValType], &[ValType])] = &[
    ("call", &[I32, I32, I32, I32], &[I64]),
    ("read", &[I32, I32, I32], &[I32]),
    ("abi_version", &[], &[I32]),
];

/// The functions of WASI preview 1.
const WASI_FUNCTIONS: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// What a validated core module is. `UnknownImports`, `NoEntryPoint`, or `InvalidModule` without a
/// memory.
pub(crate) fn examine(types: TypesRef<'_>) -> Result<Findings, Failure> {
    let imports = imports(types)?;
    let level = if imports.contains(BINDERY) { Level::L1 } else { Level::L0 };
    let entry = entry(types, level)?;
    check_memory(types)?;
    let imports = imports.into_iter().collect();
    let (exports, powers, from_modules) = (Vec::new(), Vec::new(), Vec::new());
    Ok(Findings { level, entry, imports, exports, powers, from_modules })
}

fn imports(types: TypesRef<'_>) -> Result<BTreeSet<String>, Failure> {
    let mut modules = BTreeSet::new();
    let mut unknown = Unknown::default();
    for (module, name, entity) in types.core_imports().into_iter().flatten() {
        let known = match (module, function(types, entity)) {
            (WASI, Some(_)) => WASI_FUNCTIONS.contains(&name),
            (BINDERY, Some(ty)) => BINDERY_FUNCTIONS.iter().any(|(known, params, results)| {
                *known == name && ty.params() == *params && ty.results() == *results
            }),
            _ => false,
        };
        if !known {
            unknown.add(format!("{module}.{name}"), core_hint(module));
        }
        modules.insert(module.to_owned());
    }
    unknown.refuse()?;
    Ok(modules)
}

fn entry(types: TypesRef<'_>, level: Level) -> Result<Entry, Failure> {
    let is = |name: &str, results: &[ValType]| {
        let exported = exports(types).find(|(export, _)| *export == name);
        let ty = exported.and_then(|(_, entity)| function(types, entity));
        ty.is_some_and(|ty| ty.params().is_empty() && ty.results() == results)
    };
    match level {
        Level::L1 if is("run", &[I32]) => Ok(Entry::RunI32),
        Level::L0 | Level::L1 if is("_start", &[]) => Ok(Entry::Start),
        _ => Err(no_entry(types, level)),
    }
}

fn no_entry(types: TypesRef<'_>, level: Level) -> Failure {
    let names: Vec<_> =
        exports(types).take(20).map(|(name, _)| format!("`{}`", shown(name))).collect();
    let has = |wanted: &str| exports(types).any(|(name, _)| name == wanted);
    let exported = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let wanted = match level {
        Level::L1 => "`run: () -> i32` or `_start: () -> ()`",
        _ => "`_start: () -> ()`",
    };
    let hint = if level == Level::L0 && has("run") {
        "`run` is called only in a module that imports `bindery_v1`"
    } else if has("run") || has("_start") {
        "its entry has other parameters or results"
    } else if has("_initialize") {
        "it was built as a library (cdylib, reactor): build a program with a main function"
    } else {
        "build a program with a main function for wasm32-wasip1"
    };
    Failure::new(
        Code::NoEntryPoint,
        format!("the module exports no {wanted}, but {exported}; {hint}"),
    )
}

/// The host reads and writes the memory that is exported as `memory`, whoever imports the functions
/// that need it.
fn check_memory(types: TypesRef<'_>) -> Result<(), Failure> {
    let exported = exports(types)
        .any(|(name, entity)| name == "memory" && matches!(entity, EntityType::Memory(_)));
    let calls = types.core_imports().into_iter().flatten();
    let needs =
        calls.into_iter().any(|(module, name, _)| module == BINDERY && name != "abi_version");
    if exported || !needs {
        return Ok(());
    }
    Err(Failure::new(
        Code::InvalidModule,
        "the module imports `bindery_v1` but does not export its memory: export it as `memory`",
    ))
}

fn exports<'a>(types: TypesRef<'a>) -> impl Iterator<Item = (&'a str, EntityType)> {
    let exports: Vec<(&'a str, EntityType)> = types.core_exports().into_iter().flatten().collect();
    exports.into_iter()
}

/// The type of a function, if that is what `entity` is.
fn function(types: TypesRef<'_>, entity: EntityType) -> Option<&FuncType> {
    match entity {
        EntityType::Func(id) => match &types.get(id)?.composite_type.inner {
            wasmparser::CompositeInnerType::Func(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}
