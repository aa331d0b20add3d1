//! The place of a row in its table's order, and the opaque text that stands for it in a cursor.

use crate::{error::StoreError, log::Row};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A place in the order of a table: by time, then partition, then key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The row's time.
    pub time: Timestamp,
    /// The row's partition.
    pub partition: String,
    /// The row's key.
    pub key: String,
}

impl Position {
    /// Where `row` stands.
    pub fn of(row: &Row) -> Self {
        Self { time: row.time, partition: row.partition.clone(), key: row.key.clone() }
    }

    /// The text of a cursor that goes on below this place.
    pub fn to_cursor(&self) -> String {
        let fields = (self.time.as_nanosecond().to_string(), &self.partition, &self.key);
        hex::encode(serde_json::json!(fields).to_string())
    }

    /// The place that a cursor stands for; a text that is none is [`StoreError::Invalid`].
    pub fn parse(cursor: &str) -> Result<Self, StoreError> {
        let parsed = || {
            let bytes = hex::decode(cursor).ok()?;
            let (nanos, partition, key): (String, String, String) =
                serde_json::from_slice(&bytes).ok()?;
            let time = Timestamp::from_nanosecond(nanos.parse().ok()?).ok()?;
            Some(Self { time, partition, key })
        };
        parsed().ok_or_else(|| StoreError::invalid("the cursor", "is not one of this log's"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor() {
        let time = Timestamp::new(1_700_000_000, 123_456_789).expect("a time");
        let place = Position { time, partition: "a\0/ü".into(), key: "\"".into() };
        assert_eq!(Position::parse(&place.to_cursor()).expect("parses"), place);
        assert!(Position::parse("5b5d").is_err());
        assert!(Position::parse("no cursor").is_err());
    }
}
