//! A control plane with its API, and clients of it.

use bindery_api::{
    accounts::NewAccount,
    secret::Secret,
    tokens::{NewToken, TokenKind},
};
use bindery_client::{Client, ClientError, Config};
use bindery_control_plane::{
    http::router,
    plane::{self, ControlPlane},
};
use bindery_core::{account::Role, code::Code, retention::Retention};
use bindery_seal::{bundle::Bundle, trust::TrustedKey};
use bindery_store::Stores;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::{net::TcpListener, task::JoinSet};

/// The account that every test has.
pub(crate) const ACCOUNT: &str = "Test";

/// A control plane that ends with the test.
pub(crate) struct Server {
    pub(crate) plane: ControlPlane,
    pub(crate) url: String,
    pub(crate) owner: Client,
    _folder: tempfile::TempDir,
    _tasks: JoinSet<()>,
}

impl Server {
    /// A control plane with the account [`ACCOUNT`].
    pub(crate) async fn start() -> Self {
        Self::holding(vec![], vec![]).await
    }

    /// The same with these runbooks built in, of these publishers.
    pub(crate) async fn holding(builtins: Vec<Bundle>, publishers: Vec<TrustedKey>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = plane::Config {
            folder: folder.path().to_owned(),
            stores: Stores::memory(),
            clock: Arc::new(|| "2026-11-22T18:00:00Z".parse::<Timestamp>().expect("a time")),
            name: "test".into(),
            builtins,
            publishers,
            modules: vec![],
            replayer: None,
            fingerprint: None,
        };
        let plane = ControlPlane::open(config).await.expect("a control plane");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut tasks = plane.start_tasks(Retention::default()).await.expect("tasks");
        let api = router(plane.clone());
        tasks.spawn(async move { axum::serve(listener, api).await.expect("it serves") });
        let token = plane.first_token().await.expect("a store").expect("the first token");
        let owner = client(&url, Some(&token));
        let account =
            NewAccount { name: ACCOUNT.parse().expect("a name"), profile: Default::default() };
        owner.create_account(&account).await.expect("an account");
        Self { plane, url, owner, _folder: folder, _tasks: tasks }
    }

    /// A client with this token.
    pub(crate) fn with(&self, token: Option<&str>) -> Client {
        client(&self.url, token)
    }

    /// A client whose token has this role.
    pub(crate) async fn role(&self, role: Role) -> Client {
        let new = NewToken { kind: TokenKind::Api, role: Some(role), name: None, seconds: None };
        let made = self.owner.create_token(&new).await.expect("a token");
        self.with(Some(made.secret.reveal()))
    }
}

fn client(url: &str, token: Option<&str>) -> Client {
    let config = Config { url: url.to_owned(), token: token.map(Secret::new), ca_pem: None };
    Client::new(config).expect("a client")
}

/// The code of a refusal; what was not refused fails the test.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> Code {
    match result.expect_err("a refusal") {
        ClientError::Problem(problem) => problem.code,
        other => panic!("no problem: {other:?}"),
    }
}
