//! A computer whose reboots are a number in a file. It changes that file and calls a hook.

use crate::{marks, provider::PowerProvider};
use async_trait::async_trait;
use bindery_core::code::{Code, Failure};
use bindery_sandbox::clock::Clock;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::{io, path::PathBuf, sync::Arc, time::Duration};

/// Makes the rest of a simulated computer follow its reboot; calling it twice is the same as once.
pub type OnReboot = Arc<dyn Fn() -> Result<(), Failure> + Send + Sync>;

/// What a [`Simulated`] is made of.
pub struct SimulatedConfig {
    /// The file that counts its boots; made at the first reboot.
    pub state_file: PathBuf,
    /// How long the computer is away.
    pub duration: Duration,
    /// What passes the time.
    pub clock: Arc<dyn Clock>,
    /// Called at each reboot, while the computer is away.
    pub on_reboot: OnReboot,
}

/// A computer that is not there.
pub struct Simulated {
    config: SimulatedConfig,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    boots: u64,
}

impl Simulated {
    /// The computer of `config`.
    pub fn new(config: SimulatedConfig) -> Self {
        Self { config }
    }

    /// How often it was rebooted.
    pub fn boots(&self) -> Result<u64, Failure> {
        Ok(self.state()?.boots)
    }

    fn state(&self) -> Result<State, Failure> {
        let read = marks::read(&self.config.state_file).map_err(|error| self.unusable(&error))?;
        Ok(read.unwrap_or_default())
    }

    fn unusable(&self, error: &io::Error) -> Failure {
        let path = self.config.state_file.display();
        Failure::new(Code::Internal, format!("cannot use the simulated `{path}`: {error}"))
    }
}

#[async_trait]
impl PowerProvider for Simulated {
    async fn boot_id(&self) -> Result<String, Failure> {
        Ok(format!("simulated-{}", self.state()?.boots))
    }

    async fn reboot(&self, _reason: &str) -> Result<(), Failure> {
        let away = SignedDuration::try_from(self.config.duration).unwrap_or(SignedDuration::MAX);
        let back = self.config.clock.now().saturating_add(away).unwrap_or(jiff::Timestamp::MAX);
        self.config.clock.sleep_until(back).await;
        // The boot changes last: if we are cut off before, the reboot simply happens again.
        (self.config.on_reboot)()?;
        let state = State { boots: self.state()?.boots + 1 };
        marks::write(&self.config.state_file, &state).map_err(|error| self.unusable(&error))
    }
}
