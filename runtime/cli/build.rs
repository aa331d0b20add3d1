//! Packs the SDKs and project templates of `sdk/` for `bindery runbook new`: a language is every folder
//! there that has a `template`, and every `template-LANGUAGE` beside one, which has the same SDK. Modules
//! are begun in Rust, by `bindery module new`.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// What an author does not need, and what builds leave behind.
const LEFT_OUT: [&str; 10] = [
    MODULE,
    "conformance",
    "tests",
    "target",
    "node_modules",
    "__pycache__",
    ".zig-cache",
    "zig-out",
    "build",
    "wit",
];
/// What the templates' folders begin with.
const TEMPLATE: &str = "template";
/// The folder of the template of a module, in the SDK of its language.
const MODULE: &str = "module-template";
const MADE: [&str; 3] = [".wasm", ".pyc", ".o"];

fn main() -> io::Result<()> {
    let sdk = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../sdk").canonicalize()?;
    println!("cargo::rerun-if-changed={}", sdk.display());
    let mut text = String::from("static LANGUAGES: &[Language] = &[\n");
    for folder in entries(&sdk)?.into_iter().filter(|it| it.join(TEMPLATE).is_dir()) {
        let sdk = packed(&folder, true)?;
        for template in entries(&folder)? {
            let Some(more) = file_name(&template).strip_prefix(TEMPLATE).map(str::to_owned) else {
                continue;
            };
            let name = more.strip_prefix('-').map_or_else(|| file_name(&folder), str::to_owned);
            let template = packed(&template, false)?;
            writeln!(
                text,
                "Language {{ name: {name:?}, template: &[\n{template}], sdk: &[\n{sdk}] }},"
            )
            .map_err(io::Error::other)?;
        }
    }
    text += "];\n";
    let rust = sdk.join("rust");
    let (template, sdk) = (packed(&rust.join(MODULE), false)?, packed(&rust, true)?);
    write!(
        text,
        "static MODULE: Language = Language {{ name: RUST, template: &[\n{template}], sdk: &[\n{sdk}] }};\n"
    )
    .map_err(io::Error::other)?;
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("languages.rs"), text)
}

/// The files below `root` as pairs of their path and an `include_str!`.
fn packed(root: &Path, is_sdk: bool) -> io::Result<String> {
    let (mut text, mut folders) = (String::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            let name = file_name(&path);
            let not_wanted = LEFT_OUT.contains(&name.as_str()) || name.starts_with(TEMPLATE);
            if (is_sdk && not_wanted) || MADE.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).map_err(io::Error::other)?;
            writeln!(text, "({relative:?}, include_str!({path:?})),").map_err(io::Error::other)?;
        }
    }
    Ok(text)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
