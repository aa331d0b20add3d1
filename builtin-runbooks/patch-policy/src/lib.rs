//! What the two built-in runbooks share: their parameters, `AdditionalOptions`, name masks, and the
//! rows of `UpdateRunProgress`. Pure values and decisions; never calls the host.

pub mod mask;
pub mod options;
pub mod parameters;
pub mod progress;
pub mod share;
