//! Refusals on their way out: every failure becomes a problem with a stable code and its status.
//!
//! What is broken inside stands in the log, never in a reply.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bindery_api::problem::{MEDIA_TYPE, Problem};
use bindery_core::code::{Code, Failure};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        reply(Problem::from(hide(self.0)))
    }
}

/// A request that does not have the form that the API asks for.
pub(super) fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(Code::InvalidRequest, message)
}

/// What callers see of a failure of ours: that there was one.
fn hide(failure: Failure) -> Failure {
    let shown = match failure.code {
        Code::Internal => "something inside the control plane failed",
        Code::StoreDamaged => "stored data is damaged",
        _ => return failure,
    };
    tracing::error!(code = %failure.code, %failure, "a request failed");
    Failure::new(failure.code, shown)
}

fn reply(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The reply to a path that is not in the table.
pub(super) async fn no_such_path(request: Request) -> Refusal {
    let path = shown(request.uri().path());
    Refusal(Failure::new(Code::NoSuchPath, format!("there is no path `{path}`")))
}

/// The reply to a path of the table with another method.
pub(super) async fn wrong_method(request: Request) -> Response {
    let (method, path) = (request.method(), shown(request.uri().path()));
    let failure = invalid(format!("`{path}` does not take {}", shown(method.as_str())));
    let status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    reply(Problem { status, ..Problem::from(failure) })
}

/// Turns a panic of a handler into a problem; the connection and the control plane go on.
pub(super) async fn catch_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Refusal(Failure::new(Code::Internal, "a handler panicked")).into_response(),
    }
}

/// A caller's text, short and printable.
fn shown(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::ServiceExt as _;

    async fn problem(response: Response) -> Problem {
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.expect("a body");
        let problem: Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem.status, status);
        problem
    }

    #[tokio::test]
    async fn a_handler_that_panics_answers_a_problem() {
        async fn broken() {
            panic!("of no interest to a caller")
        }
        let router: Router = Router::new().route("/", get(broken)).layer(from_fn(catch_panic));
        let request = Request::new(axum::body::Body::empty());
        let problem = problem(router.oneshot(request).await.expect("a reply")).await;
        assert_eq!((problem.status, problem.code), (500, Code::Internal));
        assert!(!problem.detail.contains("interest"), "{}", problem.detail);
    }

    #[tokio::test]
    async fn what_is_broken_inside_is_not_told() {
        let failure = Failure::new(Code::StoreDamaged, "document `x`: at /var/lib/bindery");
        let problem = problem(Refusal(failure).into_response()).await;
        assert_eq!(
            (problem.code, problem.detail.as_str()),
            (Code::StoreDamaged, "stored data is damaged")
        );
    }
}
