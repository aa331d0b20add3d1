//! Who may do what.

use crate::server::{ACCOUNT, Server, code};
use bindery_api::{
    accounts::NewAccount,
    page::PageQuery,
    runbooks::ImportRunbook,
    tokens::{NewToken, TokenKind},
};
use bindery_core::{account::Role, code::Code};
use bytes::Bytes;

fn account(name: &str) -> NewAccount {
    NewAccount { name: name.parse().expect("a name"), profile: Default::default() }
}

#[tokio::test]
async fn without_a_known_api_token_nothing_opens() {
    let server = Server::start().await;
    let enrol = server.plane.enrol_token("a computer").await.expect("a token");
    for token in [None, Some("bnd-api.wrong"), Some(""), Some(enrol.as_str())] {
        assert_eq!(code(server.with(token).workspace().await), Code::Unauthenticated, "{token:?}");
    }
    server.with(None).health().await.expect("health is public");
}

#[tokio::test]
async fn a_role_opens_what_it_is_for_and_no_more() {
    let server = Server::start().await;
    let reader = server.role(Role::Reader).await;
    reader.account(ACCOUNT).await.expect("a reader sees");
    let (how, file) = (ImportRunbook::default(), Bytes::from_static(b"\0asm"));
    assert_eq!(code(reader.import_runbook(ACCOUNT, &how, file.clone()).await), Code::Forbidden);
    assert_eq!(code(reader.list_tokens(&PageQuery::default()).await), Code::Forbidden);
    let contributor = server.role(Role::Contributor).await;
    assert_eq!(code(contributor.import_runbook(ACCOUNT, &how, file).await), Code::InvalidModule);
    assert_eq!(code(contributor.create_account(&account("Other")).await), Code::Forbidden);
    server.owner.create_account(&account("Other")).await.expect("an owner may");
    assert_eq!(code(server.owner.create_account(&account("OTHER")).await), Code::NameTaken);
}

#[tokio::test]
async fn a_revoked_token_is_no_token_and_no_list_shows_a_secret() {
    let server = Server::start().await;
    let new = NewToken {
        kind: TokenKind::Api,
        role: Some(Role::Owner),
        name: Some("second".into()),
        seconds: None,
    };
    let made = server.owner.create_token(&new).await.expect("a token");
    let second = server.with(Some(made.secret.reveal()));
    let listed = second.list_tokens(&PageQuery::default()).await.expect("a list");
    let text = serde_json::to_string(&listed).expect("JSON");
    assert!(text.contains("second") && !text.contains(made.secret.reveal()), "{text}");
    server.owner.revoke_token(&made.token.id.to_string()).await.expect("revoked");
    assert_eq!(code(second.workspace().await), Code::Unauthenticated);
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_refused() {
    let server = Server::start().await;
    let of = |kind, role, seconds| NewToken { kind, role, name: None, seconds };
    let rows = [
        of(TokenKind::Api, None, None),
        of(TokenKind::Enrol, Some(Role::Reader), None),
        of(TokenKind::Enrol, None, Some(86_401)),
        of(TokenKind::Api, Some(Role::Reader), Some(0)),
    ];
    for new in rows {
        assert_eq!(code(server.owner.create_token(&new).await), Code::InvalidRequest, "{new:?}");
    }
}
