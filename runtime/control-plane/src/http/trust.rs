//! The publishers that are trusted.

use crate::{
    app::tokens::Caller,
    http::{
        Reply,
        extract::{self, Query},
        page,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    page::{Page, PageQuery},
    trust::{TrustPublisher, TrustedPublisher},
};
use bindery_core::seal::Publisher;
use bindery_seal::trust::TrustedKey;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<TrustedPublisher>> {
    let listed = page::slice(plane.trusted(), query.cursor, query.limit)?;
    // The signed list does not say who added a key; the log does.
    Ok(Json(listed.map(|key| shown(key, String::new()))))
}

pub(super) async fn add(
    State(plane): State<ControlPlane>,
    caller: Caller,
    extract::Json(new): extract::Json<TrustPublisher>,
) -> Reply<TrustedPublisher> {
    let key = plane.add_trust(&new.publisher, &new.public_key, &caller).await?;
    Ok(Json(shown(key, caller.name)))
}

fn shown(key: TrustedKey, added_by: String) -> TrustedPublisher {
    TrustedPublisher {
        publisher: Publisher { name: key.publisher, key_id: key.public_key.key_id() },
        public_key: key.public_key.to_string(),
        added_at: key.added_at,
        added_by,
    }
}
