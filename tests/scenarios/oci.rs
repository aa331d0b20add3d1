//! A registry server for a test: Debian's `docker-registry`, with a folder and a port of its own.

use bindery_testkit::wait::wait_for;
use serde_json::Value;
use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const SERVER: &str = "docker-registry";
/// The user `who` with the password `secret`, as `htpasswd -B` writes it.
const HTPASSWD: &str = "who:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

pub(crate) struct RegistryServer {
    folder: TempDir,
    address: String,
    child: Child,
}

/// Whether the server is here, else it is said that the tests are skipped.
pub(crate) fn has_server() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|folder| folder.join(SERVER).is_file()) {
        return true;
    }
    let text =
        format!("registries: skipped: no `{SERVER}`; the Debian package of that name has it");
    assert!(env::var_os("BINDERY_TEST_REGISTRY").is_none_or(|it| it != "required"), "{text}");
    // Past the capture of the test's output: whoever reads the run sees what did not run.
    writeln!(io::stderr(), "{text}").expect("stderr");
    false
}

impl RegistryServer {
    /// Starts one, open to everybody or to the user `who` alone.
    pub(crate) async fn start(closed: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("htpasswd"), HTPASSWD).expect("written");
        let auth = format!("auth: {{htpasswd: {{realm: r, path: {}}}}}", at("htpasswd").display());
        let config = format!(
            "version: 0.1\nlog: {{accesslog: {{disabled: true}}}}\nhttp: {{addr: '127.0.0.1:0'}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\n{}\n",
            at("data").display(),
            if closed { &auth } else { "" }
        );
        fs::write(at("config.yml"), config).expect("written");
        let log = fs::File::create(at("log")).expect("a log");
        let child = Command::new(SERVER)
            .arg("serve")
            .arg(at("config.yml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let log = at("log");
        let mut server = Self { folder, address: String::new(), child };
        server.address = wait_for("the registry to listen", Duration::from_secs(60), async || {
            let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            let (_, rest) = text.split_once("listening on ").ok_or_else(|| text.clone())?;
            rest.split_once('"').map(|(address, _)| address.to_owned()).ok_or(text)
        })
        .await;
        server
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The file with the bytes of this digest.
    pub(crate) fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").expect("a digest");
        let blobs = self.folder.path().join("data/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }

    /// The manifest of a tag.
    pub(crate) fn manifest(&self, repository: &str, tag: &str) -> Value {
        let accept = "Accept: application/vnd.oci.image.manifest.v1+json";
        let path = format!("/v2/{repository}/manifests/{tag}");
        let (status, body) = self.http("GET", &path, accept, "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Gives a tag to a manifest, whatever it says.
    pub(crate) fn put(&self, repository: &str, tag: &str, media_type: &str, manifest: &Value) {
        let path = format!("/v2/{repository}/manifests/{tag}");
        let kind = format!("Content-Type: {media_type}");
        let (status, body) = self.http("PUT", &path, &kind, &manifest.to_string());
        assert_eq!(status, 201, "{body}");
    }

    fn http(&self, method: &str, path: &str, header: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        let (host, length) = (&self.address, body.len());
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n{header}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), body.to_owned())
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Docker's `config.json` with this login for `address`.
pub(crate) fn docker_config(folder: &Path, address: &str, auth: &str) {
    let config = serde_json::json!({ "auths": { address: { "auth": auth } } });
    fs::write(folder.join("config.json"), config.to_string()).expect("written");
}
