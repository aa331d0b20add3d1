//! A scratch apt root for the demo and for tests: a folder with its own dpkg database, outdated
//! packages, and repositories that have newer ones. Real apt and dpkg work in it, and the machine's
//! own packages are never touched: it refuses `/` and every folder that it did not make.

mod archive;
mod catalogue;
mod deb;
mod package;
mod repository;

pub use archive::Archive;
pub use catalogue::everyday_packages;
pub use package::Package;

use crate::apt::config::{scratch_conf, scratch_dpkg_options};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Says that a folder is a scratch world.
const MARK: &str = ".bindery-scratch-world";

/// Why a scratch world cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The folder is `/`, or holds something that is no scratch world.
    #[error("`{}` is no place for a scratch world: {reason}", path.display())]
    Refused {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A program of Debian is missing.
    #[error(
        "cannot run `{program}`: a scratch world needs apt-get and dpkg of a Debian-like system"
    )]
    NoProgram {
        /// The program.
        program: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A program of Debian failed.
    #[error("`{program}` failed: {words}")]
    Program {
        /// The program.
        program: String,
        /// What it said.
        words: String,
    },
}

/// A scratch root with its repositories, in one folder.
#[derive(Debug, Clone)]
pub struct AptWorld {
    folder: PathBuf,
}

/// The dpkg lock, held by this process until it is dropped.
#[derive(Debug)]
pub struct HeldLock {
    _file: fs::File,
}

impl AptWorld {
    /// Makes a world in `folder`, which must be empty or absent, and installs the old packages into
    /// it.
    pub fn create(folder: &Path, packages: &[Package]) -> Result<Self, ScratchError> {
        let refused = |reason| ScratchError::Refused { path: folder.to_owned(), reason };
        if folder == Path::new("/") || folder.parent().is_none() {
            return Err(refused("it is the root of this machine"));
        }
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(refused("it is not empty"));
        }
        make_folder(folder)?;
        let folder = folder.canonicalize().map_err(|source| written(folder, source))?;
        let world = Self { folder };
        write(&world.folder.join(MARK), "A scratch apt root. It can be removed as a whole.\n")?;
        let archive = Archive::create(&world.archive(), packages)?;
        world.lay_out()?;
        world.install(archive.old())?;
        Ok(world)
    }

    /// The world that was made in `folder` before.
    pub fn open(folder: &Path) -> Result<Self, ScratchError> {
        let refused = |reason| ScratchError::Refused { path: folder.to_owned(), reason };
        if !folder.join(MARK).is_file() {
            return Err(refused("no scratch world was made there"));
        }
        folder
            .canonicalize()
            .map(|folder| Self { folder })
            .map_err(|source| written(folder, source))
    }

    /// The root that apt looks after.
    pub fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    /// The installed packages and their versions, as dpkg itself says.
    pub fn installed(&self) -> Result<BTreeMap<String, String>, ScratchError> {
        let folder = format!("--admindir={}", self.root().join("var/lib/dpkg").display());
        let mut command = Command::new("dpkg-query");
        command.args([&folder, "--show", "--showformat=${Package} ${Version} ${Status}\\n"]);
        let text = run(&mut command)?;
        let whole = text.lines().filter(|line| line.ends_with(" ok installed"));
        let pair = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            Some((words.next()?, words.next()?))
        };
        Ok(whole.filter_map(pair).collect())
    }

    /// Holds a package at its version.
    pub fn hold(&self, package: &str) -> Result<(), ScratchError> {
        run(self.apt("apt-mark").args(["hold", package])).map(drop)
    }

    /// Locks the package manager, as another program that installs would.
    pub fn lock(&self) -> Result<HeldLock, ScratchError> {
        let path = self.root().join("var/lib/dpkg/lock-frontend");
        let held = || {
            let file = fs::File::options().create(true).truncate(false).write(true).open(&path)?;
            // A lock of this process: every program that is started from here finds it taken.
            let exclusive = rustix::fs::FlockOperation::NonBlockingLockExclusive;
            rustix::fs::fcntl_lock(&file, exclusive)?;
            Ok(HeldLock { _file: file })
        };
        held().map_err(|source| written(&path, source))
    }

    /// Takes the repositories away, as a network that is down would.
    pub fn break_repository(&self) -> Result<(), ScratchError> {
        let (from, to) = (self.archive(), self.folder.join("archive-away"));
        fs::rename(&from, to).map_err(|source| written(&from, source))
    }

    /// Brings the repositories back.
    pub fn mend_repository(&self) -> Result<(), ScratchError> {
        let (from, to) = (self.folder.join("archive-away"), self.archive());
        fs::rename(&from, to).map_err(|source| written(&from, source))
    }

    fn archive(&self) -> PathBuf {
        self.folder.join("archive")
    }

    fn apt(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("APT_CONFIG", self.folder.join("apt.conf")).env("LC_ALL", "C");
        command
    }

    fn lay_out(&self) -> Result<(), ScratchError> {
        let root = self.root();
        for folder in FOLDERS {
            make_folder(&root.join(folder))?;
        }
        write(&root.join("var/lib/dpkg/status"), "")?;
        write(&root.join("etc/os-release"), OS_RELEASE)?;
        let sources = Archive::sources(&self.archive());
        write(&root.join("etc/apt/sources.list.d/scratch.list"), &sources)?;
        write(&self.folder.join("apt.conf"), &scratch_conf(&root))
    }

    fn install(&self, files: &[PathBuf]) -> Result<(), ScratchError> {
        if files.is_empty() {
            return Ok(());
        }
        let mut dpkg = Command::new("dpkg");
        dpkg.env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        dpkg.args(scratch_dpkg_options(&self.root())).arg("--install").args(files);
        run(&mut dpkg).map(drop)
    }
}

const FOLDERS: &[&str] = &[
    "run",
    "var/run",
    "var/log/apt",
    "var/lib/dpkg/info",
    "var/lib/dpkg/updates",
    "var/lib/dpkg/triggers",
    "var/lib/apt/lists/partial",
    "var/cache/apt/archives/partial",
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/apt/sources.list.d",
    "etc/apt/trusted.gpg.d",
];

const OS_RELEASE: &str = "NAME=\"Debian GNU/Linux (scratch root)\"\nVERSION_ID=\"12\"\nID=debian\n";

fn make_folder(path: &Path) -> Result<(), ScratchError> {
    fs::create_dir_all(path).map_err(|source| written(path, source))
}

fn write(path: &Path, text: &str) -> Result<(), ScratchError> {
    fs::write(path, text).map_err(|source| written(path, source))
}

fn written(path: &Path, source: io::Error) -> ScratchError {
    ScratchError::Write { path: path.to_owned(), source }
}

fn run(command: &mut Command) -> Result<String, ScratchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|source| ScratchError::NoProgram { program: program.clone(), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ScratchError::Program { program, words })
}
