//! Says which updates this computer lacks.

use bindery_sdk::{Error, output, updates, warning};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Parameters {
    /// Name so many of them at most.
    #[serde(default = "ten")]
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
