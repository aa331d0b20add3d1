//! What is asked for: read from the arguments and checked.

use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_sandbox::capability::Call;
use reqwest::{
    Method, Url,
    header::{
        CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE,
    },
};
use serde::Deserialize;
use std::time::Duration;

/// What the client itself says.
const OWN: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
/// The methods that there are.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// A request that can be sent.
pub(crate) struct Request {
    pub(crate) url: Url,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
    pub(crate) timeout: Duration,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Request {
    /// The request that a call asks for. `InvalidArguments` or `TooLarge` name the argument.
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let invalid = |message: String| Failure::new(Code::InvalidArguments, message);
        let url: String = call.argument("url")?;
        let url = Url::parse(&url).map_err(|error| invalid(format!("`url`: {error}")))?;
        let method: String = call.argument("method")?;
        let known = METHODS.iter().find(|known| known.as_str() == method);
        let method = known.cloned().ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(Method::as_str).collect();
            invalid(format!("`method` must be one of {}", names.join(", ")))
        })?;
        let body: Option<String> = call.argument("body")?;
        let size = body.as_ref().map_or(0, String::len);
        if size > limit::HTTP_BODY_BYTES {
            let most = limit::HTTP_BODY_BYTES;
            let message = format!("`body` has {size} bytes; at most {most} (HTTP_BODY_BYTES)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        let timeout = Duration::from_millis(call.argument("timeout")?);
        if timeout.is_zero() || timeout > limit::HTTP_TIME {
            let most = limit::HTTP_TIME.as_millis();
            return Err(invalid(format!("`timeout` must be from 1 to {most} ms (HTTP_TIME)")));
        }
        Ok(Self { url, method, headers: headers(call)?, body, timeout })
    }

    /// Whether it asks for nothing to be changed.
    pub(crate) fn is_safe(&self) -> bool {
        [Method::GET, Method::HEAD, Method::OPTIONS].contains(&self.method)
    }

    /// The host as the client understands it, in the spelling of grants.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

fn headers(call: &Call<'_>) -> Result<HeaderMap, Failure> {
    let invalid = |message: String| Failure::new(Code::InvalidArguments, message);
    let given: Vec<Header> = call.argument("headers")?;
    if given.len() > limit::HTTP_HEADERS {
        let (count, most) = (given.len(), limit::HTTP_HEADERS);
        let message = format!("there are {count} headers; at most {most} (HTTP_HEADERS)");
        return Err(Failure::new(Code::TooLarge, message));
    }
    let mut headers = HeaderMap::new();
    for (at, header) in given.iter().enumerate() {
        let name: HeaderName = header
            .name
            .parse()
            .map_err(|_| invalid(format!("`headers[{at}].name` is not the name of a header")))?;
        if OWN.contains(&name) {
            return Err(invalid(format!("`headers[{at}].name`: the host itself says `{name}`")));
        }
        let value: HeaderValue = header
            .value
            .parse()
            .map_err(|_| invalid(format!("`headers[{at}].value` cannot stand in a header")))?;
        headers.append(name, value);
    }
    Ok(headers)
}
