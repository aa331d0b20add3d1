//! The client against a server that answers from a script: what is sent, what is understood, what
//! is tried again.

use bindery_api::{jobs::JobEvent, secret::Secret};
use bindery_client::{Client, ClientError, Config};
use bindery_core::code::Code;
use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// Answers one connection with each of `replies`; gives back the heads of the requests.
async fn serve(replies: Vec<String>) -> (Client, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let mut heads = vec![];
        for reply in replies {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = vec![];
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a request"));
            }
            heads.push(String::from_utf8(head).expect("text"));
            stream.write_all(reply.as_bytes()).await.expect("a reader");
        }
        heads
    });
    let config = Config { url, token: Some(Secret::new("bt_1")), ca_pem: None };
    (Client::new(config).expect("a client"), server)
}

fn reply(status: &str, media_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\nconnection: close\r\n\r\n{body}")
}

fn event(id: u32, data: serde_json::Value) -> String {
    format!("id: {id}\ndata: {data}\n\n")
}

fn record(id: u32, text: &str) -> String {
    let record = serde_json::json!({
        "job": JOB, "sequence": id, "index": 0, "time": "2026-01-01T00:00:00Z", "kind": "Output", "text": text,
    });
    event(id, serde_json::json!({ "type": "stream", "id": id.to_string(), "record": record }))
}

fn completed(id: u32) -> String {
    let job = serde_json::json!({
        "id": JOB, "account": "Automation", "runbook": "Report", "digest": format!("sha256:{}", "0".repeat(64)),
        "status": "Completed", "parameters": {}, "grants": [], "limits": {}, "placement": "sandbox",
        "trigger": "Manual", "startedBy": "somebody", "createdAt": "2026-01-01T00:00:00Z",
    });
    event(id, serde_json::json!({ "type": "status", "id": id.to_string(), "job": job }))
}

const JOB: &str = "01990000-0000-7000-8000-000000000001";

#[tokio::test]
async fn a_refusal_is_a_problem_with_its_code() {
    let problem = serde_json::to_string(&bindery_api::problem::Problem::from(
        bindery_core::code::Failure::new(Code::NotFound, "there is no computer `web-9`"),
    ))
    .expect("JSON");
    let (client, server) =
        serve(vec![reply("404 Not Found", "application/problem+json", &problem)]).await;
    let error = client.computer("web-9").await.expect_err("a refusal");
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(error.to_string(), "there is no computer `web-9`");
    let heads = server.await.expect("the server");
    assert!(heads[0].starts_with("GET /v1/computers/web-9 HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("authorization: Bearer bt_1\r\n"), "{}", heads[0]);
}

#[tokio::test]
async fn a_reply_of_something_else_is_named_and_not_guessed_at() {
    let (client, _server) = serve(vec![reply("502 Bad Gateway", "text/html", "<html>")]).await;
    let error = client.workspace().await.expect_err("no reply of ours");
    assert!(matches!(error, ClientError::BadReply { status: 502, .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let client = Client::new(Config { url, token: None, ca_pem: None }).expect("a client");
    let error = client.health().await.expect_err("nobody");
    assert_eq!(error.code(), Code::ControlPlaneUnreachable);
}

#[tokio::test]
async fn events_go_on_after_the_last_one_when_the_connection_breaks() {
    let stream = |body: &str| reply("200 OK", "text/event-stream", body);
    let (client, server) = serve(vec![
        stream(&(record(1, "one") + "id: 2\ndata: {\"cut")),
        stream(&(record(2, "two") + &completed(3))),
    ])
    .await;
    let events: Vec<_> = client.watch_job("Automation", JOB).collect().await;
    let ids: Vec<_> = events.iter().flatten().map(JobEvent::id).collect();
    assert_eq!(ids, ["1", "2", "3"], "{events:?}");
    let heads = server.await.expect("the server");
    assert!(!heads[0].contains("last-event-id"), "{}", heads[0]);
    assert!(heads[1].contains("last-event-id: 1\r\n"), "{}", heads[1]);
}
