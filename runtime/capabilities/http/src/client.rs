//! Sends requests, and reads responses within their limits.

use crate::{
    address::{NotPublic, PublicOnly, check},
    request::Request,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use futures::TryStreamExt as _;
use reqwest::{Client, Response, Url, redirect};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::{Value, json};
use std::{error::Error, net::IpAddr, sync::Arc};

/// One client for hosts that a grant spells out, and one that connects to public addresses only.
pub(crate) struct Clients {
    anywhere: Client,
    public: Client,
}

impl Clients {
    pub(crate) fn new() -> Result<Self, Failure> {
        let tls = tls()?;
        let client = || {
            Client::builder()
                .use_preconfigured_tls(tls.clone())
                .redirect(redirect::Policy::none())
                .no_proxy()
                .tcp_nodelay(true)
                // Every request is checked anew: no connection outlives its own.
                .pool_max_idle_per_host(0)
                .user_agent(concat!("bindery/", env!("CARGO_PKG_VERSION")))
        };
        let made = |client: reqwest::ClientBuilder| {
            client.build().map_err(|error| Failure::new(Code::Internal, chain(&error)))
        };
        let public = client().dns_resolver(Arc::new(PublicOnly));
        Ok(Self { anywhere: made(client())?, public: made(public)? })
    }

    /// Sends a request to `host`, which a grant spells out, or which a mask covers.
    pub(crate) async fn send(
        &self,
        request: Request,
        host: &str,
        spelled_out: bool,
    ) -> Result<Value, Failure> {
        let client = if spelled_out { &self.anywhere } else { &self.public };
        let sent = client
            .request(request.method, request.url)
            .headers(request.headers)
            .timeout(request.timeout)
            .body(request.body.map(|body| body.reveal().to_owned()).unwrap_or_default())
            .send();
        let timeout = request.timeout;
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            if let Some(refused) = refused(&error) {
                return not_public(refused, host);
            }
            let code = if error.is_timeout() { Code::TimedOut } else { Code::Unreachable };
            let within = if error.is_timeout() {
                format!(" within {} ms", timeout.as_millis())
            } else {
                String::new()
            };
            let message = format!("`{host}` did not answer{within}: {}", chain(&error));
            Failure::new(code, message)
        };
        let response = sent.await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), headers(&response)?);
        let body = body(response).await.map_err(|error| match error {
            Body::TooLarge => {
                let most = limit::HTTP_BODY_BYTES;
                let message = format!("`{host}` answered with a body over {most} bytes");
                Failure::new(Code::TooLarge, message)
            }
            Body::Lost(error) => failed(error),
        })?;
        Ok(json!({ "status": status, "headers": headers, "body": body }))
    }
}

/// Refuses an address in a URL that is not public: it is never looked up.
pub(crate) fn check_literal(url: &Url, host: &str) -> Result<(), Failure> {
    let address = url.host_str().unwrap_or_default();
    let address = address.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    check(host, address).map_err(|error| not_public(&error, host))
}

/// Why a body cannot be had.
enum Body {
    TooLarge,
    Lost(reqwest::Error),
}

async fn body(response: Response) -> Result<String, Body> {
    let mut body = vec![];
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.try_next().await.map_err(Body::Lost)? {
        if body.len() + chunk.len() > limit::HTTP_BODY_BYTES {
            return Err(Body::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn headers(response: &Response) -> Result<Vec<Value>, Failure> {
    let headers = response.headers();
    if headers.len() > limit::HTTP_HEADERS {
        let (count, most) = (headers.len(), limit::HTTP_HEADERS);
        let message = format!("the response has {count} headers; at most {most} (HTTP_HEADERS)");
        return Err(Failure::new(Code::TooLarge, message));
    }
    let one = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        json!({ "name": name.as_str(), "value": value })
    };
    Ok(headers.iter().map(one).collect())
}

/// The authorities that the computer trusts. Without any, only `http` can be spoken.
fn tls() -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|config| config.with_root_certificates(roots).with_no_client_auth())
        .map_err(|error| Failure::new(Code::Internal, error.to_string()))
}

fn refused<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a NotPublic> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(refused) = cause.downcast_ref() {
            return Some(refused);
        }
        next = cause.source();
    }
    None
}

fn not_public(error: &NotPublic, host: &str) -> Failure {
    let message = format!("{error}: that needs the grant `http:{host}`, without a `*`");
    Failure::new(Code::GrantDenied, message).with(json!({ "grant": format!("http:{host}") }))
}

/// An error with its causes, each once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
