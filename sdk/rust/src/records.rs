//! Rows of the account's log. Grant: `records.write:<table>`.

use crate::{Error, bindings::bindery::runbook::records as host, failure::call};
use serde::Serialize;

/// Rows that one call of the host takes.
const ROWS: usize = 1_000;

/// Appends `rows`, each of which must serialise to an object, to `table`; long lists go in several
/// calls.
///
/// ```no_run
/// #[derive(serde::Serialize)]
/// struct Row<'a> {
///     package: &'a str,
///     days: u32,
/// }
/// bindery_sdk::records::append("Stale", &[Row { package: "openssl", days: 40 }])?;
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn append<T: Serialize>(table: &str, rows: &[T]) -> Result<(), Error> {
    for page in rows.chunks(ROWS) {
        let texts = page.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        call(|| host::append(table, &texts))?;
    }
    Ok(())
}
