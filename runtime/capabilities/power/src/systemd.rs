//! The power of this computer itself, through systemd. The only place that reboots anything real.

use crate::provider::PowerProvider;
use async_trait::async_trait;
use bindery_core::code::{Code, Failure};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// Where the kernel tells the id of the boot.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// How long a computer may take to go down.
const GOES_DOWN_WITHIN: Duration = Duration::from_secs(30 * 60);

/// Power over another root than this computer's own was asked for.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is not the root of this computer: it cannot be rebooted", root.display())]
pub struct OtherRoot {
    root: PathBuf,
}

/// Reboots this computer.
#[derive(Debug)]
pub struct Systemd {
    // Made by `new` alone.
    _checked: (),
}

impl Systemd {
    /// The power of the computer whose root is `root`, which must be `/`.
    pub fn new(root: &Path) -> Result<Self, OtherRoot> {
        if root == Path::new("/") {
            return Ok(Self { _checked: () });
        }
        Err(OtherRoot { root: root.to_owned() })
    }
}

#[async_trait]
impl PowerProvider for Systemd {
    async fn boot_id(&self) -> Result<String, Failure> {
        let text = tokio::fs::read_to_string(BOOT_ID).await.map_err(|error| {
            Failure::new(Code::Internal, format!("cannot read `{BOOT_ID}`: {error}"))
        })?;
        Ok(text.trim().to_owned())
    }

    async fn reboot(&self, reason: &str) -> Result<(), Failure> {
        let ended = Command::new("systemctl")
            .args(["reboot", "--no-ask-password", "--message", reason])
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|error| refused(&error.to_string()))?;
        if !ended.status.success() {
            return Err(refused(String::from_utf8_lossy(&ended.stderr).trim()));
        }
        tokio::time::sleep(GOES_DOWN_WITHIN).await;
        let minutes = GOES_DOWN_WITHIN.as_secs() / 60;
        let message = format!("systemd took the reboot and did not go down within {minutes} min");
        Err(Failure::new(Code::OutcomeUnknown, message))
    }
}

fn refused(words: &str) -> Failure {
    Failure::new(Code::Internal, format!("`systemctl reboot` failed: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_of_this_computer_has_its_power() {
        assert!(Systemd::new(Path::new("/")).is_ok());
        for root in ["/tmp/root", "", ".", "/.."] {
            assert!(Systemd::new(Path::new(root)).is_err(), "{root:?}");
        }
    }

    #[tokio::test]
    async fn the_boot_id_is_the_kernels() {
        let power = Systemd::new(Path::new("/")).expect("this computer");
        let id = power.boot_id().await.expect("Linux");
        assert_eq!(id.len(), 36);
        assert_eq!(power.boot_id().await, Ok(id));
    }
}
