//! A Debian that boots, with a systemd of its own: what a container of systemd-nspawn is. Its reboot
//! is a real one, with another boot id after it.

use crate::support::{BINDERY, PATIENCE};
use bindery_capability_updates::scratch::{Archive, Package};
use bindery_testkit::wait::wait_for;
use rustix::process::{Signal, kill_process};
use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

/// What systemd-nspawn ends with when its machine asks for a reboot.
const REBOOT: i32 = 133;
/// Where the machine sees the archive of its packages.
const ARCHIVE: &str = "/srv/archive";
/// What these tests call, and the Debian package of each.
const PROGRAMS: [(&str, &str); 4] = [
    ("systemd-nspawn", "systemd-container"),
    ("debootstrap", "debootstrap"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
];

/// A machine, which runs until it is dropped.
pub(crate) struct Machine {
    root: PathBuf,
    power: Arc<Mutex<Power>>,
}

/// What the supervisor and the test both know.
struct Power {
    on: bool,
    nspawn: Option<Child>,
}

impl Power {
    /// The process that is `init` inside.
    fn leader(&self) -> Option<i32> {
        let id = self.nspawn.as_ref()?.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }
}

/// Whether machines can boot here. Says on stderr why not; with `BINDERY_TEST_MACHINES=required`, that
/// is a failure.
pub(crate) fn can_boot() -> bool {
    let Err(reason) = bootable() else { return true };
    let reason = format!("SKIPPED, no machine can boot here: {reason}");
    assert!(env::var_os("BINDERY_TEST_MACHINES").is_none_or(|word| word != "required"), "{reason}");
    let _told = writeln!(std::io::stderr().lock(), "{reason}");
    false
}

fn bootable() -> Result<(), String> {
    for (program, package) in PROGRAMS {
        let found = Command::new(program).arg("--version").output();
        found.map_err(|error| format!("`{program}` ({error}); install `{package}`"))?;
    }
    match Command::new("unshare").args(["--mount", "--pid", "--fork", "true"]).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Machine {
    /// Boots a machine with the old versions of `packages` installed, whose repository has the new.
    pub(crate) async fn boot(folder: &Path, packages: &[Package]) -> Self {
        let root = folder.join("root");
        succeed(Command::new("cp").arg("-a").arg(debian()).arg(&root));
        let archive = folder.join("archive");
        let built = Archive::create(&archive, packages).expect("an archive");
        fs::write(root.join("etc/apt/sources.list"), Archive::sources(ARCHIVE.as_ref()))
            .expect("a list of sources");
        let mut dpkg = Command::new("chroot");
        dpkg.arg(&root).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").args(["dpkg", "--install"]);
        let inside = root.join("srv/old");
        fs::create_dir(&inside).expect("a folder");
        for file in built.old() {
            let name = file.file_name().expect("a name");
            fs::copy(file, inside.join(name)).expect("a copy");
            dpkg.arg(Path::new("/srv/old").join(name));
        }
        succeed(&mut dpkg);
        let log = File::create(folder.join("console.log")).expect("a log");
        let power = Arc::new(Mutex::new(Power { on: true, nspawn: None }));
        let machine = Self { root, power };
        machine.supervise(archive, log);
        machine.running().await;
        machine
    }

    /// Starts systemd-nspawn, and again whenever the machine reboots.
    fn supervise(&self, archive: PathBuf, log: File) {
        let (root, power) = (self.root.clone(), self.power.clone());
        // The signal comes when this thread ends without having ended the machine: nspawn then shuts
        // it down.
        thread::spawn(move || {
            loop {
                let mut nspawn = Command::new("setpriv");
                nspawn.args(["--pdeathsig", "TERM", "systemd-nspawn", "--boot", "--quiet"]);
                nspawn.args(["--register=no", "--keep-unit", "--console=pipe", "--directory"]);
                nspawn.arg(&root).arg(format!("--bind-ro={}:{ARCHIVE}", archive.display()));
                nspawn.arg(format!("--bind-ro={BINDERY}:/usr/local/bin/bindery"));
                nspawn.stdin(Stdio::null()).stdout(log.try_clone().expect("a log"));
                nspawn.stderr(log.try_clone().expect("a log"));
                let leader = {
                    let mut power = power.lock().expect("a lock");
                    if !power.on {
                        return;
                    }
                    let child = nspawn.spawn().expect("systemd-nspawn");
                    let id = child.id();
                    power.nspawn = Some(child);
                    id
                };
                // The child stays in its place, where the test may kill it; it is not reaped here.
                let pid = rustix::process::Pid::from_raw(leader.cast_signed());
                let exited =
                    rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT;
                let _ended = rustix::process::waitid(
                    rustix::process::WaitId::Pid(pid.expect("a process")),
                    exited,
                );
                let mut power = power.lock().expect("a lock");
                let ended = power.nspawn.take().expect("it ran").wait().expect("its status");
                if ended.code() != Some(REBOOT) {
                    return;
                }
            }
        });
    }

    /// Runs a program inside.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        self.run_with(program, arguments, &[])
    }

    /// The same with these variables in its environment.
    pub(crate) fn run_with(
        &self,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<String, String> {
        let power = self.power.lock().expect("a lock");
        let leader = power.leader().ok_or("the machine is off")?;
        drop(power);
        let mut inside = Command::new("nsenter");
        inside.args(["--all", "--target", &leader.to_string(), "--", program]).args(arguments);
        inside.env_clear().env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        inside.envs(environment.iter().copied()).stdin(Stdio::null());
        said(&inside.output().map_err(|error| error.to_string())?)
    }

    /// Waits until systemd has started all that it can in a container.
    async fn running(&self) {
        wait_for("the machine to be running", PATIENCE, async || {
            let state = self.run("systemctl", &["is-system-running"]);
            if state == Err("degraded".to_owned()) { Ok("degraded".to_owned()) } else { state }
        })
        .await;
    }

    /// Which boot this is.
    pub(crate) fn boot_id(&self) -> Result<String, String> {
        self.run("cat", &["/proc/sys/kernel/random/boot_id"])
    }

    /// The command lines of all that runs inside.
    pub(crate) fn programs(&self) -> Result<Vec<String>, String> {
        let lines = self.run("sh", &["-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])?;
        Ok(lines.lines().map(str::to_owned).collect())
    }

    /// A file of the machine, seen from outside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// How often dpkg's log has a line that ends with `words`.
    pub(crate) fn logged(&self, words: &str) -> usize {
        let log = fs::read_to_string(self.path("var/log/dpkg.log")).expect("dpkg's log");
        log.lines().filter(|line| line.ends_with(words)).count()
    }

    /// The version of a package that is whole, as dpkg says.
    pub(crate) fn version(&self, package: &str) -> Result<String, String> {
        self.run("dpkg-query", &["--show", "--showformat=${Version} ${db:Status-Status}", package])
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let mut power = self.power.lock().expect("a lock");
        power.on = false;
        // All that runs inside ends with `init`, and then nspawn. The other way round `init` would stay.
        let leader = power.leader().and_then(rustix::process::Pid::from_raw);
        match (leader, &mut power.nspawn) {
            (Some(leader), _) => {
                let _ended = kill_process(leader, Signal::KILL);
            }
            (None, Some(nspawn)) => {
                let _ended = nspawn.kill();
            }
            (None, None) => {}
        }
    }
}

/// A small Debian with systemd, made once: about a minute.
fn debian() -> &'static Path {
    static DEBIAN: OnceLock<PathBuf> = OnceLock::new();
    DEBIAN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let debian = folder.join("debian-bookworm");
        if debian.is_dir() {
            return debian;
        }
        fs::create_dir_all(folder).expect("a folder");
        let work = tempfile::tempdir_in(folder).expect("a folder");
        let made = work.path().join("root");
        succeed(
            Command::new("debootstrap")
                .args(["--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm"])
                .arg(&made),
        );
        fs::write(made.join("etc/machine-id"), "").expect("no identity yet");
        let _absent = fs::remove_file(made.join("var/log/dpkg.log"));
        // Nobody answers its questions.
        let firstboot = made.join("etc/systemd/system/systemd-firstboot.service");
        std::os::unix::fs::symlink("/dev/null", firstboot).expect("masked");
        if let Err(error) = fs::rename(&made, &debian) {
            assert!(debian.is_dir(), "another test did not make it either: {error}");
        }
        debian
    })
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("it runs");
    said(&output).unwrap_or_else(|words| panic!("{command:?}: {words}"));
}

fn said(output: &Output) -> Result<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(format!("{}{}", text(&output.stdout), text(&output.stderr))),
    }
}
