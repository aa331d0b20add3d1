//! `bindery runbook new` and `bindery module new`: a project that builds, with the SDK of its language
//! in it.

use super::{build::Kind, wit};
use crate::{
    context::unwritable,
    failure::{CliFailure, Exit},
    output::Output,
};
use bindery_core::name::Name;
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A language whose SDK this program brings.
struct Language {
    name: &'static str,
    /// The files of a project.
    template: &'static [(&'static str, &'static str)],
    /// The files of the SDK, for the project's folder `sdk`.
    sdk: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What people call languages besides.
const ALIASES: [(&str, &str); 5] = [
    ("c++", "cpp"),
    ("go", "golang"),
    ("javascript", "js"),
    ("python", "py"),
    ("typescript", "ts"),
];

/// Words that mean something else in WIT or Rust, so that no package is called so.
const KEYWORDS: [&str; 88] = [
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "bool",
    "borrow",
    "box",
    "break",
    "char",
    "const",
    "constructor",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "export",
    "extern",
    "f32",
    "f64",
    "false",
    "final",
    "flags",
    "float32",
    "float64",
    "fn",
    "for",
    "from",
    "func",
    "future",
    "gen",
    "if",
    "impl",
    "import",
    "in",
    "include",
    "interface",
    "let",
    "list",
    "loop",
    "macro",
    "map",
    "match",
    "mod",
    "move",
    "mut",
    "option",
    "override",
    "own",
    "package",
    "priv",
    "pub",
    "record",
    "ref",
    "resource",
    "result",
    "return",
    "s16",
    "s32",
    "s64",
    "s8",
    "self",
    "static",
    "stream",
    "string",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "tuple",
    "type",
    "typeof",
    "u16",
    "u32",
    "u64",
    "u8",
    "unsafe",
    "unsized",
    "use",
    "variant",
    "virtual",
    "where",
    "while",
    "with",
    "yield",
];

/// The language whose SDK is made from the WIT while it is built.
const RUST: &str = "rust";

/// What is made.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Name of the runbook, such as Clean-Logs
    name: Name,
    /// The language that it is written in
    #[arg(long, value_parser = PossibleValuesParser::new(values()))]
    lang: String,
    /// The folder to make [default: the name]
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

fn names() -> Vec<&'static str> {
    LANGUAGES.iter().map(|language| language.name).collect()
}

fn by_name(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.name == name)
}

/// The names of the languages, each with its alias.
fn values() -> Vec<PossibleValue> {
    let aliases = |name| ALIASES.iter().filter(move |(of, _)| *of == name).map(|(_, alias)| *alias);
    names().into_iter().map(|name| PossibleValue::new(name).aliases(aliases(name))).collect()
}

pub(super) fn run(arguments: Arguments, out: &mut Output<'_>) -> Result<(), CliFailure> {
    let Arguments { name, lang, to } = arguments;
    let folder = to.unwrap_or_else(|| PathBuf::from(name.as_str()));
    let language = values().into_iter().find(|value| value.matches(&lang, false));
    let language = language.and_then(|value| by_name(value.get_name())).ok_or_else(|| {
        CliFailure::new(Exit::Usage, format!("there is no SDK for `{lang}`"))
            .hint(format!("There are: {}.", names().join(", ")))
    })?;
    let fact = json!({ "runbook": name, "language": language.name, "folder": folder });
    lay(language, &name, &folder)?;
    begun(Kind::Runbook, &name, &folder, &fact, out)
}

/// The module that is begun.
#[derive(Debug, clap::Args)]
pub struct ModuleArguments {
    /// Name of the module, such as Tickets
    name: Name,
    /// The folder to make [default: the name]
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

pub(crate) fn module(arguments: ModuleArguments, out: &mut Output<'_>) -> Result<(), CliFailure> {
    let ModuleArguments { name, to } = arguments;
    let folder = to.unwrap_or_else(|| PathBuf::from(name.as_str()));
    let fact = json!({ "module": name, "language": MODULE.name, "folder": folder });
    lay(&MODULE, &name, &folder)?;
    begun(Kind::Module, &name, &folder, &fact, out)
}

/// Writes the template and the SDK into a folder that is not there yet, or is empty.
fn lay(language: &Language, name: &Name, folder: &Path) -> Result<(), CliFailure> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let text = format!("`{}` is there already, and is not empty", folder.display());
        return Err(CliFailure::new(Exit::Usage, text).hint("Choose another folder with --to."));
    }
    for (path, text) in language.template {
        put(&folder.join(path), &filled(text, name))?;
    }
    for (path, text) in language.sdk {
        put(&folder.join("sdk").join(path), text)?;
    }
    if language.name == RUST {
        wit::write(&folder.join("wit"), None, &[])?;
    }
    Ok(())
}

/// Says what comes next.
fn begun(
    project: Kind,
    name: &Name,
    folder: &Path,
    fact: &Value,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let place = folder.display();
    let (what, next) = match project {
        Kind::Runbook => ("runbook", "test"),
        Kind::Module => ("module", "wit"),
    };
    out.done(
        fact,
        &format!(
            "{name} is in `{place}`; README.md there says more\nbindery {what} build {place}\n\
             bindery {what} {next} {place}/{name}.wasm"
        ),
    )
}

fn put(path: &Path, text: &str) -> Result<(), CliFailure> {
    let written = match path.parent() {
        Some(folder) => fs::create_dir_all(folder).and_then(|()| fs::write(path, text)),
        None => fs::write(path, text),
    };
    written.map_err(|error| unwritable(path, &error))
}

/// A file of a template for this runbook.
fn filled(text: &str, name: &Name) -> String {
    let interface = interface(name);
    text.replace("{{name}}", name.as_str())
        .replace("{{package}}", &package(name))
        .replace("{{interface_path}}", &interface.replace('-', "_"))
        .replace("{{interface}}", &interface)
}

/// The name as WIT calls a package: words that begin with a letter, with `-` between them.
fn interface(name: &Name) -> String {
    let mut words: Vec<String> = vec![];
    let lower = name.as_str().to_ascii_lowercase();
    for word in lower.split(['-', '_']).filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if word.starts_with(|c: char| c.is_ascii_digit()) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    let text = words.join("-");
    if KEYWORDS.contains(&text.as_str()) { text + "-module" } else { text }
}

/// The name as a package or module is called: `Clean-Logs` is `clean_logs`.
fn package(name: &Name) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.as_str().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, Terminals};

    fn made(lang: &str, folder: &Path) -> Result<(), CliFailure> {
        let (mut out, mut err) = (vec![], vec![]);
        let terminals = Terminals { stdout: false, stderr: false };
        let mut output = Output::new(&mut out, &mut err, terminals, Format::Table);
        let name = "Clean-Logs".parse().expect("a name");
        let arguments = Arguments { name, lang: lang.to_owned(), to: Some(folder.to_owned()) };
        run(arguments, &mut output)
    }

    #[test]
    fn a_project_of_each_language_has_a_manifest_of_its_name_a_build_and_the_sdk() {
        for language in LANGUAGES {
            let folder = tempfile::tempdir().expect("a folder");
            made(language.name, folder.path()).expect("made");
            let toml = fs::read_to_string(folder.path().join("runbook.toml")).expect("a manifest");
            let project = bindery_inspect::manifest::read_project_toml(&toml).expect("a manifest");
            assert_eq!(project.manifest.name.as_str(), "Clean-Logs", "{}", language.name);
            let build = project.build.expect("a table `build`");
            assert!(
                project.manifest.parameters.is_some() != build.contains_key("schema"),
                "{}: one schema",
                language.name
            );
            assert!(folder.path().join("README.md").is_file(), "{}", language.name);
            assert!(folder.path().join("sdk").is_dir(), "{}", language.name);
            for (path, _) in language.template {
                let text = fs::read_to_string(folder.path().join(path)).expect("text");
                assert!(!text.contains("{{"), "{}: {path} is not filled in", language.name);
            }
            let again = made(language.name, folder.path()).expect_err("it is there");
            assert!(again.message.contains("is there already"), "{again}");
        }
        assert!(LANGUAGES.iter().any(|language| language.name == RUST));
    }

    #[test]
    fn a_language_is_made_by_what_people_call_it_too() {
        for (name, alias) in ALIASES {
            assert!(by_name(name).is_some(), "{name}");
            let folder = tempfile::tempdir().expect("a folder");
            made(alias, folder.path()).expect("made");
            let toml = fs::read_to_string(folder.path().join("runbook.toml")).expect("a manifest");
            assert!(toml.contains(&format!("language = \"{name}\"")), "{alias}: {toml}");
        }
    }

    #[test]
    fn a_module_has_an_interface_of_its_name_and_the_sdk() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut out, mut err) = (vec![], vec![]);
        let terminals = Terminals { stdout: false, stderr: false };
        let mut output = Output::new(&mut out, &mut err, terminals, Format::Table);
        let name = "Team_Tickets-2".parse().expect("a name");
        let arguments = ModuleArguments { name, to: Some(folder.path().to_owned()) };
        module(arguments, &mut output).expect("made");
        let text = |path: &str| fs::read_to_string(folder.path().join(path)).expect("text");
        assert!(text("interface/module.wit").starts_with("package acme:team-tickets2@0.1.0;"));
        assert!(text("src/lib.rs").contains("exports::acme::team_tickets2::api"));
        assert!(text("module.toml").contains("release/team_tickets_2.wasm"));
        assert!(folder.path().join("sdk/src/lib.rs").is_file());
        assert!(!folder.path().join("sdk/module-template").exists());
        let named = |name: &str| interface(&name.parse().expect("a name"));
        assert_eq!((named("List"), named("Match")), ("list-module".into(), "match-module".into()));
        assert_eq!(named("Lists"), "lists");
        for (path, _) in MODULE.template {
            assert!(!text(path).contains("{{"), "{path} is not filled in");
        }
    }

    #[test]
    fn a_package_is_named_as_every_language_can() {
        assert_eq!(package(&"Clean-Logs".parse().expect("a name")), "clean_logs");
        let odd = "7-Zip".parse::<Name>();
        assert!(odd.is_err(), "a name begins with a letter, and so does a package");
    }
}
