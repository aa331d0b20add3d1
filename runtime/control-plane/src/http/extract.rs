//! What handlers take out of requests. Whatever does not fit is a problem that names the part.

use crate::{
    app::tokens::Caller,
    http::problem::{Refusal, invalid},
    plane::ControlPlane,
};
use axum::{
    body::{Body, HttpBody as _},
    extract::{self, FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bytes::Bytes;
use futures::StreamExt as _;
use serde::de::DeserializeOwned;

/// The longest file that can be imported: a module, its statement, and what frames them.
const FILE_BYTES: usize = limit::MODULE_BYTES + 2 * limit::STATEMENT_BYTES;

/// The parameters of the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ControlPlane> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, plane: &ControlPlane) -> Result<Self, Refusal> {
        let path = extract::Path::<T>::from_request_parts(parts, plane).await;
        let extract::Path(values) = path.map_err(|rejection| invalid(rejection.body_text()))?;
        Ok(Self(values))
    }
}

/// The fields of the query.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<ControlPlane> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &ControlPlane) -> Result<Self, Refusal> {
        let query = extract::Query::<T>::try_from_uri(&parts.uri);
        let extract::Query(fields) = query.map_err(|rejection| invalid(rejection.body_text()))?;
        Ok(Self(fields))
    }
}

impl FromRequestParts<ControlPlane> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &ControlPlane) -> Result<Self, Refusal> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let missing = || Failure::new(Code::Unauthenticated, "a public route has no caller");
        Ok(caller.ok_or_else(missing)?)
    }
}

/// The JSON of the body.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ControlPlane> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &ControlPlane) -> Result<Self, Refusal> {
        Ok(Self(parse(&json_body(request).await?)?))
    }
}

/// The JSON of the body, or the default if there is no body.
pub(super) struct MaybeJson<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<ControlPlane> for MaybeJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &ControlPlane) -> Result<Self, Refusal> {
        let body = json_body(request).await?;
        Ok(Self(if body.is_empty() { T::default() } else { parse(&body)? }))
    }
}

/// The body as a file.
pub(super) struct File(pub(super) Bytes);

impl FromRequest<ControlPlane> for File {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &ControlPlane) -> Result<Self, Refusal> {
        Ok(Self(read(request.into_body(), FILE_BYTES).await?))
    }
}

async fn json_body(request: Request) -> Result<Bytes, Failure> {
    if let Some(kind) = request.headers().get(header::CONTENT_TYPE) {
        let kind = kind.to_str().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(invalid("the body must be `application/json`"));
        }
    }
    read(request.into_body(), limit::BODY_BYTES).await
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        invalid(match field.as_str() {
            "." | "?" => format!("the body: {}", error.inner()),
            _ => format!("`{field}`: {}", error.inner()),
        })
    })?;
    json.end().map_err(|error| invalid(format!("the body: {error}")))?;
    Ok(value)
}

/// Reads a body of at most `most` bytes.
///
/// What a longer one has beyond is read as well, up to as much again, and thrown away: a client
/// that still writes would not hear the answer.
async fn read(body: Body, most: usize) -> Result<Bytes, Failure> {
    let (mut whole, mut seen) = (Vec::with_capacity(size_hint(&body).min(most)), 0_usize);
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| invalid("the body broke off"))?;
        seen = seen.saturating_add(part.len());
        if seen > 2 * most {
            break;
        }
        if seen <= most {
            whole.extend_from_slice(&part);
        }
    }
    if seen > most {
        let message = format!("the body has more than {most} bytes");
        return Err(Failure::new(Code::TooLarge, message));
    }
    Ok(whole.into())
}

fn size_hint(body: &Body) -> usize {
    usize::try_from(body.size_hint().lower()).unwrap_or(0).min(limit::BODY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_api::accounts::NewAccount;

    #[tokio::test]
    async fn a_body_ends_at_its_limit() {
        let of = |bytes: usize| read(Body::from(vec![b'x'; bytes]), 100);
        assert_eq!(of(100).await.map(|body| body.len()), Ok(100));
        for bytes in [101, 200, 10_000] {
            assert_eq!(of(bytes).await.expect_err("too large").code, Code::TooLarge, "{bytes}");
        }
    }

    #[test]
    fn json_that_does_not_fit_is_refused_with_the_field() {
        let refused = |text: &str| parse::<NewAccount>(text.as_bytes()).expect_err(text).message;
        assert!(refused(r#"{"name": "1st"}"#).starts_with("`name`: "));
        assert!(refused(r#"{"name": "A", "x": 1}"#).contains("unknown field `x`"));
        assert!(refused(r#"{"name": "A"} {}"#).starts_with("the body: "));
        assert!(refused("").starts_with("the body: "));
    }
}
