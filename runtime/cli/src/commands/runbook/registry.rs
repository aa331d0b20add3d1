//! `bindery runbook push` and `pull`: runbooks in OCI registries. Neither needs a control plane.

use crate::{
    commands::wasm_file,
    context::{unreadable, unwritable},
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_core::{digest::Digest, limit, name::Name, seal::Publisher};
use bindery_registry::{
    artifact::Artifact,
    credentials::{self, Login, Password},
    reference::Reference,
    registry::Registry,
};
use serde::Serialize;
use std::{
    env,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// Where the password is, if it is not read from stdin.
const PASSWORD: &str = "BINDERY_REGISTRY_PASSWORD";

/// Who asks the registry, and how.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Registry options")]
pub(super) struct Access {
    /// User of the registry, with the password of BINDERY_REGISTRY_PASSWORD [default: the login that
    /// `docker login` or `oras login` left]
    #[arg(long, value_name = "NAME", env = "BINDERY_REGISTRY_USERNAME")]
    username: Option<String>,
    /// Read the password from stdin
    #[arg(long, requires = "username")]
    password_stdin: bool,
    /// Speak without TLS to a registry that is not on this computer
    #[arg(long)]
    plain_http: bool,
}

/// What goes where.
#[derive(Debug, clap::Args)]
pub struct Push {
    /// A Wasm file or a sealed bundle
    file: PathBuf,
    /// Where to, such as `ghcr.io/acme/report:1.0`
    reference: String,
    /// Its `runbook.toml`, if the Wasm file does not hold a manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    access: Access,
}

/// What comes from where.
#[derive(Debug, clap::Args)]
pub struct Pull {
    /// From where, such as `ghcr.io/acme/report:1.0` or `ghcr.io/acme/report@sha256:…`
    reference: String,
    /// Where to write it [default: `<name>.wasm`, or `<name>.bundle` if it is sealed]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    access: Access,
}

/// An artifact in a registry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    /// As it was named.
    reference: String,
    /// By its digest: the same for ever.
    pinned: String,
    digest: Digest,
    module: Digest,
    name: Option<Name>,
    version: Option<String>,
    sealed_by: Option<Publisher>,
}

impl Facts {
    fn new(artifact: &Artifact, reference: &Reference, digest: Digest) -> Self {
        Self {
            file: None,
            reference: reference.to_string(),
            pinned: reference.at(digest).to_string(),
            digest,
            module: artifact.module().digest,
            name: artifact.name().cloned(),
            version: artifact.version().map(str::to_owned),
            sealed_by: artifact.seal().map(|seal| seal.publisher.clone()),
        }
    }

    /// What is known of who made it, and who decides about that.
    pub(super) fn trust(&self) -> String {
        match &self.sealed_by {
            Some(Publisher { name, key_id }) => format!(
                "its seal names the key {key_id} of `{name}`; whether that key signed it and is \
                 trusted is decided where it is imported, or by `bindery seal verify`"
            ),
            None => {
                "it is not sealed: whoever may push to the repository can replace what its tag \
                     names, never what its digest names"
                    .to_owned()
            }
        }
    }
}

impl Push {
    pub(super) async fn run(self, out: &mut Output<'_>) -> Result<(), CliFailure> {
        let reference = Reference::parse(&self.reference)?;
        let artifact = Artifact::of_file(wasm_file::read(&self.file, self.manifest.as_deref())?)?;
        let registry = Registry::open(reference.clone(), self.access.resolve()?)?;
        let digest = registry.push(&artifact).await?;
        let facts = Facts::new(&artifact, &reference, digest);
        out.note(&format!("`{}` is pushed to {reference}", self.file.display()))?;
        out.show(&facts, |facts| facts.pinned.clone() + "\n")
    }
}

impl Pull {
    pub(super) async fn run(self, out: &mut Output<'_>) -> Result<(), CliFailure> {
        if let Some(path) = self.to.as_deref().filter(|_| !self.force) {
            refuse_existing(path)?;
        }
        let reference = Reference::parse(&self.reference)?;
        let (artifact, mut facts) = pull(reference.clone(), self.access).await?;
        let path = self.to.unwrap_or_else(|| default_file(&artifact, &reference));
        save(&path, &artifact.to_file()?, self.force)?;
        facts.file = Some(path);
        out.show(&facts, show)?;
        out.note(&facts.trust())
    }
}

/// Gets an artifact, and what is to be told of it.
pub(super) async fn pull(
    reference: Reference,
    access: Access,
) -> Result<(Artifact, Facts), CliFailure> {
    let registry = Registry::open(reference.clone(), access.resolve()?)?;
    let (artifact, digest) = registry.pull().await?;
    let facts = Facts::new(&artifact, &reference, digest);
    Ok((artifact, facts))
}

fn show(facts: &Facts) -> String {
    let file = facts.file.as_ref().map(|file| file.display().to_string());
    let by = facts.sealed_by.as_ref();
    table::fields([
        ("File", file.unwrap_or_default()),
        ("Name", facts.name.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("Version", facts.version.clone().unwrap_or_default()),
        ("Module", facts.module.to_string()),
        ("Artifact", facts.pinned.clone()),
        ("Sealed by", by.map(|publisher| publisher.name.clone()).unwrap_or_default()),
        ("Key id", by.map(|publisher| publisher.key_id.to_string()).unwrap_or_default()),
    ])
}

fn default_file(artifact: &Artifact, reference: &Reference) -> PathBuf {
    let repository = reference.repository();
    let last = repository.rsplit('/').next().unwrap_or(repository);
    let name = artifact.name().map_or(last, Name::as_str);
    let end = if artifact.seal().is_some() { "bundle" } else { "wasm" };
    PathBuf::from(format!("{name}.{end}"))
}

impl Access {
    fn resolve(self) -> Result<credentials::Access, CliFailure> {
        let login = match self.username {
            None => None,
            Some(username) => {
                let password = match self.password_stdin {
                    true => read_password(io::stdin().lock())?,
                    false => env::var(PASSWORD).map(Password::new).map_err(|_| {
                        CliFailure::new(Exit::Usage, format!("`{username}` has no password"))
                            .hint(format!("Set {PASSWORD}, or give --password-stdin."))
                    })?,
                };
                Some(Login { username, password })
            }
        };
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("DOCKER_CONFIG").or_else(|| set("HOME").map(|home| home.join(".docker")));
        let docker_config = folder.map(|folder| folder.join("config.json"));
        Ok(credentials::Access { login, docker_config, plain_http: self.plain_http })
    }
}

/// The first line of stdin.
fn read_password(stdin: impl io::Read) -> Result<Password, CliFailure> {
    let most = limit::REGISTRY_PASSWORD_BYTES;
    let mut text = String::new();
    let read = stdin.take(most as u64 + 1).read_to_string(&mut text);
    read.map_err(|error| unreadable(Path::new("stdin"), &error))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() || text.len() > most {
        let text = format!("stdin holds no password of 1 to {most} bytes");
        return Err(CliFailure::new(Exit::Usage, text));
    }
    Ok(Password::new(line.to_owned()))
}

fn refuse_existing(path: &Path) -> Result<(), CliFailure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(CliFailure::new(Exit::Usage, format!("`{}` is there", path.display()))
        .hint("Name another file with --to, or write over it with --force."))
}

/// Writes a file as a whole, or not at all.
fn save(path: &Path, bytes: &[u8], force: bool) -> Result<(), CliFailure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let fail = |error: &io::Error| unwritable(path, error);
    let mut file = builder
        .prefix(".bindery-pull-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| fail(&error))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|error| fail(&error))?;
    if force {
        return file.persist(path).map(drop).map_err(|error| fail(&error.error));
    }
    file.persist_noclobber(path).map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => {
            refuse_existing(path).err().unwrap_or_else(|| fail(&error.error))
        }
        _ => fail(&error.error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_written_as_a_whole_and_never_over_another_unless_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Report.wasm");
        save(&path, b"one", false).expect("written");
        let failure = save(&path, b"two", false).expect_err("it is there");
        assert_eq!(failure.exit, Exit::Usage);
        assert_eq!(fs::read(&path).expect("read"), b"one");
        save(&path, b"two", true).expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("files").count(), 1);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).expect("it is there").permissions(),
            );
            assert_eq!(mode & 0o600, 0o600);
        }
    }

    #[test]
    fn a_password_is_one_line_and_has_a_limit() {
        let most = limit::REGISTRY_PASSWORD_BYTES;
        assert!(read_password(&b"secret\n"[..]).is_ok());
        assert!(read_password("x".repeat(most).as_bytes()).is_ok());
        for text in [String::new(), "\n".to_owned(), "x".repeat(most + 1)] {
            assert!(read_password(text.as_bytes()).is_err());
        }
    }
}
