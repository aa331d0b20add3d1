//! Tokens: listed without their secrets, made, revoked.

use crate::{
    app::tokens::{self, Caller, Purpose},
    http::{
        Reply,
        extract::{self, Path, Query},
        page,
        problem::{Refusal, invalid},
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    page::{Page, PageQuery},
    secret::Secret,
    tokens::{CreatedToken, NewToken, Token, TokenKind},
};
use bindery_core::{code::Failure, id::TokenId, limit};
use std::time::Duration;

/// The longest name of a token, in characters.
const NAME_CHARS: usize = limit::NAME_CHARS;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Token>> {
    let listed = plane.list_tokens(page::range(query.cursor, query.limit)?).await?;
    Ok(Json(page::page(listed, shown)))
}

pub(super) async fn create(
    State(plane): State<ControlPlane>,
    caller: Caller,
    extract::Json(new): extract::Json<NewToken>,
) -> Reply<CreatedToken> {
    let (purpose, valid) = (purpose(&new)?, valid(&new)?);
    let name = name(&new)?;
    let (token, secret) = plane.create_token(&name, purpose, valid, &caller.name).await?;
    Ok(Json(CreatedToken { token: shown(token), secret: Secret::new(secret) }))
}

pub(super) async fn revoke(
    State(plane): State<ControlPlane>,
    Path(token): Path<TokenId>,
) -> Result<(), Refusal> {
    Ok(plane.revoke_token(token).await?)
}

fn purpose(new: &NewToken) -> Result<Purpose, Failure> {
    match (new.kind, new.role) {
        (TokenKind::Api, Some(role)) => Ok(Purpose::Api(role)),
        (TokenKind::Enrol, None) => Ok(Purpose::Enrol),
        (TokenKind::Api, None) => Err(invalid("`role`: a token of the kind `api` needs one")),
        (TokenKind::Enrol, Some(_)) => Err(invalid("`role`: an enrolment token has none")),
    }
}

fn valid(new: &NewToken) -> Result<Option<Duration>, Failure> {
    let Some(seconds) = new.seconds else { return Ok(None) };
    let day = limit::ENROL_TOKEN_VALIDITY;
    match (new.kind, Duration::from_secs(seconds)) {
        (_, Duration::ZERO) => Err(invalid("`seconds` must be more than 0")),
        (TokenKind::Enrol, valid) if valid > day => {
            Err(invalid(format!("`seconds`: an enrolment token lasts at most {}", day.as_secs())))
        }
        (_, valid) => Ok(Some(valid)),
    }
}

fn name(new: &NewToken) -> Result<String, Failure> {
    let by_kind = match new.kind {
        TokenKind::Api => "api",
        TokenKind::Enrol => "enrol",
    };
    let name = new.name.as_deref().map_or(by_kind, str::trim);
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(invalid(format!("`name` must be printable and have 1 to {NAME_CHARS} characters")))
}

fn shown(token: tokens::Token) -> Token {
    let (kind, role) = match token.purpose {
        Purpose::Api(role) => (TokenKind::Api, Some(role)),
        Purpose::Enrol => (TokenKind::Enrol, None),
    };
    Token {
        id: token.id,
        kind,
        role,
        name: token.name,
        created_at: token.created_at,
        created_by: token.created_by,
        expires_at: token.expires_at,
    }
}
