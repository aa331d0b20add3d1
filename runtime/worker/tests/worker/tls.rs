//! TLS: only the control plane whose CA was pinned is spoken to.

use crate::fake::*;
use bindery_core::{code::Code, digest::Digest};
use bindery_worker::{
    agent::{
        address::Address,
        enrol::{EnrolError, enrol},
        identity::Identity,
        socket::WebSocketConnector,
        token::EnrolToken,
    },
    connector::{ConnectError, Connector as _},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// A CA and a certificate of it for this computer.
struct Authority {
    ca: CertificateDer<'static>,
    leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn authority() -> Authority {
    let ca_key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&ca_key).expect("a CA");
    let key = KeyPair::generate().expect("a key");
    let names = vec!["127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names)
        .expect("parameters")
        .signed_by(&key, &Issuer::new(params, ca_key))
        .expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    Authority { ca: ca.der().clone(), leaf: leaf.der().clone(), key }
}

/// A control plane that shows `chain`, and answers every request with `answer`; it counts the
/// requests.
async fn serve(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    answer: (u16, String),
) -> (Address, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = requests.clone();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(tcp).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                counter.fetch_add(1, Ordering::SeqCst);
                let (status, body) = &answer;
                let length = body.len();
                let reply = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (format!("https://127.0.0.1:{port}").parse().expect("an address"), requests)
}

fn token(ca: &CertificateDer<'_>) -> EnrolToken {
    format!("bnd-enrol.secret.{}", Digest::of(ca).hex()).parse().expect("a token")
}

fn welcome() -> (u16, String) {
    let answer = json!({
        "computerId": computer(),
        "workspaceId": "00000000-0000-0000-0000-000000000001",
        "workspaceKey": workspace().public_key(),
        "continuation": 3,
    });
    (201, answer.to_string())
}

#[tokio::test]
async fn an_agent_enrols_at_the_control_plane_that_its_token_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = authority();
    let pin = token(&made.ca);
    let (address, _) = serve(vec![made.leaf, made.ca], made.key, welcome()).await;
    let facts = enrol(folder.path(), &address, &pin, "c1", now()).await.expect("enrolled");
    assert_eq!((facts.computer, facts.continuation), (computer(), 3));
    assert_eq!(Identity::load(folder.path()).expect("an identity").facts(), facts);
    let again = enrol(folder.path(), &address, &pin, "c1", now()).await;
    assert!(matches!(again, Err(EnrolError::Enrolled { .. })));
    // The session goes over the same TLS, and this is no WebSocket.
    let connector = WebSocketConnector::new(&facts).expect("a connector");
    let refused = connector.connect().await.expect_err("no WebSocket");
    assert!(matches!(refused, ConnectError::NoControlPlane { .. }), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_sent_to_a_control_plane_of_another_ca() {
    let folder = tempfile::tempdir().expect("a folder");
    let (made, other) = (authority(), authority());
    let pin = token(&other.ca);
    let (address, requests) = serve(vec![made.leaf, made.ca], made.key, welcome()).await;
    let refused = enrol(folder.path(), &address, &pin, "c1", now()).await.expect_err("refused");
    assert!(refused.to_string().contains("possibly an impostor"), "{refused}");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
    assert!(!Identity::exists(folder.path()));
}

#[tokio::test]
async fn showing_the_pinned_ca_beside_a_certificate_that_is_not_of_it_does_not_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let (made, other) = (authority(), authority());
    let pin = token(&other.ca);
    let (address, requests) = serve(vec![made.leaf, other.ca], made.key, welcome()).await;
    let refused = enrol(folder.path(), &address, &pin, "c1", now()).await.expect_err("refused");
    let impostor = matches!(refused, EnrolError::Connect(ConnectError::Impostor { .. }));
    assert!(impostor, "{refused:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_refusal_carries_the_control_planes_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = authority();
    let pin = token(&made.ca);
    let problem = json!({ "code": "InvalidEnrolToken", "detail": "it was used" });
    let answer = (403, problem.to_string());
    let (address, _) = serve(vec![made.leaf, made.ca], made.key, answer).await;
    let refused = enrol(folder.path(), &address, &pin, "c1", now()).await.expect_err("refused");
    assert!(matches!(refused, EnrolError::Refused { code: Code::InvalidEnrolToken, .. }));
}

#[tokio::test]
async fn a_control_plane_that_is_not_there_is_unreachable() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = authority();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let address = format!("https://127.0.0.1:{port}").parse().expect("an address");
    let refused = enrol(folder.path(), &address, &token(&made.ca), "c1", now()).await;
    let unreachable = matches!(refused, Err(EnrolError::Connect(ConnectError::Unreachable { .. })));
    assert!(unreachable, "{refused:?}");
}
