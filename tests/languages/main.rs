//! Every guest language with its real toolchain: a project as `bindery runbook new` makes it, the
//! SDK's conformance guest, and the examples with their scripts of faults.
//!
//! Rust is the language of the workspace, and always there. `cargo xtask toolchains` brings the other
//! compilers into the target folder. Where they are not there a test says so and is skipped; with
//! `BINDERY_TEST_LANGUAGES=required`, as in CI, it fails.

mod schemas;

use std::{
    collections::BTreeMap,
    env, fs, io,
    io::Write as _,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

const BINDERY: &str = env!("CARGO_BIN_EXE_bindery");

const RUST: &str = "rust";

/// The folders of the repository that a project of any language refers to.
const SOURCES: [&str; 2] = ["sdk", "guest-examples"];

#[test]
fn assemblyscript() {
    speaks("assemblyscript", &["asc"]);
}

#[test]
fn c() {
    speaks("c", &["zig"]);
}

#[test]
fn cpp() {
    speaks("c++", &["zig"]);
}

#[test]
fn go() {
    speaks("go", &["go"]);
}

#[test]
fn javascript() {
    speaks("javascript", &["rolldown"]);
}

#[test]
fn python() {
    speaks("python", &["componentize-py"]);
}

#[test]
fn rust() {
    speaks("rust", &[]);
}

#[test]
fn typescript() {
    speaks("typescript", &["rolldown"]);
}

#[test]
fn zig() {
    speaks("zig", &["zig"]);
}

/// A runbook in Python that imports the module of `bindery module new`.
const USES_A_MODULE: &str = r#"
from bindery import output


def main() -> None:
    from wit_world.imports import api

    output(api.greet("Ada"))
"#;

#[test]
fn a_module_is_begun_in_rust_and_used_in_python() {
    let Some(bin) = brought("modules", &["componentize-py"]) else { return };
    let bench = Bench::new(RUST, &bin);
    let at = |name: &str| bench.folder.path().join(name);
    let (module, runbook) = (at("Tickets"), at("Greets"));
    bench.does(&["module", "new", "Tickets", "--to", text(&module)]);
    bench.pins(&module);
    let wasm = at("Tickets.wasm");
    bench.does(&["module", "build", text(&module), "--to", text(&wasm)]);

    bench.does(&["runbook", "new", "--lang", "python", "Greets", "--to", text(&runbook)]);
    let wit = bench.does(&["module", "wit", text(&wasm)]).stdout;
    fs::create_dir_all(runbook.join("wit/deps")).expect("a folder");
    fs::write(runbook.join("wit/deps/tickets.wit"), wit).expect("written");
    fs::write(runbook.join("main.py"), USES_A_MODULE).expect("written");
    let toml = fs::read_to_string(runbook.join("runbook.toml")).expect("a manifest");
    let imports = "wit = \"wit\"\nimports = [\"acme:tickets/api@0.1.0\"]\n";
    let toml = toml.replacen("wit = \"wit\"\n", imports, 1);
    fs::write(runbook.join("runbook.toml"), toml).expect("written");
    let greets = bench.built(&runbook);
    let said = bench.does(&["runbook", "test", text(&greets), "--module", text(&wasm)]).stdout;
    let said = String::from_utf8(said).expect("text");
    assert!(
        said.contains("Output: Hello, Ada!") && said.contains("Verbose: Hello, Ada!"),
        "{said}"
    );
}

/// The hostile guests in C: the operations of each, how it ends, and what must be said.
const HOSTILE: [(&str, u64, &str); 3] = [
    ("bad-text", 99, "error = 'LimitExceeded'\nsaid = ['\u{fffd}\u{fffd}', '2J']"),
    ("lies", 10_000, "error = 'GuestFailed'"),
    ("slow-drip", 99, "error = 'LimitExceeded'"),
];

#[test]
fn hostile_guests_in_c_end_as_they_do_in_wat() {
    let Some(bin) = brought("hostile guests", &["zig"]) else { return };
    let bench = Bench::new("c", &bin);
    let at = |name: String| bench.folder.path().join(name);
    let manifest = at("runbook.toml".into());
    for (name, operations, expected) in HOSTILE {
        let limits = format!("[limits]\noperations = {operations}");
        let toml = format!("name = 'Hostile'\nversion = '1'\ngrants = []\n{limits}");
        fs::write(&manifest, toml).expect("written");
        let source = root().join(format!("tests/fixtures/hostile/{name}.c"));
        let (wasm, script) = (at(format!("{name}.wasm")), at(format!("{name}.toml")));
        bench.compiles_c(&source, &wasm);
        fs::write(&script, format!("[expect]\n{expected}")).expect("written");
        let ended = bench.does(
            &[
                &["runbook", "test", text(&wasm)][..],
                &["--manifest", text(&manifest), "--script", text(&script)],
            ]
            .concat(),
        );
        let told = String::from_utf8(ended.stdout).expect("text");
        assert!(!told.chars().any(|c| c != '\n' && c.is_control()), "{told:?}");
    }
}

#[test]
fn every_example_and_every_sdk_belongs_to_a_language_that_is_tested() {
    let root = root();
    let text = include_str!("main.rs");
    let sdks = folders(&root.join("sdk"));
    let templates = sdks.iter().filter(|it| it.join("template").is_dir()).flat_map(|sdk| {
        let of = |template: PathBuf| match name(&template).strip_prefix("template") {
            Some("") => Some(name(sdk)),
            more => more.map(|more| more.trim_start_matches('-').to_owned()),
        };
        folders(sdk).into_iter().filter_map(of).collect::<Vec<_>>()
    });
    let languages: Vec<_> = templates.collect();
    for language in &languages {
        assert!(text.contains(&format!("speaks({language:?}, ")), "nothing tests {language}");
        assert!(schemas::parameter(language).is_some(), "no template's schema of {language}");
    }
    for example in folders(&root.join("guest-examples")) {
        let language = language_of(&example);
        assert!(languages.contains(&language), "{}: no SDK for `{language}`", example.display());
        assert!(!scripts(&example).is_empty(), "{} has no scripts", example.display());
    }
}

/// A scratch copy of the SDKs and examples, in which things are built.
struct Bench {
    folder: TempDir,
    /// Where the SDKs and examples are: in the copy, but those of Rust in the workspace that they are of.
    sources: PathBuf,
    path: String,
}

/// All that an author of this language does.
fn speaks(language: &str, programs: &[&str]) {
    let Some(bin) = brought(language, programs) else { return };
    let bench = Bench::new(language, &bin);
    let project = bench.folder.path().join("Try-It");
    let new = ["runbook", "new", "--lang", language, "Try-It", "--to"];
    bench.does(&[&new[..], &[text(&project)]].concat());
    if language == RUST {
        bench.pins(&project);
    }
    let wasm = bench.built(&project);
    bench.does(&["runbook", "test", text(&wasm)]);
    bench.has_its_schema(language, &wasm);

    // A language with the SDK of another has its conformance guest, too.
    if sdk_of(language) == language {
        let guest = bench.sources.join("sdk").join(language).join("conformance");
        bench.does(&["runbook", "conform", text(&bench.built(&guest))]);
    }

    let examples = folders(&bench.sources.join("guest-examples"));
    let mut count = 0;
    for example in examples.into_iter().filter(|it| language_of(it) == language) {
        let wasm = bench.built(&example);
        for script in scripts(&example) {
            bench.does(&["runbook", "test", text(&wasm), "--script", text(&script)]);
        }
        count += 1;
    }
    assert!(count > 0, "there is no example in {language}");
}

/// The folder of the toolchains, if these are there; else it is said that `what` is skipped.
fn brought(what: &str, programs: &[&str]) -> Option<PathBuf> {
    let bin = toolchains();
    if programs.iter().all(|program| bin.join(program).is_file()) {
        return Some(bin);
    }
    let text = format!("{what}: skipped: no {programs:?}; `cargo xtask toolchains` brings them");
    assert!(env::var_os("BINDERY_TEST_LANGUAGES").is_none_or(|it| it != "required"), "{text}");
    // Past the capture of the test's output: whoever reads the run sees what did not run.
    writeln!(io::stderr(), "{text}").expect("stderr");
    None
}

impl Bench {
    fn new(language: &str, bin: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", bin.display());
        if language == RUST {
            return Self { folder, sources: root(), path };
        }
        let sdk = sdk_of(language);
        for source in SOURCES {
            let left_out = |path: &Path| {
                // Only this language's own, so that a build sees nothing of another's.
                let kept = ["sdk", "guest-examples", "abi", "wit", "toolchains", sdk];
                let top = path.parent().is_some_and(|it| it.ends_with("sdk"));
                top && !kept.contains(&name(path).as_str())
            };
            copy(&root().join(source), &folder.path().join(source), &left_out).expect("copied");
        }
        let sources = folder.path().to_owned();
        Self { folder, sources, path }
    }

    /// Gives a project in Rust the versions of the workspace, and what was compiled of them before.
    fn pins(&self, project: &Path) {
        fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("copied");
        let compiled = target().join("tmp/languages/rust");
        fs::create_dir_all(&compiled).expect("a folder");
        symlink(compiled, project.join("target")).expect("linked");
    }

    /// Runs a command that must end well.
    fn does(&self, arguments: &[&str]) -> Output {
        let output = self.tries(arguments);
        let (out, err) = (&output.stdout, &output.stderr);
        let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
        assert!(output.status.success(), "{arguments:?}:\n{out}\n{err}");
        output
    }

    fn tries(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(BINDERY);
        command.args(arguments).env("PATH", &self.path);
        command.env("BINDERY_HOME", target().join("tmp/languages"));
        // What cargo says to its tests is not for the builds of others.
        for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        command.output().expect("it runs")
    }

    /// Compiles a program in C that needs no SDK.
    fn compiles_c(&self, source: &Path, wasm: &Path) {
        let output = Command::new("zig")
            .args(["cc", "-target", "wasm32-wasi", "-Os", "-o", text(wasm), text(source)])
            .env("PATH", &self.path)
            .output()
            .expect("it runs");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}:\n{words}", source.display());
    }

    /// Builds a project; its Wasm file.
    fn built(&self, project: &Path) -> PathBuf {
        let wasm = self.folder.path().join(format!("{}.wasm", name(project)));
        self.does(&["runbook", "build", text(project), "--to", text(&wasm)]);
        wasm
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The target folder: the executable is in a folder of it.
fn target() -> PathBuf {
    Path::new(BINDERY).ancestors().nth(2).expect("a target folder").to_owned()
}

fn toolchains() -> PathBuf {
    target().join("toolchains/bin")
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).expect("a folder").flatten();
    let mut folders: Vec<_> = entries.map(|it| it.path()).filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

/// The folder of the SDK of a language.
fn sdk_of(language: &str) -> &str {
    match language {
        "c++" => "c",
        "typescript" => "javascript",
        _ => language,
    }
}

fn scripts(example: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(example.join("tests")).into_iter().flatten().flatten();
    let toml = |path: &PathBuf| path.extension().is_some_and(|end| end == "toml");
    let mut scripts: Vec<_> = entries.map(|it| it.path()).filter(toml).collect();
    scripts.sort();
    scripts
}

/// The language of a project, by its `runbook.toml`.
fn language_of(project: &Path) -> String {
    let text = fs::read_to_string(project.join("runbook.toml")).expect("a manifest");
    let table: BTreeMap<String, toml::Value> = toml::from_str(&text).expect("TOML");
    table["build"]["language"].as_str().expect("a language").to_owned()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

fn copy(from: &Path, to: &Path, left_out: &impl Fn(&Path) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, to) = (entry?.path(), to);
        match path.is_dir() {
            _ if left_out(&path) => {}
            true => copy(&path, &to.join(name(&path)), left_out)?,
            false => fs::copy(&path, to.join(name(&path))).map(drop)?,
        }
    }
    Ok(())
}
