//! Valid inputs: what the repository itself is made of.

use std::{fs, path::PathBuf};

/// Files of the repository below `folder` whose names end so, at most three folders deep.
pub(crate) fn files(folder: &str, end: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut folders, mut found) = (vec![root.join(folder)], vec![]);
    for _ in 0..3 {
        let entries = folders.iter().flat_map(|it| fs::read_dir(it).expect("a folder")).flatten();
        let (inner, files): (Vec<_>, Vec<_>) =
            entries.map(|entry| entry.path()).partition(|path| path.is_dir());
        let wanted = files.into_iter().filter(|it| it.to_string_lossy().ends_with(end));
        found.extend(wanted.map(|it| (it.clone(), fs::read(it).expect("a file"))));
        folders = inner;
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no {end}");
    found
}

/// The Wasm of the fixtures.
pub(crate) fn modules() -> Vec<Vec<u8>> {
    let is_template = |path: &PathBuf| path.ends_with("abi-guest.wat");
    let texts = files("tests/fixtures", ".wat").into_iter().filter(|(path, _)| !is_template(path));
    texts.map(|(_, text)| wat::parse_bytes(&text).expect("WAT").into_owned()).collect()
}
