//! The parser of server-sent events: bytes in, events out. It knows nothing of HTTP.

use std::collections::VecDeque;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// What to resume from, if the event has one.
    pub(crate) id: Option<String>,
    /// The lines of data, joined.
    pub(crate) data: String,
}

/// An event that is longer than may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Takes bytes as they come and gives events as they are whole.
#[derive(Debug)]
pub(crate) struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    ready: VecDeque<Event>,
    max_bytes: usize,
}

impl Parser {
    /// A parser that takes no event longer than `max_bytes`.
    pub(crate) fn new(max_bytes: usize) -> Self {
        let (line, event, ready) = (vec![], Event::default(), VecDeque::new());
        Self { line, event, has_data: false, ready, max_bytes }
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        for &byte in bytes {
            if byte == b'\n' {
                self.end_line();
            } else {
                self.line.push(byte);
            }
            if self.line.len() + self.event.data.len() > self.max_bytes {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    /// The next whole event.
    pub(crate) fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                self.ready.push_back(event);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            // A line that begins with a colon is a sign of life; other fields are not ours.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let mut found = vec![];
        // However the bytes are cut, the events are the same.
        for size in [1, 3, 1024] {
            let mut parser = Parser::new(64);
            for part in text.as_bytes().chunks(size) {
                parser.feed(part).expect("short enough");
            }
            let mut events = String::new();
            while let Some(event) = parser.next() {
                events += &format!("{:?} {:?}\n", event.id, event.data);
            }
            found.push(events);
        }
        assert!(found.iter().all(|events| *events == found[0]));
        expected.assert_eq(&found[0]);
    }

    #[test]
    fn events_are_found_however_the_bytes_are_cut() {
        check(
            ": alive\n\nid: 1\nevent: job\ndata: {\ndata: }\n\nid:2\r\ndata:ü\r\n\r\nid: 3\n\ndata: cut",
            expect![[r#"
                Some("1") "{\n}"
                Some("2") "ü"
            "#]],
        );
    }

    #[test]
    fn an_event_without_end_is_refused() {
        assert_eq!(Parser::new(8).feed(b"data: much too long"), Err(TooLong));
    }
}
