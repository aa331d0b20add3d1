//! `[[http]]`: what the hosts of a test answer.

use super::{
    Invalid,
    word::{MaskText, Period},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// How long an answer takes where the script does not say.
const TAKES: Duration = Duration::from_millis(100);
/// The status of an answer where the script does not say.
const OK: u16 = 200;

/// One answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpRule {
    /// The URLs that it is about.
    url: MaskText,
    /// The method; any where it is absent.
    method: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    takes: Option<Period>,
}

impl HttpRule {
    pub(super) fn check(&self, at: usize) -> Result<(), Invalid> {
        match self.status {
            Some(status) if !(100..600).contains(&status) => Err(Invalid::new(
                format!("http[{at}].status"),
                format!("{status} is no status of HTTP"),
                "Give one from 100 to 599.",
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn is_about(&self, method: &str, url: &str) -> bool {
        self.url.mask.fits(url) && self.method.as_ref().is_none_or(|it| it == method)
    }

    pub(crate) fn takes(&self) -> Duration {
        self.takes.map_or(TAKES, |period| period.0)
    }

    pub(crate) fn response(&self) -> Value {
        let header = |(name, value): (&String, &String)| json!({ "name": name, "value": value });
        let headers: Vec<_> = self.headers.iter().map(header).collect();
        json!({ "status": self.status.unwrap_or(OK), "headers": headers, "body": self.body })
    }
}
