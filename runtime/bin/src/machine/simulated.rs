//! The options of a simulated computer.

use crate::clock;
use bindery_capability_updates::{
    clock::TokioSleeper,
    simulated::{Simulated, SimulatedConfig, UpdateFault, Updates},
};
use bindery_cli::failure::CliFailure;
use bindery_core::update::OsType;
use std::{path::Path, sync::Arc, time::Duration};

/// How long a simulated update takes to install.
const INSTALL: Duration = Duration::from_millis(1_500);
/// What a simulated computer is like where no number is given.
const SEED: u64 = 1;
/// Updates that a simulated computer lacks where no number is given.
const UPDATES: usize = 8;

/// The kind of a simulated computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SimulatedOs {
    /// A Windows server
    Windows,
    /// A Linux server
    Linux,
}

/// What a simulated computer is like.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SimulatedArgs {
    /// Simulate a computer with this operating system
    #[arg(long, value_enum, value_name = "OS")]
    pub(crate) simulated: Option<SimulatedOs>,
    /// Number that decides what the simulated computer is like.
    #[arg(long, value_name = "N", help = format!("Number that decides what the simulated computer is like [default: {SEED}]"))]
    pub(crate) seed: Option<u64>,
    /// How many updates the simulated computer lacks.
    #[arg(long, value_name = "N", help = format!("How many updates the simulated computer lacks [default: {UPDATES}]"))]
    pub(crate) updates: Option<usize>,
    /// Let an update of the simulated computer fail with this error; may be repeated
    #[arg(long, value_name = "UPDATE=ERROR", value_parser = fault)]
    pub(crate) fail: Vec<UpdateFault>,
}

impl SimulatedArgs {
    /// Whether a simulated computer is meant.
    pub(super) fn is_asked_for(&self) -> bool {
        self.simulated.is_some()
    }

    /// An option that was given and means something for a simulated computer alone.
    pub(super) fn leftover(&self) -> Option<&'static str> {
        let seed = self.seed.map(|_| "--seed");
        seed.or(self.updates.map(|_| "--updates")).or(self.fail.first().map(|_| "--fail"))
    }

    /// The simulated computer called `name`, whose memory is in `state`.
    pub(super) fn open(&self, name: &str, state: &Path) -> Result<Simulated, CliFailure> {
        let os_type = match self.simulated {
            Some(SimulatedOs::Linux) | None => OsType::Linux,
            Some(SimulatedOs::Windows) => OsType::Windows,
        };
        let config = SimulatedConfig {
            os_type,
            name: name.to_owned(),
            seed: self.seed.unwrap_or(SEED),
            updates: Updates::Count(self.updates.unwrap_or(UPDATES)),
            failures: self.fail.clone(),
            assess_fails: None,
            install_duration: INSTALL,
            speed: 1.0,
            state_file: state.join("simulated.json"),
        };
        Ok(Simulated::new(config, Arc::new(clock::now), Arc::new(TokioSleeper))?)
    }
}

fn fault(text: &str) -> Result<UpdateFault, String> {
    match text.split_once('=') {
        Some((update, error)) if !update.is_empty() && !error.is_empty() => {
            Ok(UpdateFault { update: update.to_owned(), error: error.to_owned() })
        }
        _ => Err("expected UPDATE=ERROR, as in KB5031364=0x80070643".into()),
    }
}
