//! Which control plane a command speaks to: flags, environment, and the file that `bindery up`
//! writes.

use crate::{
    failure::{CliFailure, Exit},
    output::Format,
    tester::Tester,
};
use bindery_api::secret::Secret;
use bindery_client::{Client, Config};
use bindery_core::{account, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The flags that every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Address of the control plane
    #[arg(long, global = true, env = "BINDERY_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Token of the kind `api`
    #[arg(
        long,
        global = true,
        env = "BINDERY_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub token: Option<String>,
    /// PEM file with the control plane's CA certificate
    #[arg(long, global = true, env = "BINDERY_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Automation account
    #[arg(long, global = true, env = "BINDERY_ACCOUNT", value_name = "NAME", default_value = account::DEFAULT)]
    pub account: Name,
    /// Form of the output
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// File with address, token and CA, as `bindery up` writes it
    #[arg(long, global = true, value_name = "FILE")]
    pub context: Option<PathBuf>,
}

/// What a command needs besides its own arguments.
#[derive(Debug)]
pub struct Context {
    /// The flags that every command takes.
    pub global: Global,
    /// The whole program, for shell completions.
    pub program: clap::Command,
    /// The time now.
    pub now: fn() -> Timestamp,
    /// Random bytes fit for a key.
    pub seed: fn() -> io::Result<[u8; 32]>,
    /// Runs the tests of runbooks.
    pub tester: Tester,
}

impl Context {
    /// The account that the command is about.
    pub fn account(&self) -> &str {
        self.global.account.as_str()
    }

    /// A client by the flags, and where they are silent by the context file.
    pub fn client(&self) -> Result<Client, CliFailure> {
        let path = self.global.context.clone().map_or_else(default_path, Ok)?;
        let file = read(&path)?;
        if file.is_none() && self.global.context.is_some() {
            return Err(CliFailure::new(Exit::Usage, format!("there is no `{}`", path.display())));
        }
        let file = file.unwrap_or_default();
        // A token is for the control plane that gave it: with another address it is not sent.
        let same = self.global.url.as_ref().is_none_or(|url| *url == file.url);
        let url = self.global.url.clone().unwrap_or_else(|| file.url.clone());
        if url.is_empty() {
            return Err(CliFailure::new(Exit::Usage, "no control plane is known")
                .hint("Start one with `bindery up`, or name one with --url."));
        }
        let token = self.global.token.clone().map(Secret::new);
        let token = token.or(if same { file.token } else { None });
        let ca = self.global.ca.clone().or(if same { file.ca } else { None });
        let ca_pem = ca.map(|path| fs::read_to_string(&path).map_err(|e| unreadable(&path, &e)));
        Ok(Client::new(Config { url, token, ca_pem: ca_pem.transpose()? })?)
    }
}

/// The file that `bindery up` writes and every command reads.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextFile {
    /// The address of the control plane.
    pub url: String,
    /// A token of the kind `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The PEM file with its CA certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// Where Bindery keeps its files: `$BINDERY_HOME`, else `~/.local/share/bindery`.
pub fn home() -> Result<PathBuf, CliFailure> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("BINDERY_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share/bindery")))
        .ok_or_else(|| {
            CliFailure::new(Exit::Usage, "there is no home folder")
                .hint("Set BINDERY_HOME to the folder for Bindery's files.")
        })
}

/// The context file where none is named.
pub fn default_path() -> Result<PathBuf, CliFailure> {
    Ok(home()?.join("context.toml"))
}

/// Reads a context file; none if there is no such file.
pub fn read(path: &Path) -> Result<Option<ContextFile>, CliFailure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    // The error of the parser would quote the line, and so perhaps the token.
    toml::from_str(&text).map(Some).map_err(|_| {
        CliFailure::new(Exit::Usage, format!("`{}` is not a context file", path.display()))
            .hint("Remove it; `bindery up` writes it again.")
    })
}

/// Writes a context file that only its owner can read. A file that was there is replaced as a
/// whole.
pub fn write(path: &Path, file: &ContextFile) -> Result<(), CliFailure> {
    Draft::begin(path)?.finish(file)
}

/// A context file that is about to be written: that it can be is proved when this is made.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    fresh: PathBuf,
}

/// More than a context file has, in bytes.
const ROOM: usize = 16 << 10;

impl Draft {
    /// Takes the room for a context file at `path`, in a file beside it. What is at `path` stays.
    pub fn begin(path: &Path) -> Result<Self, CliFailure> {
        if path.is_dir() {
            let text = format!("cannot write `{}`: it is a folder", path.display());
            return Err(CliFailure::new(Exit::Usage, text));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let fresh = path.with_extension(format!("toml.new-{}", std::process::id()));
        let draft = Self { path: path.to_owned(), fresh };
        draft.put(&"#".repeat(ROOM)).map_err(|error| unwritable(path, &error))?;
        Ok(draft)
    }

    /// Keeps the file that is at the path beside it, under a number; where it is then.
    pub fn set_aside(&self) -> Result<PathBuf, CliFailure> {
        let numbered = (1..=u32::MAX).map(|n| self.path.with_extension(format!("{n}.toml")));
        let kept = numbered.into_iter().find(|path| path.symlink_metadata().is_err());
        let kept = kept.unwrap_or_else(|| self.path.with_extension("old.toml"));
        fs::rename(&self.path, &kept).map_err(|error| unwritable(&kept, &error))?;
        Ok(kept)
    }

    /// Puts `file` at the path.
    pub fn finish(self, file: &ContextFile) -> Result<(), CliFailure> {
        let text = toml::to_string(file).map_err(|error| {
            let text = format!("cannot write `{}`", self.path.display());
            CliFailure::new(Exit::Internal, text).because(&error)
        })?;
        let written = self.put(&text).and_then(|()| fs::rename(&self.fresh, &self.path));
        written.map_err(|error| unwritable(&self.path, &error))
    }

    fn put(&self, text: &str) -> io::Result<()> {
        use io::Write;
        // A process that had this number before may have left one.
        match fs::remove_file(&self.fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It is gone where all went well; else it may hold a token, and nothing more can be done.
        let _ = fs::remove_file(&self.fresh);
    }
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> CliFailure {
    CliFailure::new(Exit::Usage, format!("cannot read `{}`", path.display())).because(error)
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> CliFailure {
    CliFailure::new(Exit::Failed, format!("cannot write `{}`", path.display())).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_file_is_read_as_it_was_written_and_by_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/context.toml");
        assert_eq!(read(&path).expect("no error"), None);
        for url in ["https://a", "https://b"] {
            let token = Some(Secret::new("bt_1"));
            let file = ContextFile { url: url.into(), token, ca: Some("ca.pem".into()) };
            write(&path, &file).expect("written");
            assert_eq!(read(&path).expect("read"), Some(file));
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).expect("it is there").permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("files").count(), 1);
    }

    #[test]
    fn a_draft_that_comes_to_nothing_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("context.toml");
        fs::write(&path, "url = 'https://a'").expect("written");
        drop(Draft::begin(&path).expect("there is room"));
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "url = 'https://a'");
        assert_eq!(fs::read_dir(folder.path()).expect("files").count(), 1);
        assert_eq!(Draft::begin(folder.path()).expect_err("a folder").exit, Exit::Usage);
        assert!(Draft::begin(&path.join("below/a/file")).is_err());
    }

    #[test]
    fn what_is_set_aside_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("context.toml");
        for (url, kept) in [("https://a", "context.1.toml"), ("https://b", "context.2.toml")] {
            fs::write(&path, url).expect("written");
            let draft = Draft::begin(&path).expect("there is room");
            assert_eq!(draft.set_aside().expect("kept"), folder.path().join(kept));
            assert_eq!(fs::read_to_string(folder.path().join(kept)).expect("kept"), url);
        }
    }

    #[test]
    fn a_broken_context_file_does_not_show_its_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("context.toml");
        fs::write(&path, "token = bt_secret").expect("written");
        let failure = read(&path).expect_err("no context file").to_string();
        assert!(!failure.contains("bt_secret"), "{failure}");
    }
}
