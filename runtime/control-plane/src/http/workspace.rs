//! The workspace, the health of its control plane, and the documents that describe the API.

use crate::{
    http::{Reply, problem::Refusal},
    plane::ControlPlane,
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use bindery_api::{
    openapi::openapi_text,
    workspace::{ComputerCounts, Health, HealthStatus, Workspace},
};
use bindery_core::fleet::Compliance;
use serde_json::Value;
use std::sync::LazyLock;

const VERSION: &str = env!("CARGO_PKG_VERSION");

static OPENAPI: LazyLock<String> = LazyLock::new(openapi_text);

pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI.as_str())
}

pub(super) async fn options_schema(State(plane): State<ControlPlane>) -> Reply<Value> {
    Ok(Json(plane.options_schema()?))
}

pub(super) async fn health() -> Json<Health> {
    Json(Health { status: HealthStatus::Ok, version: VERSION.to_owned(), ready: true })
}

pub(super) async fn show(State(plane): State<ControlPlane>) -> Result<Json<Workspace>, Refusal> {
    Ok(Json(Workspace {
        id: plane.workspace.id,
        name: plane.workspace.name.clone(),
        workspace_key: plane.workspace_key().to_string(),
        version: VERSION.to_owned(),
        computers: count(&plane).await?,
    }))
}

async fn count(plane: &ControlPlane) -> Result<ComputerCounts, Refusal> {
    let mut counts = ComputerCounts::default();
    for computer in plane.all_computers().await? {
        counts.total += 1;
        counts.reachable += u32::from(plane.reachable(computer.id));
        match computer.compliance() {
            Compliance::Compliant => counts.compliant += 1,
            Compliance::NonCompliant => counts.non_compliant += 1,
            Compliance::NotAssessed => counts.not_assessed += 1,
        }
    }
    Ok(counts)
}
