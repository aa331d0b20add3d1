//! The next maintenance dates. A plain WASI program: no SDK, no operations; it reads JSON and
//! prints lines.

mod rule;

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;
use std::{
    io::{self, Write},
    process::ExitCode,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// The first month, `2026-11`.
    month: String,
    /// The rule, `patch tuesday + 3`.
    rule: String,
    #[serde(default = "a_year")]
    months: u8,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "ERROR: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let Parameters { month, rule, months } = serde_json::from_reader(io::stdin())?;
    let first: Date =
        format!("{month}-01").parse().map_err(|_| format!("`{month}` is no month"))?;
    let mut out = io::stdout().lock();
    writeln!(out, "VERBOSE: {months} months from {month} by the rule `{rule}`")?;
    for count in 0..months {
        let first = first.checked_add(i32::from(count).months())?;
        let date = rule::date(&rule, first)?;
        writeln!(out, "{date} {:?}", date.weekday())?;
        if (date.year(), date.month()) != (first.year(), first.month()) {
            writeln!(out, "WARNING: {date} is not in the month that it belongs to")?;
        }
    }
    Ok(())
}

fn a_year() -> u8 {
    12
}
