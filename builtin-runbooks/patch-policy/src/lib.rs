//! What the two built-in runbooks share: their parameters, `AdditionalOptions`, name masks, which
//! updates are chosen, what fits into a window, the rows of `UpdateRunProgress`, and how long a text
//! may be. Pure values and decisions; never calls the host.

pub mod mask;
pub mod options;
pub mod parameters;
pub mod progress;
pub mod selection;
pub mod share;
pub mod text;
pub mod window;
