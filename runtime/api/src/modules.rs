//! Modules of an account: what there is and what it may do; never its content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use bindery_core::module::Module;

/// How a module is imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImportModule {
    /// Whether it may replace the module of its name.
    pub replace: bool,
}

/// The WIT of what a module exports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModuleWit {
    /// The packages, as text.
    pub wit: String,
}
