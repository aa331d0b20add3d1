//! What an agent says of its computer.

use crate::machine::Machine;
use bindery_core::fleet::Report;
use bindery_worker::config::Reporter;

/// Reports a [`Machine`].
pub(crate) struct MachineReporter(pub(crate) Machine);

#[async_trait::async_trait]
impl Reporter for MachineReporter {
    async fn report(&self) -> Report {
        let machine = &self.0;
        let info = machine.updates.describe();
        let boot_id = machine.power.boot_id().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the boot of this computer is not known");
            String::new()
        });
        Report {
            name: machine.name.clone(),
            os_name: info.os_name,
            os_version: info.os_version,
            os_type: info.os_type,
            boot_id,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            allow_changes: machine.allow_changes,
            assessment: machine.updates.assess().await,
        }
    }
}
