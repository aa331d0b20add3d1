//! `bindery log`: rows of the log.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::log::{LogRecord, SearchLog};
use bindery_core::record;
use jiff::Timestamp;

/// The tables whose columns are about updates.
const OF_UPDATES: [&str; 2] = [record::UPDATE, record::UPDATE_RUN_PROGRESS];
/// So many columns of another table are listed; a record in full has them all.
const COLUMNS_MAX: usize = 8;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Search a table of the log, the newest rows first
    Search(Box<Search>),
    /// Show a record in full
    Show {
        /// Id of the record
        id: String,
        /// Table of the record
        #[arg(long, default_value = record::UPDATE_RUN_PROGRESS)]
        table: String,
    },
}

/// Which rows.
#[derive(Debug, clap::Args)]
pub struct Search {
    /// Table to search
    #[arg(long, default_value = record::UPDATE_RUN_PROGRESS)]
    table: String,
    /// Show the record of this id in full
    #[arg(long)]
    id: Option<String>,
    /// Only of this run: its id or name
    #[arg(long)]
    run: Option<String>,
    /// Only with this KB number
    #[arg(long)]
    kb: Option<String>,
    /// Only of this package
    #[arg(long)]
    package: Option<String>,
    /// Only of computers whose id or name fits this mask
    #[arg(long, value_name = "MASK")]
    computer: Option<String>,
    /// Only with a title that fits this mask
    #[arg(long, value_name = "MASK")]
    title: Option<String>,
    /// Only with this status
    #[arg(long)]
    status: Option<String>,
    /// Not written before this time
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    since: Option<Timestamp>,
    /// Written before this time
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    until: Option<Timestamp>,
    #[command(flatten)]
    paging: Paging,
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    let search = match verb {
        Verb::Show { id, table } => return out.show(&client.record(&table, &id).await?, show),
        Verb::Search(search) => *search,
    };
    if let Some(id) = &search.id {
        return out.show(&client.record(&search.table, id).await?, show);
    }
    let which = SearchLog {
        run: search.run,
        kb: search.kb,
        package: search.package,
        computer: search.computer,
        title: search.title,
        status: search.status,
        since: search.since,
        until: search.until,
        cursor: search.paging.cursor,
        limit: search.paging.limit,
    };
    let list = if OF_UPDATES.contains(&search.table.as_str()) { list } else { list_columns };
    out.page(&client.search_log(&search.table, &which).await?, list)
}

/// A column of a row as text.
pub(super) fn column(record: &LogRecord, name: &str) -> String {
    record.record.row.get(name).map(table::spelling).unwrap_or_default()
}

/// How far an update came: the tables have different columns for it.
pub(super) fn status(record: &LogRecord) -> String {
    let status = column(record, "InstallationStatus");
    if status.is_empty() { column(record, "UpdateState") } else { status }
}

fn list(records: &[LogRecord]) -> String {
    table::rows(
        ["TIME", "COMPUTER", "KB OR PACKAGE", "TITLE", "STATUS", "ID"],
        records.iter().map(|record| {
            [
                table::time(record.record.time),
                column(record, "Computer"),
                Some(column(record, "KBID"))
                    .filter(|kb| !kb.is_empty())
                    .unwrap_or_else(|| column(record, "Package")),
                column(record, "Title"),
                status(record),
                record.id.clone(),
            ]
        }),
    )
}

/// The columns that the rows themselves have, in their order.
fn list_columns(records: &[LogRecord]) -> String {
    let mut names: Vec<String> = vec![];
    for name in records.iter().flat_map(|record| record.record.row.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.sort_by_key(|name| !name.eq_ignore_ascii_case("Computer"));
    names.truncate(COLUMNS_MAX);
    let upper = names.iter().map(|name| name.to_uppercase());
    let head: Vec<_> =
        ["TIME".to_owned()].into_iter().chain(upper).chain(["ID".to_owned()]).collect();
    let cells = |record: &LogRecord| {
        let columns = names.iter().map(|name| column(record, name));
        [table::time(record.record.time)]
            .into_iter()
            .chain(columns)
            .chain([record.id.clone()])
            .collect()
    };
    table::columns(&head, records.iter().map(cells))
}

fn show(record: &LogRecord) -> String {
    let head = table::fields([
        ("Id", record.id.clone()),
        ("Table", record.record.table.clone()),
        ("Time", table::time(record.record.time)),
        ("Job", record.record.job.map(|job| job.to_string()).unwrap_or_default()),
    ]);
    let columns = record.record.row.iter();
    head + "\n"
        + &table::rows(
            ["COLUMN", "VALUE"],
            columns.map(|(name, value)| [name.clone(), table::spelling(value)]),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn records_as_a_table_and_one_in_full() {
        let record: LogRecord = serde_json::from_value(serde_json::json!({
            "id": "r1", "table": "UpdateRunProgress", "time": "2026-01-01T00:00:00Z", "sequence": 3, "index": 0,
            "row": { "Computer": "web-01", "Title": "openssl\n3.5", "InstallationStatus": "Succeeded" },
        }))
        .expect("a record");
        expect![[r#"
            TIME                   COMPUTER   KB OR PACKAGE   TITLE          STATUS      ID
            2026-01-01T00:00:00Z   web-01                     openssl\n3.5   Succeeded   r1
        "#]]
        .assert_eq(&list(std::slice::from_ref(&record)));
        expect![[r#"
            TIME                   COMPUTER   TITLE          INSTALLATIONSTATUS   ID
            2026-01-01T00:00:00Z   web-01     openssl\n3.5   Succeeded            r1
        "#]]
        .assert_eq(&list_columns(std::slice::from_ref(&record)));
        expect![[r#"
            Id:      r1
            Table:   UpdateRunProgress
            Time:    2026-01-01T00:00:00Z

            COLUMN               VALUE
            Computer             web-01
            Title                openssl\n3.5
            InstallationStatus   Succeeded
        "#]]
        .assert_eq(&show(&record));
    }
}
