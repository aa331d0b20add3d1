//! Requests that the API does not understand: each answers a problem with a stable code.

use crate::server::Server;
use bindery_api::{
    problem::{MEDIA_TYPE, Problem},
    tokens::{NewToken, TokenKind},
};
use bindery_core::{account::Role, code::Code, limit};
use reqwest::{Method, RequestBuilder};

struct Raw {
    server: Server,
    token: String,
    http: reqwest::Client,
}

impl Raw {
    async fn start() -> Self {
        let server = Server::start().await;
        let new =
            NewToken { kind: TokenKind::Api, role: Some(Role::Owner), name: None, seconds: None };
        let made = server.owner.create_token(&new).await.expect("a token");
        // reqwest wants one even for plain HTTP; a second test may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { server, token: made.secret.reveal().to_owned(), http }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.url);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    fn json(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.ask(Method::POST, path).header("content-type", "application/json").body(body)
    }
}

async fn problem(request: RequestBuilder) -> Problem {
    let response = request.send().await.expect("a reply");
    let (status, kind) = (response.status().as_u16(), response.headers()["content-type"].clone());
    assert_eq!(kind, MEDIA_TYPE);
    let problem: Problem = response.json().await.expect("a problem");
    assert_eq!(problem.status, status);
    assert!(!problem.remedy.is_empty() && !problem.detail.is_empty());
    problem
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_named() {
    let api = Raw::start().await;
    let rows = [
        ("", "the body"),
        ("{", "the body"),
        (r#"{"name": 1}"#, "`name`"),
        (r#"{"name": "A B"}"#, "`name`"),
        (r#"{"name": "A", "colour": 1}"#, "colour"),
    ];
    for (body, part) in rows {
        let problem = problem(api.json("/v1/accounts", body)).await;
        assert_eq!((problem.status, problem.code), (400, Code::InvalidRequest), "{body}");
        assert!(problem.detail.contains(part), "{body}: {}", problem.detail);
    }
    let text = api.ask(Method::POST, "/v1/accounts").header("content-type", "text/plain");
    assert_eq!(problem(text.body(r#"{"name": "A"}"#)).await.code, Code::InvalidRequest);
}

#[tokio::test]
async fn bodies_end_at_their_limits() {
    let api = Raw::start().await;
    let large = problem(api.json("/v1/accounts", vec![b' '; limit::BODY_BYTES + 1])).await;
    assert_eq!((large.status, large.code), (413, Code::TooLarge));
    let file = vec![0; limit::MODULE_BYTES + 2 * limit::STATEMENT_BYTES + 1];
    let path = "/v1/accounts/Test/runbooks";
    let large = problem(api.ask(Method::POST, path).body(file)).await;
    assert_eq!((large.status, large.code), (413, Code::TooLarge));
}

#[tokio::test]
async fn paths_methods_ids_and_queries_that_are_none_are_problems() {
    let api = Raw::start().await;
    let rows = [
        ("GET", "/v1/nothing", 404, Code::NoSuchPath),
        ("GET", "/", 404, Code::NoSuchPath),
        ("DELETE", "/v1/accounts", 405, Code::InvalidRequest),
        ("GET", "/v1/runs/seven", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts/1st", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts/Test/jobs/seven", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts/Other", 404, Code::NotFound),
        ("GET", "/v1/computers/web-9", 404, Code::NotFound),
        ("GET", "/v1/log/.journal", 404, Code::NotFound),
        ("GET", "/v1/log/UpdateRunProgress/nothing", 404, Code::NotFound),
        ("GET", "/v1/log/UpdateRunProgress?cursor=x", 400, Code::InvalidRequest),
        ("GET", "/v1/updates?cursor=x", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts?limit=0", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts?limit=1001", 400, Code::InvalidRequest),
        ("GET", "/v1/accounts?limit=many", 400, Code::InvalidRequest),
        ("GET", "/v1/computers?compliance=Perhaps", 400, Code::InvalidRequest),
        ("GET", "/v1/agent/session", 400, Code::InvalidRequest),
    ];
    for (method, path, status, code) in rows {
        let method: Method = method.parse().expect("a method");
        let problem = problem(api.ask(method, path)).await;
        assert_eq!((problem.status, problem.code), (status, code), "{path}: {}", problem.detail);
    }
}
