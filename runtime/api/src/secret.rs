//! A secret on its way through the API: shown once, and never in a log.

pub use bindery_core::secret::Secret;
