//! The operator: asks the control plane by its API, without a socket.

use axum::{
    Router,
    body::{Body, to_bytes},
    handler::Handler as _,
    http::{Request, header},
    routing::any_service,
};
use serde_json::Value;

/// An answer of the API: what was asked for, or a problem.
pub(crate) type Answer = Result<Value, Value>;

/// The most that an answer has.
const BYTES: usize = 16 << 20;

/// Asks `method path` with `body`, as whoever has `token`.
pub(crate) async fn ask(
    router: &Router,
    token: &str,
    (method, path): (&str, &str),
    body: impl Into<Body>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .expect("a request");
    let response = any_service(router.clone()).call(request, ()).await;
    let good = response.status().is_success();
    let bytes = to_bytes(response.into_body(), BYTES).await.expect("a body");
    let value =
        if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
    if good { Ok(value) } else { Err(value) }
}
