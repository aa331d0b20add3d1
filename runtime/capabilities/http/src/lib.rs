//! HTTP requests of runbooks.
//!
//! A request goes to the host that its grant names, and to no other: redirects are not followed, proxies
//! of the environment are not used, and the address that is connected to is checked, not only the name. A
//! name that only a mask with `*` covers must lead to a public address: whoever owns such a name may
//! let it lead anywhere, and the networks behind the computer are not his.

mod address;
mod client;
mod request;

use bindery_core::{
    code::{Code, Failure},
    grant::Power,
    limit,
    operation::{self, HTTP_SEND, Operation},
    secret::Secret,
};
use bindery_sandbox::capability::{Call, Capability, Reconciled};
use client::Clients;
use request::Request;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use std::{sync::OnceLock, time::Duration};

/// The operation `http.send`, over the network of this computer and with its certificate authorities,
/// which are read at the first request.
#[derive(Default)]
pub struct Http {
    clients: OnceLock<Result<Clients, Failure>>,
}

#[async_trait::async_trait]
impl Capability for Http {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&HTTP_SEND]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let (request, host) = read(call).await?;
        let spelled_out = spelled_out(call, &host);
        let clients = self.clients.get_or_init(Clients::new).as_ref().map_err(Failure::clone)?;
        clients.send(request, &host, spelled_out).await
    }

    /// What only reads is asked for; the rest is answered as if it had gone well.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match only_reads(call).await? {
            true => self.perform(call).await,
            false => Ok(json!({ "status": 200, "headers": [], "body": "" })),
        }
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        in_doubt(call)
    }

    fn puts_secrets_in(&self, _operation: &'static Operation) -> bool {
        true
    }

    /// A request has its own time, which is at most `HTTP_TIME`.
    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        Some(limit::HTTP_TIME + limit::HOST_CALL)
    }
}

/// A request as it would go out, with its secrets: what a stand-in for the network looks at.
pub struct Sent {
    /// The URL.
    pub url: String,
    /// The method.
    pub method: String,
    /// The headers, by name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Secret>,
}

/// The request of a call, if it can be sent; the error names the argument that is wrong.
pub async fn sent(call: &Call<'_>) -> Result<Sent, Failure> {
    let request = read(call).await?.0;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let (url, method) = (request.url.to_string(), request.method.to_string());
    Ok(Sent { url, method, headers: headers.collect(), body: request.body })
}

/// Whether a request asks for nothing to be changed.
pub async fn only_reads(call: &Call<'_>) -> Result<bool, Failure> {
    Ok(read(call).await?.0.is_safe())
}

/// What is known of a request that may have been sent.
pub fn in_doubt(call: &Call<'_>) -> Reconciled {
    let read = |name| call.argument::<String>(name);
    match (read("method"), read("url")) {
        // Asking again changes nothing.
        (Ok(method), Ok(_)) if request::is_safe(&method) => Reconciled::NotBegun,
        (Ok(method), Ok(url)) => {
            Reconciled::Unknown(format!("nobody can say whether {method} {url} arrived"))
        }
        (Err(failure), _) | (_, Err(failure)) => Reconciled::Done(Err(failure)),
    }
}

/// The request with its secrets, and its host as grants spell it.
async fn read(call: &Call<'_>) -> Result<(Request, String), Failure> {
    let (request, host) = (Request::read(call).await?, host(call)?);
    // The client and the gate must mean the same host by the same URL.
    if request.host() != host {
        let url: String = call.argument("url")?;
        let message = format!("`{url}` can be read as another host than `{host}`");
        return Err(Failure::new(Code::InvalidArguments, message));
    }
    if !spelled_out(call, &host) {
        client::check_literal(&request.url, &host)?;
    }
    Ok((request, host))
}

/// Whether a grant names the host itself, so that it may lead anywhere.
fn spelled_out(call: &Call<'_>, host: &str) -> bool {
    call.grants.iter().any(|grant| grant.spells_out(Power::Http, host))
}

/// The host as grants spell it.
fn host(call: &Call<'_>) -> Result<String, Failure> {
    let subject = operation::subject(call.operation, call.arguments);
    subject
        .map_err(|reason| Failure::new(Code::InvalidArguments, reason))?
        .ok_or_else(|| Failure::new(Code::Internal, "`http.send` has no host"))
}

#[cfg(test)]
mod tests;
