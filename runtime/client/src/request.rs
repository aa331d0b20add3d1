//! One request and its reply.

use crate::{Client, error::ClientError};
use bindery_api::{
    problem::{self, Problem},
    routes::RouteId,
};
use bindery_core::limit;
use bytes::Bytes;
use reqwest::{RequestBuilder, Response, header};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How long a request and its reply may take.
const REPLY: Duration = Duration::from_secs(120);

/// A request that was not sent yet.
pub(crate) struct Request {
    inner: RequestBuilder,
    url: String,
}

impl Client {
    /// A request to `route` with `values` in its path.
    pub(crate) fn to(&self, route: RouteId, values: &[(&str, &str)]) -> Request {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), route.url(values)));
        let mut inner = self.http.request(route.method(), url.clone());
        if let Some(token) = &self.token {
            inner = inner.bearer_auth(token.reveal());
        }
        Request { inner, url: url.into() }
    }
}

impl Request {
    /// With the fields of `query` as query parameters.
    pub(crate) fn query(self, query: &impl Serialize) -> Self {
        Self { inner: self.inner.query(query), ..self }
    }

    /// With `body` as JSON.
    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        Self { inner: self.inner.json(body), ..self }
    }

    /// With `body` as it is.
    pub(crate) fn bytes(self, media_type: &str, body: Bytes) -> Self {
        Self { inner: self.inner.header(header::CONTENT_TYPE, media_type).body(body), ..self }
    }

    /// With a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { inner: self.inner.header(name, value), ..self }
    }

    /// Sends it; answers the JSON of the reply.
    pub(crate) async fn reply<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        let url = self.url.clone();
        let (status, body) = self.content().await?;
        serde_json::from_slice(&body).map_err(|error| ClientError::BadReply {
            url,
            status,
            reason: error.to_string(),
        })
    }

    /// Sends it; answers the bytes of the reply.
    pub(crate) async fn download(self) -> Result<Bytes, ClientError> {
        self.content().await.map(|(_, body)| body)
    }

    /// Sends it; there is no reply but that it was done.
    pub(crate) async fn done(self) -> Result<(), ClientError> {
        self.content().await.map(drop)
    }

    async fn content(self) -> Result<(u16, Bytes), ClientError> {
        let url = self.url.clone();
        let response = Self { inner: self.inner.timeout(REPLY), ..self }.send().await?;
        let status = response.status().as_u16();
        Ok((status, body(&url, response).await?))
    }

    /// Sends it; answers the reply once its status is known to be a success.
    pub(crate) async fn send(self) -> Result<Response, ClientError> {
        let url = self.url;
        let response = self.inner.send().await.map_err(|source| unreachable(&url, source))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let text = body(&url, response).await?;
        Err(match serde_json::from_slice::<Problem>(&text) {
            Ok(problem) => ClientError::Problem(Box::new(problem)),
            Err(_) => ClientError::BadReply {
                url,
                status,
                reason: format!("an error that is no {}", problem::MEDIA_TYPE),
            },
        })
    }

    /// What is asked for, for errors.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

pub(crate) fn unreachable(url: &str, source: reqwest::Error) -> ClientError {
    ClientError::Unreachable { url: url.to_owned(), source: source.without_url() }
}

/// The body of a reply, which may not be longer than the longest message there is.
async fn body(url: &str, mut response: Response) -> Result<Bytes, ClientError> {
    let status = response.status().as_u16();
    let mut whole = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|source| unreachable(url, source))? {
        if whole.len() + part.len() > limit::MESSAGE_BYTES {
            return Err(ClientError::BadReply {
                url: url.to_owned(),
                status,
                reason: format!("it has more than {} bytes", limit::MESSAGE_BYTES),
            });
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.into())
}
