//! Which power belongs to which computer. The real one is made in one place: [`real`].

use crate::clock;
use bindery_capability_power::{
    provider::PowerProvider,
    simulated::{OnReboot, Simulated, SimulatedConfig},
    systemd::Systemd,
};
use bindery_capability_updates::simulated::Simulated as SimulatedComputer;
use bindery_cli::failure::{CliFailure, Exit};
use bindery_core::code::{Code, Failure};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How long a simulated reboot takes.
const AWAY: Duration = Duration::from_secs(3);

/// The power of this computer itself.
pub(super) fn real() -> Result<Arc<dyn PowerProvider>, CliFailure> {
    let power = Systemd::new(Path::new("/"));
    Ok(Arc::new(power.map_err(|error| CliFailure::new(Exit::Usage, error.to_string()))?))
}

/// A power that reboots nothing but makes the scratch root look as if.
pub(super) fn of_scratch(root: &Path, state: &Path) -> Arc<dyn PowerProvider> {
    let root = root.to_owned();
    simulated(state, Arc::new(move || forget_pending(&root)))
}

/// The power of a simulated computer.
pub(super) fn of_simulated(
    computer: Arc<SimulatedComputer>,
    state: &Path,
) -> Arc<dyn PowerProvider> {
    simulated(state, Arc::new(move || computer.reboot()))
}

fn simulated(state: &Path, on_reboot: OnReboot) -> Arc<dyn PowerProvider> {
    let state_file = state.join("power.json");
    let clock = clock::sleeping();
    Arc::new(Simulated::new(SimulatedConfig { state_file, duration: AWAY, clock, on_reboot }))
}

/// Removes what packages leave below `root` to ask for a reboot, as a boot does.
pub(super) fn forget_pending(root: &Path) -> Result<(), Failure> {
    for folder in ["run", "var/run"] {
        for file in ["reboot-required", "reboot-required.pkgs"] {
            let path: PathBuf = root.join(folder).join(file);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let message = format!("cannot remove `{}`: {error}", path.display());
                    return Err(Failure::new(Code::Internal, message));
                }
                _ => {}
            }
        }
    }
    Ok(())
}
