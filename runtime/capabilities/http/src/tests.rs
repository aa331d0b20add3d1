//! Requests to a real server on loopback.

use super::*;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, header},
    routing::{any, get},
};
use bindery_core::{
    digest::Digest,
    grant::Grant,
    id::{JobId, WorkerId},
    job::Trigger,
};
use bindery_sandbox::capability::JobFacts;
use jiff::Timestamp;
use std::net::SocketAddr;

fn facts() -> JobFacts {
    JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Automation".parse().expect("a name"),
        runbook: "Report".parse().expect("a name"),
        digest: Digest::of(b""),
        parameters: json!({}),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: Timestamp::UNIX_EPOCH,
    }
}

/// What is done with a call.
#[derive(Clone, Copy)]
enum Do {
    Perform,
    Rehearse,
}

async fn with(grants: &[&str], arguments: Value, what: Do) -> Result<Value, Failure> {
    let grants: Vec<Grant> = grants.iter().map(|it| it.parse().expect("a grant")).collect();
    let (job, say) = (facts(), |_, _, _| {});
    let call = Call {
        job: &job,
        sequence: 1,
        operation: &HTTP_SEND,
        arguments: &arguments,
        grants: &grants,
        now: Timestamp::UNIX_EPOCH,
        deadline: None,
        restored: None,
        secrets: &bindery_sandbox::secrets::Secrets::none(),
        say: &say,
    };
    let http = Http::default();
    match what {
        Do::Perform => http.perform(&call).await,
        Do::Rehearse => http.rehearse(&call).await,
    }
}

fn request(url: &str) -> Value {
    json!({ "url": url, "method": "GET", "headers": [], "timeout": 10_000 })
}

/// A server whose answers are tested; where it is.
async fn server() -> SocketAddr {
    let echo = |method: Method, headers: HeaderMap, body: Bytes| async move {
        let given = headers.get("x-given").cloned();
        let text = format!("{method} {} {:?}", String::from_utf8_lossy(&body), given);
        ([("x-seen", "yes")], text)
    };
    let moved = || async { (StatusCode::FOUND, [(header::LOCATION, "/echo")], "moved") };
    let router = Router::new()
        .route("/echo", any(echo))
        .route("/moved", get(moved))
        .route("/never", get(std::future::pending::<String>))
        .route("/bytes", get(async || Bytes::from_static(b"a\xffb")))
        .route("/fits", get(async || "x".repeat(limit::HTTP_BODY_BYTES)))
        .route("/large", get(async || "x".repeat(limit::HTTP_BODY_BYTES + 1)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The answer of the server at `path`, for a job whose grant spells it out.
async fn ask(path: &str, change: impl FnOnce(&mut Value)) -> Result<Value, Failure> {
    let address = server().await;
    let mut arguments = request(&format!("http://{address}{path}"));
    change(&mut arguments);
    with(&[&format!("http:{address}")], arguments, Do::Perform).await
}

#[tokio::test]
async fn a_request_arrives_as_it_was_asked_for_and_its_response_comes_back() {
    let response = ask("/echo?x=1", |request| {
        request["method"] = "POST".into();
        request["headers"] = json!([{ "name": "X-Given", "value": "v" }]);
        request["body"] = "hello".into();
    });
    let response = response.await.expect("a response");
    assert_eq!(response["status"], 200);
    assert_eq!(response["body"], "POST hello Some(\"v\")");
    let headers = response["headers"].as_array().expect("headers");
    assert!(headers.contains(&json!({ "name": "x-seen", "value": "yes" })), "{headers:?}");
}

#[tokio::test]
async fn a_redirect_is_a_response_and_any_status_is() {
    let response = ask("/moved", |_| {}).await.expect("a response");
    assert_eq!((&response["status"], &response["body"]), (&json!(302), &json!("moved")));
    assert_eq!(ask("/nothing", |_| {}).await.expect("a response")["status"], 404);
    assert_eq!(ask("/bytes", |_| {}).await.expect("a response")["body"], "a\u{fffd}b");
}

#[tokio::test]
async fn bodies_end_at_their_limit() {
    let fits = ask("/fits", |_| {}).await.expect("a response");
    assert_eq!(fits["body"].as_str().map(str::len), Some(limit::HTTP_BODY_BYTES));
    assert_eq!(ask("/large", |_| {}).await.expect_err("too large").code, Code::TooLarge);
    for (more, refused) in [(0, None), (1, Some(Code::TooLarge))] {
        let sent = ask("/nothing", |request| {
            request["method"] = "POST".into();
            request["body"] = "x".repeat(limit::HTTP_BODY_BYTES + more).into();
        });
        assert_eq!(sent.await.err().map(|failure| failure.code), refused);
    }
}

#[tokio::test]
async fn who_does_not_answer_in_time_or_is_not_there_is_told_by_name() {
    let late = ask("/never", |request| request["timeout"] = 50.into()).await.expect_err("late");
    assert_eq!(late.code, Code::TimedOut);
    assert!(late.message.contains("did not answer within 50 ms"), "{late}");
    let closed = server_that_is_gone().await;
    let arguments = request(&format!("http://{closed}/"));
    let gone = with(&[&format!("http:{closed}")], arguments, Do::Perform).await;
    let gone = gone.expect_err("gone");
    assert_eq!(gone.code, Code::Unreachable);
    assert!(gone.message.contains(&closed.to_string()), "{gone}");
}

async fn server_that_is_gone() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address")
}

#[tokio::test]
async fn a_mask_with_a_star_leads_to_public_addresses_alone() {
    let address = server().await;
    let (port, by_name) = (address.port(), format!("localhost:{}", address.port()));
    for (url, grant) in [
        (format!("http://{by_name}/echo"), "http:localhost*"),
        (format!("http://{address}/echo"), "http:*"),
        (format!("http://[::ffff:7f00:1]:{port}/echo"), "http:*"),
        ("http://169.254.169.254/latest".to_owned(), "http:169.254.*"),
    ] {
        let refused = with(&[grant], request(&url), Do::Perform).await.expect_err("refused");
        assert_eq!(refused.code, Code::GrantDenied, "{url}: {refused}");
        assert!(refused.message.contains("no public address"), "{refused}");
    }
    let spelled_out = format!("http:{by_name}");
    let url = format!("http://{by_name}/echo");
    let sent = with(&["http:*", &spelled_out], request(&url), Do::Perform).await;
    assert_eq!(sent.expect("a response")["status"], 200, "the owner meant this host");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_by_its_name() {
    let rows = [
        (json!({ "method": "get" }), "`method` must be one of GET"),
        (json!({ "method": "CONNECT" }), "`method`"),
        (json!({ "timeout": 0 }), "HTTP_TIME"),
        (json!({ "timeout": 600_001 }), "HTTP_TIME"),
        (json!({ "headers": [{ "name": "Host", "value": "x" }] }), "the host itself says `host`"),
        (json!({ "headers": [{ "name": "a b", "value": "x" }] }), "`headers[0].name`"),
        (json!({ "headers": [{ "name": "a", "value": "x\r\ny: z" }] }), "`headers[0].value`"),
        (json!({ "url": "http://user@localhost/" }), "must be as in"),
        (json!({ "url": "http://0x7f.1/" }), "another host"),
    ];
    for (change, words) in rows {
        let mut arguments = request("http://localhost/");
        for (key, value) in change.as_object().expect("an object") {
            arguments[key] = value.clone();
        }
        let refused = with(&["http:*"], arguments, Do::Perform).await.expect_err(words);
        assert_eq!(refused.code, Code::InvalidArguments, "{refused}");
        assert!(refused.message.contains(words), "{refused}");
    }
    let many = vec![json!({ "name": "a", "value": "b" }); limit::HTTP_HEADERS + 1];
    let refused = ask("/echo", |request| request["headers"] = many.into()).await;
    assert_eq!(refused.expect_err("too many").code, Code::TooLarge);
}

#[tokio::test]
async fn a_dry_run_reads_and_changes_nothing() {
    let address = server().await;
    let grant = format!("http:{address}");
    let mut arguments = request(&format!("http://{address}/echo"));
    let read = with(&[&grant], arguments.clone(), Do::Rehearse).await.expect("a response");
    assert_eq!(read["body"], "GET  None");
    arguments["method"] = "DELETE".into();
    let told = with(&[&grant], arguments, Do::Rehearse).await.expect("a response");
    assert_eq!(told, json!({ "status": 200, "headers": [], "body": "" }));
}

#[tokio::test]
async fn in_doubt_what_only_reads_is_asked_again_and_nothing_else() {
    let http = Http::default();
    for (method, again) in [("GET", true), ("HEAD", true), ("POST", false), ("DELETE", false)] {
        let mut arguments = request("http://localhost/");
        arguments["method"] = method.into();
        let (job, say) = (facts(), |_, _, _| {});
        let call = Call {
            job: &job,
            sequence: 1,
            operation: &HTTP_SEND,
            arguments: &arguments,
            grants: &[],
            now: Timestamp::UNIX_EPOCH,
            deadline: None,
            restored: None,
            secrets: &bindery_sandbox::secrets::Secrets::none(),
            say: &say,
        };
        let found = http.reconcile(&call).await;
        assert_eq!(matches!(found, Reconciled::NotBegun), again, "{method}: {found:?}");
    }
}
