//! Keys of the tree, in an order-preserving encoding.
//!
//! ```text
//! v                                             the format's version
//! g                                             the number of groups of writes
//! d collection id                               a document
//! i collection index value id                   its entry in an index
//! l table partition key                         a row
//! t table time partition key                    its place in the table
//! f table field value time partition key        its place among rows with this value
//! ```
//! A text is written with each NUL as `00 FF` and ends with `00 00`, so that no text is a prefix
//! of another and the order of bytes stays. A time is 16 bytes of nanoseconds, big-endian, with
//! the sign turned.

use bindery_store::cursor::Position;
use jiff::Timestamp;

/// The key of the format's version.
pub(crate) const VERSION: &[u8] = b"v";
/// The key of the number of groups of writes.
pub(crate) const GROUPS: &[u8] = b"g";
/// The first byte of a document's key.
pub(crate) const DOCUMENT: u8 = b'd';
/// The first byte of a row's key.
pub(crate) const ROW: u8 = b'l';

/// Bytes of a field's value that are in its key; rows are compared in full when they are read.
const FIELD_BYTES: usize = 256;

fn texts(kind: u8, texts: &[&str]) -> Vec<u8> {
    let mut key = vec![kind];
    texts.iter().for_each(|text| push(&mut key, text));
    key
}

fn escape(key: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        key.push(byte);
        if byte == 0 {
            key.push(0xFF);
        }
    }
}

fn push(key: &mut Vec<u8>, text: &str) {
    escape(key, text);
    key.extend([0, 0]);
}

/// A document.
pub(crate) fn document(collection: &str, id: &str) -> Vec<u8> {
    texts(DOCUMENT, &[collection, id])
}

/// What all documents of a collection begin with.
pub(crate) fn collection(collection: &str) -> Vec<u8> {
    texts(DOCUMENT, &[collection])
}

/// An entry of an index.
pub(crate) fn entry(collection: &str, index: &str, value: &str, id: &str) -> Vec<u8> {
    texts(b'i', &[collection, index, value, id])
}

/// What all entries of a value in an index begin with.
pub(crate) fn entries(collection: &str, index: &str, value: &str) -> Vec<u8> {
    texts(b'i', &[collection, index, value])
}

/// `base` and an id.
pub(crate) fn with_id(mut base: Vec<u8>, id: &str) -> Vec<u8> {
    push(&mut base, id);
    base
}

/// `base` and what all ids that begin with `prefix` begin with.
pub(crate) fn with_prefix(mut base: Vec<u8>, prefix: &str) -> Vec<u8> {
    escape(&mut base, prefix);
    base
}

/// A row.
pub(crate) fn row(table: &str, partition: &str, key: &str) -> Vec<u8> {
    texts(ROW, &[table, partition, key])
}

/// What all rows of a partition begin with.
pub(crate) fn partition(table: &str, partition: &str) -> Vec<u8> {
    texts(ROW, &[table, partition])
}

/// What the places of a table's rows begin with.
pub(crate) fn places(table: &str) -> Vec<u8> {
    texts(b't', &[table])
}

/// What the places of a table's rows with `value` in `field` begin with, whatever its case.
pub(crate) fn field_places(table: &str, field: &str, value: &str) -> Vec<u8> {
    let value = value.to_lowercase();
    let cut = value.floor_char_boundary(FIELD_BYTES);
    texts(b'f', &[table, field, &value[..cut]])
}

/// `places` and a time.
pub(crate) fn at_time(mut places: Vec<u8>, time: Timestamp) -> Vec<u8> {
    let ordered = time.as_nanosecond().cast_unsigned() ^ (1 << 127);
    places.extend(ordered.to_be_bytes());
    places
}

/// `places` and one place.
pub(crate) fn at(places: Vec<u8>, position: &Position) -> Vec<u8> {
    with_id(with_id(at_time(places, position.time), &position.partition), &position.key)
}

/// Bytes of a time in a key.
pub(crate) const TIME_BYTES: usize = 16;

/// The first key behind all that begin with `prefix`, which is not all `FF`.
pub(crate) fn behind(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(last) = prefix.pop() {
        if last < 0xFF {
            prefix.push(last + 1);
            break;
        }
    }
    prefix
}

/// The texts in `encoded`; none if it is no sequence of texts.
pub(crate) fn parse(mut encoded: &[u8]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while !encoded.is_empty() {
        let mut text = Vec::new();
        while !encoded.starts_with(&[0, 0]) {
            let (&byte, rest) = encoded.split_first()?;
            text.push(byte);
            encoded = if byte == 0 { rest.strip_prefix(&[0xFF])? } else { rest };
        }
        encoded = &encoded[2..];
        texts.push(String::from_utf8(text).ok()?);
    }
    Some(texts)
}

/// What a key stands for, in words.
pub(crate) fn describe(key: &[u8]) -> String {
    let name = |rest| parse(rest).unwrap_or_default().join("/");
    match key {
        VERSION => "the format's version".to_owned(),
        GROUPS => "the number of groups of writes".to_owned(),
        [DOCUMENT, rest @ ..] => format!("document `{}`", name(rest)),
        [ROW, rest @ ..] => format!("row `{}`", name(rest)),
        [b'i', rest @ ..] => format!("index entry `{}`", name(rest)),
        [b't' | b'f', ..] => "an index entry of the log".to_owned(),
        _ => "an unknown key".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_store::contract::ODD_KEYS;

    #[test]
    fn keys_have_the_order_of_their_texts_and_survive() {
        let keys = ODD_KEYS.map(|text| document("c", text));
        assert!(keys.is_sorted());
        for (text, key) in ODD_KEYS.iter().zip(keys) {
            assert_eq!(parse(&key[1..]), Some(vec!["c".to_owned(), text.to_string()]));
        }
        assert_eq!(parse(&[1, 0, 7]), None);
    }

    #[test]
    fn times_before_and_after_1970_are_in_order() {
        let times = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX];
        assert!(times.map(|time| at_time(places("t"), time)).is_sorted());
    }
}
