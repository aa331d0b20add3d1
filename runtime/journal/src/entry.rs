//! Entries: what is written for each operation of a job.
//!
//! An entry's `sequence` counts from 0 without gaps. Entry 0 is the header; an ended job's last
//! entry is `End`, and so is that of a suspended one until it goes on. JSON stands in an entry as
//! its text, so that a reader needs no schema to show it.

use bindery_core::{
    code::Failure, digest::Digest, id::JobId, job::Outcome, runbook::Limits, stream::StreamKind,
};
use jiff::Timestamp;
use minicbor::{Decode, Encode};
use serde_json::Value;

/// The version of the format: a reader refuses a header with a later one.
pub const VERSION: u8 = 1;

/// One entry of a job's journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the journal.
    pub sequence: u64,
    /// When it was written, in microseconds precision.
    pub time: Timestamp,
    /// What it says.
    pub body: Body,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// What the job starts from.
    Header(Header),
    /// An operation that reads, or that may be done twice, with its answer.
    Operation {
        /// Name of the operation.
        operation: String,
        /// Its arguments.
        arguments: Value,
        /// Its answer.
        reply: Reply,
    },
    /// An operation that must happen once is about to be done.
    Intent {
        /// Name of the operation.
        operation: String,
        /// Its arguments.
        arguments: Value,
    },
    /// How the operation of the last intent ended.
    Outcome {
        /// The intent's sequence.
        intent: u64,
        /// Its answer.
        reply: Reply,
    },
    /// The host says something on a stream: progress of an operation, a restart. Replay skips it.
    Note {
        /// Which stream.
        kind: StreamKind,
        /// The text.
        text: String,
        /// A structured value.
        value: Option<Value>,
    },
    /// The job has ended, or was suspended: then an order may follow.
    End(Outcome),
    /// The job goes on under another order, as JSON: it was suspended, or is another worker's now.
    /// Replay skips it.
    Order(String),
}

/// The answer of an operation.
pub type Reply = Result<Value, Failure>;

/// What a job starts from: all that a replay needs besides the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The job.
    pub job: JobId,
    /// The module.
    pub digest: Digest,
    /// The parameters.
    pub parameters: Value,
    /// What the job may take.
    pub limits: Limits,
    /// The seed of everything random in the guest.
    pub seed: [u8; 32],
    /// The signed order that started it, as JSON: what a worker needs to go on after a restart.
    pub order: Option<String>,
}

/// Bytes that are not an entry.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the encoding of an entry.
    #[error("a journal entry is not well-formed")]
    Cbor(#[source] minicbor::decode::Error),
    /// JSON inside an entry is not JSON, or a field is not what it must be.
    #[error("the field `{field}` of a journal entry is not well-formed")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// Written by a later version.
    #[error("journal format {found} is later than {VERSION}, the latest that this build reads")]
    Version {
        /// The version of the header.
        found: u8,
    },
}

/// The wire form: numbered fields, so that later versions may add some.
#[derive(Encode, Decode)]
struct Wire {
    #[n(0)]
    sequence: u64,
    #[n(1)]
    micros: i64,
    #[n(2)]
    kind: u8,
    #[n(3)]
    operation: Option<String>,
    #[n(4)]
    arguments: Option<String>,
    #[n(5)]
    reply: Option<String>,
    #[n(6)]
    error: Option<String>,
    #[n(7)]
    intent: Option<u64>,
    #[cbor(n(8), with = "minicbor::bytes")]
    seed: Option<[u8; 32]>,
    #[n(9)]
    text: Option<String>,
    #[n(10)]
    version: Option<u8>,
    #[n(11)]
    order: Option<String>,
}

impl Wire {
    fn new(entry: &Entry, kind: u8) -> Self {
        Self {
            sequence: entry.sequence,
            micros: entry.time.as_microsecond(),
            kind,
            operation: None,
            arguments: None,
            reply: None,
            error: None,
            intent: None,
            seed: None,
            text: None,
            version: None,
            order: None,
        }
    }

    fn answer(mut self, reply: &Reply) -> Self {
        match reply {
            Ok(value) => self.reply = Some(value.to_string()),
            Err(failure) => self.error = Some(json(failure)),
        }
        self
    }
}

const HEADER: u8 = 0;
const OPERATION: u8 = 1;
const INTENT: u8 = 2;
const OUTCOME: u8 = 3;
const NOTE: u8 = 4;
const END: u8 = 5;
const ORDER: u8 = 6;

/// Serialising our own types to JSON cannot fail: they have string keys only.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Entry {
    /// The bytes of the entry.
    pub fn encode(&self) -> Vec<u8> {
        let wire = match &self.body {
            Body::Header(header) => Wire {
                operation: Some(header.job.to_string()),
                text: Some(header.digest.to_string()),
                arguments: Some(header.parameters.to_string()),
                reply: Some(json(&header.limits)),
                seed: Some(header.seed),
                version: Some(VERSION),
                order: header.order.clone(),
                ..Wire::new(self, HEADER)
            },
            Body::Operation { operation, arguments, reply } => Wire {
                operation: Some(operation.clone()),
                arguments: Some(arguments.to_string()),
                ..Wire::new(self, OPERATION).answer(reply)
            },
            Body::Intent { operation, arguments } => Wire {
                operation: Some(operation.clone()),
                arguments: Some(arguments.to_string()),
                ..Wire::new(self, INTENT)
            },
            Body::Outcome { intent, reply } => {
                Wire { intent: Some(*intent), ..Wire::new(self, OUTCOME).answer(reply) }
            }
            Body::Note { kind, text, value } => Wire {
                operation: Some(json(kind)),
                text: Some(text.clone()),
                arguments: value.as_ref().map(Value::to_string),
                ..Wire::new(self, NOTE)
            },
            Body::End(outcome) => Wire { text: Some(json(outcome)), ..Wire::new(self, END) },
            Body::Order(order) => Wire { order: Some(order.clone()), ..Wire::new(self, ORDER) },
        };
        let mut bytes = Vec::with_capacity(64);
        // Writing to a Vec cannot fail.
        let _ = minicbor::encode(&wire, &mut bytes);
        bytes
    }

    /// The entry that these bytes spell.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let wire: Wire = minicbor::decode(bytes).map_err(DecodeError::Cbor)?;
        let time = Timestamp::from_microsecond(wire.micros)
            .map_err(|_| DecodeError::Field { field: "time" })?;
        let sequence = wire.sequence;
        Ok(Self { sequence, time, body: body(wire)? })
    }

    /// Whether nothing comes after it but the order under which a suspended job goes on.
    pub fn ends(&self) -> bool {
        matches!(self.body, Body::End(_))
    }

    /// What the entry says on the job's streams, if it says anything: the kind, the text and a
    /// value.
    ///
    /// A `stream.*` operation that was refused says nothing, nor does what the host notes for itself.
    pub fn says(&self) -> Option<(StreamKind, String, Option<Value>)> {
        match &self.body {
            Body::Note { kind: StreamKind::Debug, .. } => None,
            Body::Note { kind, text, value } => Some((*kind, text.clone(), value.clone())),
            Body::Operation { operation, arguments, reply: Ok(_) } => {
                let text = |key: &str| arguments[key].as_str().unwrap_or_default().to_owned();
                match operation.as_str() {
                    "stream.write" => {
                        let kind = serde_json::from_value(arguments["kind"].clone()).ok()?;
                        Some((kind, text("text"), None))
                    }
                    "stream.value" => {
                        let value = serde_json::from_str(&text("value")).ok();
                        Some((StreamKind::Output, text("value"), value))
                    }
                    "stream.progress" => {
                        let percent = arguments.get("percent").cloned();
                        Some((StreamKind::Progress, text("activity"), percent))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The rows that the entry appends to a table of the log, if it does.
    pub fn appends(&self) -> Option<(&str, Vec<serde_json::Map<String, Value>>)> {
        let Body::Operation { operation, arguments, reply: Ok(_) } = &self.body else {
            return None;
        };
        if operation != "records.append" {
            return None;
        }
        let rows = arguments["rows"].as_array()?;
        let rows = rows.iter().filter_map(|row| serde_json::from_str(row.as_str()?).ok());
        Some((arguments["table"].as_str()?, rows.collect()))
    }
}

fn body(wire: Wire) -> Result<Body, DecodeError> {
    let reply = reply(&wire);
    match wire.kind {
        HEADER => header(wire).map(Body::Header),
        OPERATION => Ok(Body::Operation {
            operation: text(wire.operation, "operation")?,
            arguments: parse(wire.arguments, "arguments")?,
            reply: reply?,
        }),
        INTENT => Ok(Body::Intent {
            operation: text(wire.operation, "operation")?,
            arguments: parse(wire.arguments, "arguments")?,
        }),
        OUTCOME => Ok(Body::Outcome {
            intent: wire.intent.ok_or(DecodeError::Field { field: "intent" })?,
            reply: reply?,
        }),
        NOTE => Ok(Body::Note {
            kind: parse(wire.operation, "kind")?,
            text: text(wire.text, "text")?,
            value: wire.arguments.map(|value| parse(Some(value), "value")).transpose()?,
        }),
        END => Ok(Body::End(parse(wire.text, "outcome")?)),
        ORDER => Ok(Body::Order(text(wire.order, "order")?)),
        _ => Err(DecodeError::Field { field: "kind" }),
    }
}

fn header(wire: Wire) -> Result<Header, DecodeError> {
    let found = wire.version.unwrap_or(0);
    if found > VERSION {
        return Err(DecodeError::Version { found });
    }
    let job = text(wire.operation, "job")?;
    let digest = text(wire.text, "digest")?;
    Ok(Header {
        job: job.parse().map_err(|_| DecodeError::Field { field: "job" })?,
        digest: digest.parse().map_err(|_| DecodeError::Field { field: "digest" })?,
        parameters: parse(wire.arguments, "parameters")?,
        limits: parse(wire.reply, "limits")?,
        seed: wire.seed.ok_or(DecodeError::Field { field: "seed" })?,
        order: wire.order,
    })
}

fn reply(wire: &Wire) -> Result<Reply, DecodeError> {
    match &wire.error {
        Some(error) => Ok(Err(parse(Some(error.clone()), "error")?)),
        None => Ok(Ok(parse(wire.reply.clone(), "reply").or_else(|error| {
            // Kinds without a reply get here, too; only theirs may be absent.
            if wire.reply.is_none() { Ok(Value::Null) } else { Err(error) }
        })?)),
    }
}

fn text(value: Option<String>, field: &'static str) -> Result<String, DecodeError> {
    value.ok_or(DecodeError::Field { field })
}

fn parse<T: serde::de::DeserializeOwned>(
    value: Option<String>,
    field: &'static str,
) -> Result<T, DecodeError> {
    serde_json::from_str(&text(value, field)?).map_err(|_| DecodeError::Field { field })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::code::Code;
    use serde_json::json;

    fn entries() -> Vec<Entry> {
        let failure = Failure::new(Code::GrantDenied, "no").with(json!({"grant": "power.reboot"}));
        let bodies = vec![
            Body::Header(Header {
                job: JobId::from_bytes([7; 16]),
                digest: Digest::of(b"module"),
                parameters: json!({"a": [1, 2.5, "x"]}),
                limits: Limits::default(),
                seed: [3; 32],
                order: Some("{}".into()),
            }),
            Body::Operation {
                operation: "stream.write".into(),
                arguments: json!({"kind": "Output", "text": "hello"}),
                reply: Ok(Value::Null),
            },
            Body::Operation {
                operation: "power.reboot".into(),
                arguments: json!({}),
                reply: Err(failure.clone()),
            },
            Body::Intent { operation: "updates.install".into(), arguments: json!({"reserve": 9}) },
            Body::Outcome { intent: 3, reply: Ok(json!({"results": []})) },
            Body::Outcome { intent: 3, reply: Err(failure.clone()) },
            Body::Note {
                kind: StreamKind::Progress,
                text: "unpacking".into(),
                value: Some(json!(40)),
            },
            Body::End(Outcome::Completed(Some(json!({"ok": true})))),
            Body::End(Outcome::Failed(failure)),
            Body::End(Outcome::Stopped),
        ];
        let time = Timestamp::from_microsecond(1_700_000_000_123_456).expect("in range");
        bodies.into_iter().zip(0..).map(|(body, sequence)| Entry { sequence, time, body }).collect()
    }

    #[test]
    fn every_entry_survives_its_bytes() {
        for entry in entries() {
            assert_eq!(Entry::decode(&entry.encode()).expect("decodes"), entry);
        }
    }

    #[test]
    fn a_truncated_entry_is_refused_at_every_length() {
        for entry in entries() {
            let bytes = entry.encode();
            for length in 0..bytes.len() {
                assert!(Entry::decode(&bytes[..length]).is_err(), "{length} of {entry:?}");
            }
        }
    }

    #[test]
    fn a_stream_operation_says_what_it_was_given_and_a_refused_one_nothing() {
        let all = entries();
        assert_eq!(all[1].says(), Some((StreamKind::Output, "hello".into(), None)));
        assert_eq!(
            all[6].says(),
            Some((StreamKind::Progress, "unpacking".into(), Some(json!(40))))
        );
        assert!(all[2].says().is_none());
    }

    #[test]
    fn appended_rows_are_read_from_their_json_text() {
        let mut entry = entries().remove(1);
        entry.body = Body::Operation {
            operation: "records.append".into(),
            arguments: json!({"table": "T", "rows": ["{\"a\":1}"]}),
            reply: Ok(Value::Null),
        };
        let (table, rows) = entry.appends().expect("rows");
        assert_eq!((table, rows[0]["a"].as_u64()), ("T", Some(1)));
    }
}
