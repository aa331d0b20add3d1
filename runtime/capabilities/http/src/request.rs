//! What is asked for: read from the arguments and checked.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bindery_core::{
    asset::SecretName,
    code::{Code, Failure},
    limit,
    name::Name,
    secret::Secret,
};
use bindery_sandbox::capability::Call;
use reqwest::{
    Method, Url,
    header::{
        AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TE,
        TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};
use serde::Deserialize;
use std::time::Duration;
use zeroize::Zeroizing;

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
    pub(crate) body: Option<Secret>,
    pub(crate) timeout: Duration,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Request {
    /// The request that a call asks for. `InvalidArguments` or `TooLarge` name the argument.
    pub(crate) async fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let invalid = |message: String| Failure::new(Code::InvalidArguments, message);
        let url: String = call.argument("url")?;
        let url = call.secrets.put_in(&url).await?;
        let url = Url::parse(url.reveal()).map_err(|error| invalid(format!("`url`: {error}")))?;
        let method: String = call.argument("method")?;
        let known = METHODS.iter().find(|known| known.as_str() == method);
        let method = known.cloned().ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(Method::as_str).collect();
            invalid(format!("`method` must be one of {}", names.join(", ")))
        })?;
        let body: Option<String> = call.argument("body")?;
        let body = match body {
            Some(body) => Some(call.secrets.put_in(&body).await?),
            None => None,
        };
        let size = body.as_ref().map_or(0, |body| body.reveal().len());
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
        Ok(Self { url, method, headers: headers(call).await?, body, timeout })
    }

    /// Whether it asks for nothing to be changed.
    pub(crate) fn is_safe(&self) -> bool {
        is_safe(self.method.as_str())
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

/// Whether a request with this method asks for nothing to be changed.
pub(crate) fn is_safe(method: &str) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].iter().any(|safe| safe.as_str() == method)
}

async fn headers(call: &Call<'_>) -> Result<HeaderMap, Failure> {
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
        let value = call.secrets.put_in(&header.value).await?;
        let mut value: HeaderValue = value
            .reveal()
            .parse()
            .map_err(|_| invalid(format!("`headers[{at}].value` cannot stand in a header")))?;
        value.set_sensitive(value != header.value.as_str());
        headers.append(name, value);
    }
    if let Some(credential) = call.argument::<Option<Name>>("credential")? {
        if headers.contains_key(AUTHORIZATION) {
            return Err(invalid("`headers` and `credential` both say `authorization`".into()));
        }
        headers.insert(AUTHORIZATION, basic(call, credential).await?);
    }
    Ok(headers)
}

/// What a credential says as `Authorization: Basic`.
async fn basic(call: &Call<'_>, credential: Name) -> Result<HeaderValue, Failure> {
    let login = call.secrets.reveal(&SecretName::login(credential)).await?;
    if let Some((_, password)) = login.reveal().split_once(':') {
        call.secrets.mask_also(password);
    }
    let text = Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(login.reveal())));
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Failure::new(Code::Internal, "the credential cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
