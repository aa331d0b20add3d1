//! Requests over HTTP. Grant: `http:<host mask>`.

use crate::{Error, bindings::bindery::runbook::http as host, failure::call};
use std::time::Duration;

pub use host::{Header, Response};

/// How long a request may take where nobody says.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request, as it is put together.
///
/// ```no_run
/// # use bindery_sdk::http::Request;
/// let ticket = Request::post("https://tickets.example.com/v1/comments")
///     .header("content-type", "application/json")
///     .body(r#"{"text": "patched"}"#)
///     .send()?;
/// if !ticket.is_success() {
///     return Err(bindery_sdk::Error::new("TicketRefused", ticket.body));
/// }
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    url: String,
    method: String,
    headers: Vec<Header>,
    body: Option<String>,
    timeout: Duration,
    credential: Option<String>,
}

impl Request {
    /// A request with this method, in capital letters.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (method, url) = (method.into(), url.into());
        Self { url, method, headers: vec![], body: None, timeout: TIMEOUT, credential: None }
    }

    /// Asks for what is at `url`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Sends something to `url`.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// The same with this body, of at most 1 MiB.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The same with this time to be answered, of at most 10 minutes; else it is 30 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same in the name of this credential of the account: the host says it as `Authorization: Basic`,
    /// and the runbook never sees the password. Needs the grant `assets.read:<name>`, too.
    #[must_use]
    pub fn credential(mut self, name: impl Into<String>) -> Self {
        self.credential = Some(name.into());
        self
    }

    /// Sends it, once, and waits for the response, whatever its status. Redirects are not followed.
    ///
    /// # Errors
    /// `GrantDenied`, `TimedOut`, `Unreachable`, `TooLarge`, `InvalidArguments`.
    pub fn send(self) -> Result<Response, Error> {
        let timeout = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        let (body, credential) = (self.body.as_deref(), self.credential.as_deref());
        call(|| host::send(&self.url, &self.method, &self.headers, timeout, body, credential))
    }
}

impl Response {
    /// Whether its status is from 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let same = |header: &&Header| header.name.eq_ignore_ascii_case(name);
        self.headers.iter().find(same).map(|header| header.value.as_str())
    }
}
