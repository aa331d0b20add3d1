//! Which imports there are, and one refusal that lists all that there are not.

use bindery_core::{
    code::{Code, Failure},
    operation,
    text::shown,
};
use serde_json::json;
use std::collections::BTreeSet;

/// The most unknown imports that a message lists; the details have all.
const LISTED: usize = 20;

/// The instance of WASI 0.2 that is linked for components, by package.
const WASI: &[(&str, &[&str])] = &[
    ("io", &["error", "poll", "streams"]),
    ("clocks", &["monotonic-clock", "wall-clock"]),
    ("random", &["random", "insecure", "insecure-seed"]),
    (
        "cli",
        &[
            "environment",
            "exit",
            "stdin",
            "stdout",
            "stderr",
            "terminal-input",
            "terminal-output",
            "terminal-stdin",
            "terminal-stdout",
            "terminal-stderr",
        ],
    ),
    ("filesystem", &["types", "preopens"]),
    (
        "sockets",
        &[
            "network",
            "instance-network",
            "ip-name-lookup",
            "tcp",
            "tcp-create-socket",
            "udp",
            "udp-create-socket",
        ],
    ),
];

/// A name such as `wasi:cli/run@0.2.3`, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interface<'a> {
    /// `wasi:cli`.
    pub(crate) package: &'a str,
    /// `run`.
    pub(crate) name: &'a str,
    /// `0.2.3`.
    pub(crate) version: &'a str,
}

impl<'a> Interface<'a> {
    /// The parts of an interface's name with package and version.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (path, version) = text.split_once('@')?;
        let (package, name) = path.split_once('/')?;
        Some(Self { package, name, version })
    }

    /// Whether a module can have it: it is neither ours nor WASI's.
    pub(crate) fn is_of_a_module(&self) -> bool {
        self.package != operation::PACKAGE && !self.package.starts_with("wasi:")
    }

    /// Whether the version is `track` followed by a patch number, as in `0.2.` and `0.2.12`.
    pub(crate) fn is_of(&self, track: &str) -> bool {
        self.version.strip_prefix(track).is_some_and(|patch| {
            !patch.is_empty() && patch.bytes().all(|digit| digit.is_ascii_digit())
        })
    }

    /// Whether it is one of the WASI interfaces that are linked.
    pub(crate) fn is_wasi(&self) -> bool {
        let Some(package) = self.package.strip_prefix("wasi:") else { return false };
        self.is_of("0.2.")
            && WASI.iter().any(|(known, names)| *known == package && names.contains(&self.name))
    }
}

/// The imports that are not known, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    imports: BTreeSet<String>,
    hints: BTreeSet<&'static str>,
}

impl Unknown {
    /// Notes an import, and what to do about it where that is known.
    pub(crate) fn add(&mut self, import: String, hint: Option<&'static str>) {
        self.imports.insert(import);
        self.hints.extend(hint);
    }

    /// `UnknownImports` with every one of them, if there are any.
    pub(crate) fn refuse(self) -> Result<(), Failure> {
        let count = self.imports.len();
        if count == 0 {
            return Ok(());
        }
        let mut listed: Vec<_> =
            self.imports.iter().take(LISTED).map(|i| format!("`{}`", shown(i))).collect();
        if count > LISTED {
            listed.push(format!("and {} more", count - LISTED));
        }
        let mut message =
            format!("the module imports what the host does not provide: {}", listed.join(", "));
        for hint in &self.hints {
            message.push_str("; ");
            message.push_str(hint);
        }
        Err(Failure::new(Code::UnknownImports, message).with(json!({ "imports": self.imports })))
    }
}

/// `UnknownImports`, if there is anything that modules would have to give.
pub(crate) fn refuse_unlinked(from_modules: &[String]) -> Result<(), Failure> {
    let mut unknown = Unknown::default();
    for name in from_modules {
        unknown.add(name.clone(), Some(OF_A_MODULE));
    }
    unknown.refuse()
}

/// What to do about an interface that is neither the host's nor WASI's.
const OF_A_MODULE: &str = "a module that exports it gives it: `bindery module import` brings one to \
                           the account, and publishing links them";

/// What to do about an unknown import of a component.
pub(crate) fn component_hint(name: &str) -> Option<&'static str> {
    let package = name.split(['/', '@']).next().unwrap_or_default();
    let interface = Interface::parse(name);
    match (package, interface) {
        ("bindery:runbook", _) => {
            Some("build against sdk/wit of this release, which is bindery:runbook@0.1")
        }
        ("wasi:http", _) => Some(
            "wasi:http is not provided: a runbook has no network of its own; turn the HTTP support \
             of the language's library off (componentize-js: `--disable http`)",
        ),
        (_, Some(it)) if package.starts_with("wasi:") && it.version.starts_with("0.3") => {
            Some("WASI 0.3 is not provided: build for WASI 0.2, such as wasm32-wasip2")
        }
        (_, Some(it)) if package.starts_with("wasi:") && !it.is_of("0.2.") => Some(
            "of WASI, the released 0.2 is provided: use newer tools, or build for wasm32-wasip2",
        ),
        _ if package.starts_with("wasi:") => {
            Some("of WASI, only io, clocks, random, cli, filesystem and sockets are provided")
        }
        _ => None,
    }
}

/// What to do about an unknown import of a core module.
pub(crate) fn core_hint(module: &str) -> Option<&'static str> {
    match module {
        "env" => Some(
            "`env` holds what the linker did not find: link the library that has it, or build for \
             WASI (emscripten: `-sSTANDALONE_WASM`; AssemblyScript: `--use abort=`)",
        ),
        "wasi_unstable" => Some("that is an early WASI: use newer tools"),
        "go" | "gojs" => Some("that is Go for browsers: build with `GOOS=wasip1 GOARCH=wasm`"),
        "wbg" | "__wbindgen_placeholder__" | "__wbindgen_externref_xform__" => Some(
            "that is wasm-bindgen for browsers: build for wasm32-wasip1 or wasm32-wasip2 without it",
        ),
        "bindery_v1" => Some("`bindery_v1` has `call`, `read` and `abi_version`: see sdk/abi"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasi_is_known_by_interface_and_released_version() {
        let rows = [
            ("wasi:cli/stdout@0.2.0", true),
            ("wasi:cli/stdout@0.2.12", true),
            ("wasi:sockets/udp-create-socket@0.2.3", true),
            ("wasi:cli/stdout@0.3.0", false),
            ("wasi:cli/stdout@0.2.0-rc-2023-11-10", false),
            ("wasi:cli/stdout", false),
            ("wasi:clocks/timezone@0.2.3", false),
            ("wasi:http/types@0.2.3", false),
            ("acme:cli/stdout@0.2.0", false),
        ];
        for (name, known) in rows {
            assert_eq!(Interface::parse(name).is_some_and(|it| it.is_wasi()), known, "{name}");
        }
    }

    #[test]
    fn a_long_list_is_cut_in_the_message_and_whole_in_the_details() {
        let mut unknown = Unknown::default();
        for n in 0..LISTED + 5 {
            unknown.add(format!("env.f{n:02}\u{7}"), core_hint("env"));
        }
        let failure = unknown.refuse().expect_err("unknown");
        assert!(failure.message.contains("`env.f19\\u{7}`, and 5 more; `env` holds"), "{failure}");
        assert!(!failure.message.contains('\u{7}'));
        let details = failure.details.expect("details");
        assert_eq!(details["imports"].as_array().map(Vec::len), Some(LISTED + 5));
    }
}
