//! Which request a connection and a message make. Pure.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

use serde_json::{Map, Value, json};

/// What is told.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) severity: &'static str,
}

/// Why it could not be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Webhook,
    Slack,
    Teams,
    Mail,
}

/// A connection that was found good.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    kind: Kind,
    /// With what stands for its secret part.
    url: String,
    credential: Option<String>,
    from: String,
    to: String,
}

/// A request that is to be sent by `POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) credential: Option<String>,
}

impl Connection {
    /// The connection `name` of this type, with these fields as JSON text.
    pub(crate) fn read(
        name: &str,
        kind: &str,
        fields: &str,
        path: Option<String>,
    ) -> Result<Self, Failure> {
        let invalid = |reason: String| Failure {
            code: "InvalidConnection".to_owned(),
            message: format!("the connection `{name}` {reason}"),
        };
        let kind = match kind {
            "webhook" => Kind::Webhook,
            "slack" => Kind::Slack,
            "teams" => Kind::Teams,
            "mail" => Kind::Mail,
            other => {
                return Err(invalid(format!(
                    "is of the type `{other}`; known are webhook, slack, teams, mail"
                )));
            }
        };
        let fields: Map<String, Value> =
            serde_json::from_str(fields).map_err(|error| invalid(error.to_string()))?;
        let text = |field: &str| match fields.get(field) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let need = |field: &str| {
            text(field).ok_or_else(|| invalid(format!("needs the field `{field}`, a text")))
        };
        let credential = text("credential");
        let (from, to) = match kind {
            Kind::Mail => (need("from")?, need("to")?),
            _ => (String::new(), String::new()),
        };
        if kind == Kind::Mail && credential.is_none() {
            return Err(invalid("needs the field `credential`, the name of one".into()));
        }
        Ok(Self { kind, url: need("url")? + &path.unwrap_or_default(), credential, from, to })
    }
}

/// The request that tells `message`.
pub(crate) fn request(connection: &Connection, message: &Message) -> Made {
    let Message { title, text, severity } = message;
    let json = |body: Value| ("application/json", body.to_string());
    let (content_type, body) = match connection.kind {
        Kind::Webhook => json(json!({ "title": title, "text": text, "severity": severity })),
        Kind::Slack => json(json!({ "text": format!("*{title}*\n{text}") })),
        Kind::Teams => json(json!({
            "@type": "MessageCard", "@context": "https://schema.org/extensions",
            "title": title, "text": text, "themeColor": color(severity),
        })),
        Kind::Mail => {
            let subject = format!("[{severity}] {title}");
            let fields = [
                ("from", connection.from.as_str()),
                ("to", connection.to.as_str()),
                ("subject", subject.as_str()),
                ("text", text.as_str()),
            ];
            let pairs: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
            ("application/x-www-form-urlencoded", pairs.join("&"))
        }
    };
    let (url, credential) = (connection.url.clone(), connection.credential.clone());
    Made { url, content_type, body, credential }
}

fn color(severity: &str) -> &'static str {
    match severity {
        "error" => "C00000",
        "warning" => "FFC000",
        _ => "2EB886",
    }
}

/// As forms spell a value.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            other => text += &format!("%{other:02X}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message { title: "Patched".into(), text: "3 of 3 \"web\"".into(), severity: "info" }
    }

    fn made(kind: &str, fields: Value, path: Option<&str>) -> Made {
        let connection =
            Connection::read("Team", kind, &fields.to_string(), path.map(str::to_owned));
        request(&connection.expect("a connection"), &message())
    }

    #[test]
    fn each_type_has_its_request() {
        let slack = made("slack", json!({ "url": "https://hooks.example.com/" }), Some("T/B"));
        assert_eq!(slack.url, "https://hooks.example.com/T/B");
        assert_eq!(slack.body, r#"{"text":"*Patched*\n3 of 3 \"web\""}"#);
        let webhook = json!({ "url": "https://a.example.com/x", "credential": "Bot" });
        let webhook = made("webhook", webhook, None);
        assert_eq!(webhook.credential.as_deref(), Some("Bot"));
        assert!(webhook.body.contains(r#""severity":"info""#), "{}", webhook.body);
        let teams = made("teams", json!({ "url": "https://b.example.com/x" }), None);
        assert!(teams.body.contains(r#""title":"Patched""#), "{}", teams.body);
        let mail = json!({
            "url": "https://api.mailgun.net/v3/example.com/messages", "credential": "Mailgun",
            "from": "bot@example.com", "to": "ops@example.com",
        });
        let mail = made("mail", mail, None);
        assert_eq!(
            mail.body,
            "from=bot%40example.com&to=ops%40example.com&subject=%5Binfo%5D+Patched&\
             text=3+of+3+%22web%22"
        );
    }

    #[test]
    fn a_connection_that_lacks_something_says_what() {
        let rows = [
            ("carrier-pigeon", json!({}), "known are webhook, slack, teams, mail"),
            ("slack", json!({}), "needs the field `url`"),
            ("mail", json!({ "url": "u", "from": "a" }), "needs the field `to`"),
            ("mail", json!({ "url": "u", "from": "a", "to": "b" }), "`credential`"),
        ];
        for (kind, fields, reason) in rows {
            let failure = Connection::read("Team", kind, &fields.to_string(), None);
            let failure = failure.expect_err("it lacks something");
            assert_eq!(failure.code, "InvalidConnection");
            assert!(failure.message.contains(reason), "{}", failure.message);
        }
    }
}
