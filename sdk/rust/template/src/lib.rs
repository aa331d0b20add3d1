//! Says which updates this computer lacks.

use bindery_sdk::{Error, output, updates, warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the job; their JSON Schema is made from this type.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Name so many of them at most.
    #[serde(default = "ten")]
    #[schemars(range(min = 1))]
    most: usize,
}

#[derive(Serialize)]
struct Summary {
    missing: usize,
}

#[bindery_sdk::runbook]
fn main(parameters: Parameters) -> Result<Summary, Error> {
    let missing = updates::assess()?.missing;
    for update in missing.iter().take(parameters.most) {
        output!("{}", update.title);
    }
    if missing.len() > parameters.most {
        warning!("{} more", missing.len() - parameters.most);
    }
    Ok(Summary { missing: missing.len() })
}

fn ten() -> usize {
    10
}
