//! Which security updates does this computer lack, and since when? Changes nothing.

use bindery_sdk::{Error, job, output, records, streams, updates, warning};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parameters {
    /// Warn of security updates that were published more days ago than this.
    #[serde(default = "a_month")]
    days_max: i32,
}

/// A row of the table `PatchReport`.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    title: String,
    severity: Option<String>,
    days: Option<i32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    missing: usize,
    security: usize,
    overdue: usize,
}

#[bindery_sdk::runbook]
fn main(parameters: Parameters) -> Result<Summary, Error> {
    let (job, assessment) = (job::context()?, updates::assess()?);
    let rows = report(&assessment);
    for row in &rows {
        output!(
            "{}: {}",
            row.title,
            row.days.map_or("age unknown".into(), |d| format!("{d} days"))
        );
    }
    let overdue = rows.iter().filter(|row| row.days.is_some_and(|days| days > parameters.days_max));
    let overdue = overdue.count();
    if overdue > 0 {
        let computer = job.computer_name.unwrap_or_default();
        warning!("{computer} lacks {overdue} updates for more than {} days", parameters.days_max);
    }
    streams::value(&rows)?;
    records::append("PatchReport", &rows)?;
    Ok(Summary { missing: assessment.missing.len(), security: rows.len(), overdue })
}

/// A row per missing security update, the oldest first, those of unknown age last.
fn report(assessment: &updates::Assessment) -> Vec<Row> {
    let security = updates::Classification::Security;
    let mut rows: Vec<Row> = (assessment.missing.iter())
        .filter(|update| update.classification == security)
        .map(|update| Row {
            title: update.title.clone(),
            severity: update.severity.clone(),
            days: age(update.published.as_deref(), &assessment.assessed_at),
        })
        .collect();
    rows.sort_by_key(|row| row.days.map_or(i32::MAX, |days| -days));
    rows
}

/// Whole days between two times, where both can be read.
fn age(published: Option<&str>, now: &str) -> Option<i32> {
    let (then, now): (jiff::Timestamp, jiff::Timestamp) =
        (published?.parse().ok()?, now.parse().ok()?);
    i32::try_from((now.as_second() - then.as_second()) / 86_400).ok()
}

fn a_month() -> i32 {
    30
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn age_counts_whole_days_and_is_unknown_where_a_time_is() {
        let now = "2026-11-22T12:00:00Z";
        assert_eq!(age(Some("2026-11-20T13:00:00Z"), now), Some(1));
        assert_eq!(age(Some("2026-10-22T12:00:00Z"), now), Some(31));
        assert_eq!(age(None, now), None);
        assert_eq!(age(Some("yesterday"), now), None);
    }
}
