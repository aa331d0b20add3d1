//! Every route of the table is there, and closed to whoever has no token.

use super::*;
use crate::plane::Config;
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
};
use bindery_api::{
    problem::Problem,
    routes::{Access, Route},
};
use bindery_core::code::Code;
use bindery_store::Stores;
use jiff::Timestamp;
use std::sync::Arc;
use tower::ServiceExt as _;

async fn api() -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().expect("a folder");
    let plane = ControlPlane::open(Config {
        folder: folder.path().to_owned(),
        stores: Stores::memory(),
        clock: Arc::new(|| Timestamp::UNIX_EPOCH),
        name: "test".into(),
        builtins: vec![],
        publishers: vec![],
        modules: vec![],
        replayer: None,
        fingerprint: None,
    });
    (folder, router(plane.await.expect("a control plane")))
}

async fn ask(router: &Router, method: &str, path: &str) -> Response<Body> {
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    let reply = router.clone().oneshot(request.expect("a request")).await;
    reply.expect("a reply")
}

async fn problem(response: Response<Body>) -> Problem {
    let body = to_bytes(response.into_body(), 100_000).await.expect("a body");
    serde_json::from_slice(&body).expect("a problem")
}

/// The route's path with something in place of each parameter.
fn path(route: &Route) -> String {
    route.path.replace(['{', '}'], "")
}

#[tokio::test]
async fn every_route_is_mounted_and_refuses_whoever_has_no_token() {
    let (_folder, router) = api().await;
    for route in ROUTES {
        let response = ask(&router, route.method.as_str(), &path(route)).await;
        let status = response.status();
        if let Access::AtLeast(_) = route.access {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{:?}", route.id);
            assert_eq!(problem(response).await.code, Code::Unauthenticated, "{:?}", route.id);
            continue;
        }
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{:?}", route.id);
        if !status.is_success() {
            assert_ne!(problem(response).await.code, Code::NoSuchPath, "{:?}", route.id);
        }
    }
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let (_folder, router) = api().await;
    let unknown = problem(ask(&router, "GET", "/v2/jobs").await).await;
    assert_eq!((unknown.status, unknown.code), (404, Code::NoSuchPath));
    let response = ask(&router, "DELETE", "/v1/accounts").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(problem(response).await.code, Code::InvalidRequest);
}
