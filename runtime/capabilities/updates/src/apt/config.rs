//! Which root apt looks after, and the apt.conf and environment that make it do so.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// What an [`super::Apt`] is made of.
#[derive(Debug, Clone)]
pub struct AptConfig {
    /// The root whose packages are looked after: `/`, or a scratch root.
    pub root: PathBuf,
    /// Where transactions and the generated apt.conf lie; must survive a reboot.
    pub state_dir: PathBuf,
    /// The executable that is started detached as `<runner> run-transaction <folder>`.
    pub runner: PathBuf,
    /// Whether the runner is started in a transient unit of systemd.
    pub systemd: bool,
    /// How long to wait for a lock that another program holds.
    pub lock_timeout: Duration,
    /// How long to wait for a transaction; it is never ended, only no longer waited for.
    pub patience: Duration,
}

impl AptConfig {
    /// The usual waits: two minutes for a lock, six hours for a transaction.
    pub fn new(root: impl Into<PathBuf>, state_dir: impl Into<PathBuf>, runner: PathBuf) -> Self {
        Self {
            root: root.into(),
            state_dir: state_dir.into(),
            runner,
            systemd: false,
            lock_timeout: Duration::from_secs(120),
            patience: Duration::from_secs(6 * 3600),
        }
    }

    /// The same with absolute paths: apt and the runner work in other folders.
    pub(crate) fn absolute(&self) -> io::Result<Self> {
        Ok(Self {
            root: std::path::absolute(&self.root)?,
            state_dir: std::path::absolute(&self.state_dir)?,
            runner: std::path::absolute(&self.runner)?,
            ..self.clone()
        })
    }

    /// Whether this is the computer's own root.
    pub(crate) fn is_real(&self) -> bool {
        self.root == Path::new("/")
    }

    pub(crate) fn root_text(&self) -> String {
        self.root.display().to_string()
    }

    /// The folder of dpkg's database.
    pub(crate) fn dpkg_folder(&self) -> PathBuf {
        self.root.join("var/lib/dpkg")
    }

    fn conf_path(&self) -> PathBuf {
        self.state_dir.join("apt.conf")
    }

    /// Makes the state folder and, for a scratch root, its apt.conf.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(self.state_dir.join("transactions"))?;
        if self.is_real() { Ok(()) } else { fs::write(self.conf_path(), scratch_conf(&self.root)) }
    }

    /// The whole environment of apt and dpkg: English, no questions, this root.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let fixed = [
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            ("HOME", "/root"),
            ("TERM", "dumb"),
            ("LC_ALL", "C"),
            ("DEBIAN_FRONTEND", "noninteractive"),
            ("APT_LISTCHANGES_FRONTEND", "none"),
        ];
        let mut all: BTreeMap<_, _> =
            fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        if !self.is_real() {
            all.insert("APT_CONFIG".into(), self.conf_path().display().to_string());
        }
        all
    }

    /// dpkg's arguments for this root.
    pub(crate) fn dpkg_options(&self) -> Vec<String> {
        if self.is_real() { vec![] } else { scratch_dpkg_options(&self.root) }
    }
}

/// dpkg's arguments for a scratch root: works as root and as a plain user, without a chroot.
pub(crate) fn scratch_dpkg_options(root: &Path) -> Vec<String> {
    let root = root.display();
    vec![
        format!("--root={root}"),
        "--force-not-root".into(),
        "--force-script-chrootless".into(),
        format!("--log={root}/var/log/dpkg.log"),
    ]
}

/// The apt.conf of a scratch root: nothing of the machine's own configuration is read.
pub(crate) fn scratch_conf(root: &Path) -> String {
    let options: Vec<_> = scratch_dpkg_options(root).iter().map(|o| format!("{o:?};")).collect();
    let root = root.display();
    format!(
        r#"Dir "{root}/";
Dir::State "{root}/var/lib/apt/";
Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Cache "{root}/var/cache/apt/";
Dir::Log "{root}/var/log/apt/";
Dir::Etc "{root}/etc/apt/";
Dir::Etc::Parts "{root}/etc/apt/apt.conf.d/";
Dir::Bin::dpkg "/usr/bin/dpkg";
Dir::Bin::Methods "/usr/lib/apt/methods/";
APT::Sandbox::User "root";
Acquire::Languages "none";
DPkg::Options {{ {options} }};
DPkg::Run-Directory "/";
"#,
        options = options.join(" "),
    )
}

/// The name and version of the operating system below `root`.
pub(crate) fn os_release(root: &Path) -> (String, String) {
    let text = ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| fs::read_to_string(root.join(path)).ok())
        .unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    (field("NAME").unwrap_or_else(|| "Linux".into()), field("VERSION_ID").unwrap_or_default())
}
