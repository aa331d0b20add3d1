//! Manifests in both spellings, and whole modules: what is accepted is the same when it is embedded and
//! read again.

use crate::{
    corpus::{files, modules},
    drive::{Verdict, check_refusal, fuzz},
};
use bindery_core::{code::Code, runbook::Manifest};
use bindery_inspect::{
    inspect,
    manifest::{SECTION, embed_manifest, read_manifest, read_project_toml},
};

const WASM: &[u8] = b"\0asm\x01\0\0\0";

fn texts() -> Vec<Vec<u8>> {
    let examples = files("guest-examples", "runbook.toml").into_iter();
    examples.chain(files("builtin-runbooks", "runbook.toml")).map(|(_, text)| text).collect()
}

fn check(manifest: &Manifest) -> Verdict {
    let wasm = embed_manifest(WASM, manifest).expect("it has a JSON");
    let read = read_manifest(&wasm).expect("what was accepted is accepted again");
    assert_eq!(read.as_ref(), Some(manifest));
    assert_eq!(embed_manifest(&wasm, manifest), Ok(wasm), "one manifest, in one spelling");
    Verdict::Accepted
}

#[test]
fn manifests_in_toml() {
    fuzz("manifests in TOML", 1_000, texts(), |input| {
        let Ok(text) = std::str::from_utf8(input) else { return Verdict::Refused };
        match read_project_toml(text) {
            Ok(project) => check(&project.manifest),
            Err(failure) => {
                let known = [Code::InvalidManifest, Code::UnknownGrant].contains(&failure.code);
                assert!(known, "{failure:?}");
                check_refusal(&failure)
            }
        }
    });
}

#[test]
fn manifests_in_modules() {
    let json = |text: &Vec<u8>| {
        let text = std::str::from_utf8(text).expect("text");
        serde_json::to_vec(&read_project_toml(text).expect("a manifest").manifest).expect("JSON")
    };
    let corpus = texts().iter().map(json).collect();
    fuzz("manifests in modules", 1_500, corpus, |input| {
        let mut wasm = WASM.to_vec();
        wasm.push(0);
        leb(&mut wasm, 1 + SECTION.len() + input.len());
        leb(&mut wasm, SECTION.len());
        wasm.extend(SECTION.bytes().chain(input.iter().copied()));
        match read_manifest(&wasm) {
            Ok(manifest) => check(&manifest.expect("the section is there")),
            Err(failure) => check_refusal(&failure),
        }
    });
}

#[test]
fn whole_modules() {
    fuzz("modules", 2_000, modules(), |input| match inspect(input) {
        Ok(module) => {
            assert_eq!(module.bytes, input.len() as u64);
            if let Some(manifest) = &module.manifest {
                check(manifest);
            }
            Verdict::Accepted
        }
        Err(failure) => check_refusal(&failure),
    });
}

fn leb(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).expect("seven bits"));
}
