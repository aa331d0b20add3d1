//! Runbooks through a registry: pushed, pulled, imported, and what a registry may do wrong.

use crate::{
    oci::{RegistryServer, docker_config, has_server},
    support::{BINDERY, Outcome, Site},
};
use bindery_core::{digest::Digest, limit};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

/// A folder with an open and a sealed runbook.
struct Author {
    folder: TempDir,
}

impl Author {
    fn new() -> Self {
        let author = Self { folder: tempfile::tempdir().expect("a folder") };
        let wasm = wat::parse_str(include_str!("../fixtures/echo.wat")).expect("a module");
        fs::write(author.path("plain.wasm"), wasm).expect("written");
        let manifest = "name = 'Echo'\nversion = '1.2'\ndescription = 'Says it again'\n\
                        grants = []\n[build]\ncommand = ['cp', 'plain.wasm', 'out.wasm']\n\
                        output = 'out.wasm'\n";
        fs::write(author.path("runbook.toml"), manifest).expect("written");
        author.does("runbook build . --to echo.wasm");
        author.does("seal keygen key");
        author.does(
            "seal sign echo.wasm --key key --publisher Acme --not-before 2026-01-01T00:00:00Z",
        );
        author
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file")
    }

    fn run(&self, line: &str) -> Outcome {
        self.run_with(line, &[], "")
    }

    /// Runs a command in the folder, without any login but what `env` and `stdin` give.
    fn run_with(&self, line: &str, env: &[(&str, &str)], stdin: &str) -> Outcome {
        let mut child = Command::new(BINDERY)
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env("BINDERY_HOME", self.folder.path())
            .env("DOCKER_CONFIG", self.path("docker"))
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // Whoever needs no password reads nothing.
        let _ended = child.stdin.take().expect("stdin").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Outcome { code: output.status.code(), stdout, stderr }
    }

    fn does(&self, line: &str) -> Outcome {
        let outcome = self.run(line);
        assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
        outcome
    }

    fn json(&self, line: &str) -> Value {
        let outcome = self.does(&format!("{line} --output json"));
        serde_json::from_str(&outcome.stdout).expect("JSON")
    }

    /// It ends with this code and says this, and has written nothing.
    fn refuses(&self, line: &str, code: i32, words: &[&str]) {
        let before = self.files();
        refused(line, &self.run(line), code, words);
        assert_eq!(self.files(), before, "{line}");
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())
            .expect("files")
            .flatten()
            .map(|it| it.path())
            .collect();
        files.sort();
        files
    }
}

fn refused(line: &str, outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!((outcome.code, &*outcome.stdout), (Some(code), ""), "{line}: {outcome:?}");
    for words in words {
        assert!(outcome.stderr.contains(words), "{line}: {words}: {outcome:?}");
    }
    assert!(outcome.stderr.contains("hint: "), "{line}: {outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runbook_comes_back_from_a_registry_as_it_went_there() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(false).await, Author::new());
    let at = server.address();
    for (file, key) in [("echo.wasm", Value::Null), ("echo.bundle", json!("Acme"))] {
        let tag = format!("{at}/acme/{}:1.2", file.replace('.', "-"));
        let pushed = author.json(&format!("runbook push {file} {tag}"));
        let pinned = pushed["pinned"].as_str().expect("a digest reference");
        assert_eq!(pushed["sealedBy"]["name"], key, "{pushed}");
        // The same again, by another command and at another time, is the same artifact.
        let again = author.does(&format!("runbook push {file} {tag}"));
        assert_eq!(again.stdout, format!("{pinned}\n"));
        for (number, reference) in [(0, &*tag), (1, pinned)] {
            let to = format!("{number}-{file}");
            let pulled = author.json(&format!("runbook pull {reference} --to {to}"));
            assert_eq!(author.read(&to), author.read(file), "{reference}");
            assert_eq!(pulled["digest"], pushed["digest"]);
            assert_eq!(pulled["module"], Digest::of(&author.read("echo.wasm")).to_string());
        }
    }
    let sealed = author.does(&format!("runbook pull {at}/acme/echo-bundle:1.2"));
    assert!(sealed.stdout.contains("Sealed by:   Acme"), "{sealed:?}");
    assert!(sealed.stderr.contains("trusted is decided where it is imported"), "{sealed:?}");
    assert_eq!(author.read("Echo.bundle"), author.read("echo.bundle"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_artifact_is_the_one_that_other_tools_know() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(false).await, Author::new());
    author.does(&format!("runbook push echo.bundle {}/acme/echo:1.2", server.address()));
    let manifest = server.manifest("acme/echo", "1.2");
    let wasm = author.read("echo.wasm");
    assert_eq!(manifest["mediaType"], IMAGE);
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let layer = json!([{
        "mediaType": "application/wasm", "digest": Digest::of(&wasm).to_string(),
        "size": wasm.len(), "annotations": { "org.opencontainers.image.title": "Echo.wasm" },
    }]);
    assert_eq!(manifest["layers"], layer);
    let said = &manifest["annotations"];
    for (key, value) in [
        ("org.opencontainers.image.title", "Echo"),
        ("org.opencontainers.image.version", "1.2"),
        ("org.opencontainers.image.description", "Says it again"),
        ("org.opencontainers.image.vendor", "Acme"),
    ] {
        assert_eq!(said[key], value, "{key}");
    }
    let envelope: Value =
        serde_json::from_str(said["dev.bindery.seal"].as_str().expect("a statement"))
            .expect("JSON");
    assert_eq!(envelope["signatures"][0]["keyid"], said["dev.bindery.seal.key-id"]);
    let config = fs::read(server.blob(manifest["config"]["digest"].as_str().expect("a digest")));
    let config: Value = serde_json::from_slice(&config.expect("a blob")).expect("JSON");
    let expected = json!({
        "created": "2026-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip1",
        "layerDigests": [Digest::of(&wasm).to_string()],
    });
    assert_eq!(config, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_in_the_registry_is_not_taken() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(false).await, Author::new());
    let tag = format!("{}/acme/echo:1.2", server.address());
    let pinned = author.does(&format!("runbook push echo.bundle {tag}")).stdout;
    let manifest = server.manifest("acme/echo", "1.2");

    let mut other = manifest.clone();
    let seal = other["annotations"]["dev.bindery.seal"].as_str().expect("a statement");
    let (seal, spaced) = (seal.to_owned(), format!(" {seal}"));
    for (statement, words) in [
        (seal.replace("payload\":\"e", "payload\":\"f"), "does not have its form"),
        (spaced, "is not written as Bindery writes it"),
        ("{}".to_owned(), "cannot be read"),
    ] {
        other["annotations"]["dev.bindery.seal"] = statement.into();
        server.put("acme/echo", "odd", IMAGE, &other);
        let odd = format!("{}/acme/echo:odd", server.address());
        author.refuses(&format!("runbook pull {odd} --to got"), 3, &[words]);
    }
    // Another module below the same statement.
    author.does(&format!("runbook push plain.wasm {}/acme/echo:plain", server.address()));
    let mut other = manifest.clone();
    other["layers"] = server.manifest("acme/echo", "plain")["layers"].clone();
    server.put("acme/echo", "odd", IMAGE, &other);
    let odd = format!("{}/acme/echo:odd", server.address());
    author.refuses(&format!("runbook pull {odd} --to got"), 3, &["is about the bytes sha256:"]);

    let blob = server.blob(manifest["layers"][0]["digest"].as_str().expect("a digest"));
    let mut bytes = fs::read(&blob).expect("a blob");
    *bytes.last_mut().expect("bytes") ^= 1;
    fs::write(&blob, &bytes).expect("written");
    let damaged = ["is damaged", "Do not use it"];
    author.refuses(&format!("runbook pull {tag} --to got"), 3, &damaged);
    let blob = server.blob(pinned.trim().split_once('@').expect("a digest").1);
    let manifest = fs::read_to_string(&blob).expect("a blob").replace("Acme", "Akme");
    fs::write(&blob, manifest).expect("written");
    author.refuses(&format!("runbook pull {} --to got", pinned.trim()), 3, &damaged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_runbook_or_not_there_or_too_big_is_told() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(false).await, Author::new());
    let at = server.address();
    author.does(&format!("runbook push echo.wasm {at}/acme/echo:1.2"));
    let manifest = server.manifest("acme/echo", "1.2");
    let pull = |tag: &str| format!("runbook pull {at}/acme/echo:{tag} --to got");

    let mut image = manifest.clone();
    image["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json".into();
    server.put("acme/echo", "image", IMAGE, &image);
    author.refuses(&pull("image"), 2, &["not a Wasm artifact", "vnd.oci.image.config.v1+json"]);
    let mut tar = manifest.clone();
    tar["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar".into();
    server.put("acme/echo", "tar", IMAGE, &tar);
    author.refuses(&pull("tar"), 2, &["not a Wasm artifact", "vnd.oci.image.layer.v1.tar"]);
    let index = "application/vnd.oci.image.index.v1+json";
    let list = json!({ "schemaVersion": 2, "mediaType": index, "manifests": [] });
    server.put("acme/echo", "index", index, &list);
    author.refuses(&pull("index"), 2, &["not a Wasm artifact", index]);

    author.refuses(&pull("2"), 4, &["no such tag"]);
    author.refuses(&format!("runbook pull {at}/acme/none:1"), 4, &["there is no"]);
    let none = format!("sha256:{}", "0".repeat(64));
    author.refuses(&format!("runbook pull {at}/acme/echo@{none}"), 4, &["no such digest"]);

    let mut big = manifest.clone();
    big["layers"][0]["size"] = (limit::MODULE_BYTES + 1).into();
    server.put("acme/echo", "big", IMAGE, &big);
    author.refuses(&pull("big"), 2, &["33554433 bytes", "MODULE_BYTES"]);
    let mut longer = manifest.clone();
    longer["layers"][0]["size"] = 9.into();
    server.put("acme/echo", "longer", IMAGE, &longer);
    author.refuses(&pull("longer"), 3, &["has more than 9 bytes"]);
    fs::write(author.path("big.wasm"), vec![0; limit::MODULE_BYTES + 1]).expect("written");
    author.refuses(&format!("runbook push big.wasm {at}/acme/big:1"), 2, &["MODULE_BYTES"]);
    author.refuses(&format!("runbook push key {at}/acme/key:1"), 2, &["not a Wasm module"]);
    author.refuses("runbook push echo.wasm acme/echo:1", 2, &["names no registry"]);
    let digest = format!("{at}/acme/echo@{none}");
    author.refuses(&format!("runbook push echo.wasm {digest}"), 2, &["is a digest"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_a_login_is_asked_with_it() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(true).await, Author::new());
    let tag = format!("{}/acme/echo:1.2", server.address());
    let (push, pull) =
        (format!("runbook push echo.wasm {tag}"), format!("runbook pull {tag} --to got --force"));
    let docker = author.path("docker");
    fs::create_dir(&docker).expect("a folder");
    let looked = docker.join("config.json").display().to_string();
    let login = [("BINDERY_REGISTRY_PASSWORD", "secret")];

    author.refuses(&push, 3, &["does not let anybody without a login", &looked, "docker login"]);
    author.refuses(&pull, 3, &["without a login", "pull from `acme/echo`", &looked]);
    author.refuses(&format!("{push} --username who"), 2, &["has no password"]);
    let wrong = [("BINDERY_REGISTRY_PASSWORD", "guess")];
    let line = format!("{push} --username who");
    refused(&line, &author.run_with(&line, &wrong, ""), 3, &["the user `who`"]);
    let given = author.run_with(&line, &login, "");
    assert_eq!(given.code, Some(0), "{given:?}");
    let line = format!("{pull} --username who --password-stdin");
    let given = author.run_with(&line, &[], "secret\n");
    assert_eq!(given.code, Some(0), "{given:?}");
    assert!(!format!("{given:?}").contains("secret"), "{given:?}");

    docker_config(&docker, server.address(), "d2hvOmd1ZXNz");
    author.refuses(&pull, 3, &["the user `who`", &looked]);
    docker_config(&docker, server.address(), "d2hvOnNlY3JldA==");
    author.does(&push);
    author.does(&pull);
    assert_eq!(author.read("got"), author.read("echo.wasm"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_stays_and_nobody_at_home_is_told() {
    if !has_server() {
        return;
    }
    let (server, author) = (RegistryServer::start(false).await, Author::new());
    let tag = format!("{}/acme/echo:1.2", server.address());
    author.does(&format!("runbook push echo.wasm {tag}"));
    author.does(&format!("runbook pull {tag}"));
    assert_eq!(author.read("Echo.wasm"), author.read("echo.wasm"));
    fs::write(author.path("Echo.wasm"), "mine").expect("written");
    for line in [format!("runbook pull {tag}"), format!("runbook pull {tag} --to Echo.wasm")] {
        author.refuses(&line, 2, &["`Echo.wasm` is there", "--force"]);
        assert_eq!(author.read("Echo.wasm"), b"mine");
    }
    author.does(&format!("runbook pull {tag} --force"));
    assert_eq!(author.read("Echo.wasm"), author.read("echo.wasm"));
    drop(server);
    author.refuses(&format!("runbook pull {tag} --to got"), 5, &["cannot reach the registry"]);
    author.refuses(&format!("runbook push echo.wasm {tag}"), 5, &["cannot reach the registry"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_registry_has_is_imported_and_trust_is_decided_there() {
    if !has_server() {
        return;
    }
    let (server, author, mut site) =
        (RegistryServer::start(false).await, Author::new(), Site::new());
    site.start_control_plane().await;
    let (open, sealed) = (
        format!("oci://{}/acme/open:1", server.address()),
        format!("oci://{}/acme/sealed:1", server.address()),
    );
    author.does(&format!("runbook push echo.wasm {open}"));
    author.does(&format!("runbook push echo.bundle {sealed}"));
    let import = |line: &str| site.run(&format!("runbook import {line}"));
    let taken = import(&format!("{open} --name Open"));
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert!(taken.stderr.contains("it is not sealed"), "{taken:?}");
    let untrusted = import(&sealed);
    assert_eq!(untrusted.code, Some(3), "{untrusted:?}");
    assert!(untrusted.stderr.contains("is not on the trust list"), "{untrusted:?}");
    let key = public_key(&author.path("key"));
    assert_eq!(site.run(&format!("trust add Acme {key}")).code, Some(0));
    let trusted = import(&sealed);
    assert_eq!(trusted.code, Some(0), "{trusted:?}");
    assert!(trusted.stdout.contains("Sealed by:     Acme"), "{trusted:?}");
}

fn public_key(file: &Path) -> String {
    let key = bindery_seal::key_file::load(file).expect("a key");
    key.public_key().to_string()
}
