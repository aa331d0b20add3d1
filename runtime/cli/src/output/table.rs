//! Tables for people: columns without borders, every cell escaped.

use super::text::escape;
use comfy_table::{Table, presets};
use jiff::Timestamp;
use serde::Serialize;

/// A table with a head. Without rows it says that there are none.
pub fn rows<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    columns(&head.map(str::to_owned), rows.into_iter().map(Vec::from))
}

/// The same with columns that only their rows name.
pub fn columns(head: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    if rows.is_empty() {
        return "(none)\n".to_owned();
    }
    render(Some(head), rows)
}

/// A list of fields; those without a value are left out.
pub fn fields(fields: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let present = fields.into_iter().filter(|(_, value)| !value.is_empty());
    render(None, present.map(|(name, value)| vec![format!("{name}:"), value]).collect())
}

fn render(head: Option<&[String]>, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if let Some(head) = head {
        table.set_header(head.iter().map(|cell| escape(cell)));
    }
    table.add_rows(rows.into_iter().map(|row| row.into_iter().map(|cell| escape(&cell))));
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 3));
    });
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A time to the second, or nothing.
pub fn time(time: impl Into<Option<Timestamp>>) -> String {
    time.into().map(|time| format!("{time:.0}")).unwrap_or_default()
}

/// The spelling that a value has in JSON.
pub fn spelling(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Null) | Err(_) => String::new(),
        Ok(other) => other.to_string(),
    }
}

/// `yes` or `no`.
pub fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}
