//! What can be asked of whatever reboots a computer.

use async_trait::async_trait;
use bindery_core::code::Failure;

/// Reboots one computer.
#[async_trait]
pub trait PowerProvider: Send + Sync + 'static {
    /// The id of the boot that goes on now; another after each reboot, and after nothing else.
    async fn boot_id(&self) -> Result<String, Failure>;

    /// Reboots the computer and returns when it is back. On a real computer this process ends
    /// before that, so it returns with an error or not at all.
    ///
    /// `OutcomeUnknown` if the reboot was begun and the computer did not go down.
    async fn reboot(&self, reason: &str) -> Result<(), Failure>;
}
