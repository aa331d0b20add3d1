//! The body of the hidden subcommand `run-process`: runs what a folder says, once, and writes down
//! how it ended.
//!
//! It leads a session of its own and adopts what its program leaves behind, so that the end of the
//! agent ends neither, and that the program's time ends all that it has started.

use crate::{
    evidence::{Evidence, Outcome, Spec},
    output::{Told, Written},
    programs::Finished,
    real::FOLDERS,
};
use bindery_core::code::Code;
use bindery_detached::{
    claim::Claim,
    identity::{Identity, descendants},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, ioctl_fionbio},
    process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, wait},
};
use std::{
    fs::{self, File},
    io::{self, Read, Seek as _, Write as _},
    os::{fd::OwnedFd, unix::process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// What is read at once, in bytes.
const READ_BYTES: usize = 64 << 10;
/// What may be left in a pipe when its program has ended, in bytes: more than a pipe holds.
const LEFT_BYTES: usize = 2 << 20;

/// Why a program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    /// There is nothing to run.
    #[error("no program in `{}`", .0.display())]
    NothingToRun(PathBuf),
    /// Another runner has it, or it was given up.
    #[error("the program in `{}` is not to be started again", .0.display())]
    Claimed(PathBuf),
    /// `/proc` does not know this process.
    #[error("cannot tell this process's start time from /proc")]
    NoIdentity,
    /// The folder cannot be read or written, or the program not be watched.
    #[error("cannot run the program in `{}`", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// Runs the program in `folder`; how it ended is in the folder when this returns.
///
/// Runs at most once per folder: a second call is [`SuperviseError::Claimed`].
pub fn supervise(folder: &Path) -> Result<(), SuperviseError> {
    let failed = |source| SuperviseError::Io { path: folder.to_owned(), source };
    // An error means that this process leads a session already, as under systemd.
    let _ = rustix::process::setsid();
    let evidence = Evidence::at(folder);
    let spec = evidence.spec().map_err(failed)?;
    let spec = spec.ok_or_else(|| SuperviseError::NothingToRun(folder.to_owned()))?;
    let own = Identity::own().ok_or(SuperviseError::NoIdentity)?;
    if !Claim::Runner(own).take(folder).map_err(failed)? {
        return Err(SuperviseError::Claimed(folder.to_owned()));
    }
    let outcome = run(&evidence, &spec).map_err(failed)?;
    evidence.finish(&outcome).map_err(failed)
}

fn run(evidence: &Evidence, spec: &Spec) -> io::Result<Outcome> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let lines = File::options().create(true).append(true).open(evidence.lines())?;
    let stdin = stdin(evidence, spec)?;
    let began = Instant::now();
    let mut child = match command(spec, stdin).spawn() {
        Ok(child) => child,
        Err(error) => return Ok(not_started(&error)),
    };
    let mut told = Told::new(lines);
    let mut pipes = [Pipe::of(child.stdout.take())?, Pipe::of(child.stderr.take())?];
    // Too long a time to count is as good as none.
    let until = began.checked_add(Duration::from_millis(spec.timeout_millis));
    let in_time = watch(&child, &mut pipes, &mut told, until)?;
    let mut finished = Finished::default();
    if in_time {
        let status = child.wait()?;
        finished.code = status.code().and_then(|code| u32::try_from(code).ok());
        finished.signal = status.signal().and_then(|signal| u32::try_from(signal).ok());
    } else {
        end_all()?;
    }
    finished.took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let [stdout, stderr] = pipes;
    let (stdout, stderr) = (stdout.finish(&mut told)?, stderr.finish(&mut told)?);
    finished.truncated = stdout.1 || stderr.1;
    (finished.stdout, finished.stderr) = (stdout.0, stderr.0);
    Ok(if in_time { Outcome::Ended(finished) } else { Outcome::TimedOut(finished) })
}

/// What the program reads; a file, so that nobody waits for it to read.
fn stdin(evidence: &Evidence, spec: &Spec) -> io::Result<Stdio> {
    let Some(text) = &spec.stdin else { return Ok(Stdio::null()) };
    let path = evidence.path().join("stdin");
    let mut file =
        File::options().create(true).truncate(true).read(true).write(true).open(&path)?;
    fs::remove_file(path)?;
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file.into())
}

fn command(spec: &Spec, stdin: Stdio) -> Command {
    let mut command = Command::new(&spec.program);
    command
        .args(&spec.arguments)
        .env_clear()
        .envs([("PATH", FOLDERS), ("LANG", "C.UTF-8"), ("HOME", "/")])
        .current_dir("/")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn not_started(error: &io::Error) -> Outcome {
    let code = match error.kind() {
        // Also where the interpreter that a script names is not there.
        io::ErrorKind::NotFound => Code::NotFound,
        io::ErrorKind::PermissionDenied => Code::RefusedByComputer,
        io::ErrorKind::ArgumentListTooLong => Code::TooLarge,
        _ => Code::InvalidArguments,
    };
    Outcome::NotStarted(code, format!("it cannot be started: {error}"))
}

/// Reads what the program writes until it ends; false if its time was over before.
fn watch(
    child: &Child,
    pipes: &mut [Pipe; 2],
    told: &mut Told<File>,
    until: Option<Instant>,
) -> io::Result<bool> {
    let pid = Pid::from_child(child);
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let patience = left.and_then(|left| Timespec::try_from(left).ok());
        let mut watched = vec![PollFd::new(&process, PollFlags::IN)];
        let open = pipes.iter().filter_map(|pipe| pipe.from.as_ref());
        watched.extend(open.map(|from| PollFd::new(from, PollFlags::IN)));
        match poll(&mut watched, patience.as_ref()) {
            Err(Errno::INTR) | Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let ended = !watched[0].revents().is_empty();
        for pipe in &mut *pipes {
            pipe.read(told)?;
        }
        if ended {
            return Ok(true);
        }
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
    }
}

/// Ends all that descends from this process, and returns when nothing of it is left.
fn end_all() -> io::Result<()> {
    let pid_of = |pid: u32| Pid::from_raw(i32::try_from(pid).ok()?);
    let own = std::process::id();
    loop {
        let open = |pid| Some((pid, pidfd_open(pid_of(pid)?, PidfdFlags::empty()).ok()?));
        let opened: Vec<_> = descendants(own).into_iter().filter_map(open).collect();
        // What still descends from here is what was opened, and no later process of that number.
        let still = descendants(own);
        for (_, process) in opened.iter().filter(|(pid, _)| still.contains(pid)) {
            match pidfd_send_signal(process, Signal::KILL) {
                Ok(()) | Err(Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// One of stdout and stderr.
struct Pipe {
    from: Option<File>,
    written: Written,
}

impl Pipe {
    fn of(from: Option<impl Into<OwnedFd>>) -> io::Result<Self> {
        let from = from.map(|from| File::from(from.into()));
        from.iter().try_for_each(|from| ioctl_fionbio(from, true))?;
        Ok(Self { from, written: Written::default() })
    }

    /// Reads what is there; how much that was.
    fn read(&mut self, told: &mut Told<File>) -> io::Result<usize> {
        let Some(from) = &mut self.from else { return Ok(0) };
        let mut bytes = vec![0; READ_BYTES];
        match from.read(&mut bytes) {
            Ok(0) => self.from = None,
            Ok(count) => {
                self.written.add(&bytes[..count], told)?;
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(0)
    }

    /// Its program has ended: the rest, as far as it is there. Something that the program left
    /// behind may go on writing, which nobody waits for.
    fn finish(mut self, told: &mut Told<File>) -> io::Result<(String, bool)> {
        let mut left = LEFT_BYTES;
        while left > 0 {
            match self.read(told)? {
                0 => break,
                count => left = left.saturating_sub(count),
            }
        }
        self.written.finish(told)
    }
}
