//! Update deployments: made, previewed, shown, run, cancelled.

use crate::{
    app::{
        deployments::{How, New, Preview},
        tokens::Caller,
    },
    http::{
        Reply,
        extract::{self, MaybeJson, Path, Query},
        page,
        problem::invalid,
        runs,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    deployments::{Deployment, DeploymentPreview, NewDeployment, PreviewComputer, RunDeployment},
    options::AdditionalOptions,
    page::{Page, PageQuery},
    runs::Run,
    updates::{Missing, missing},
};
use bindery_core::{
    code::{Code, Failure},
    mask::Mask,
    update::Update,
};
use serde_json::Value;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Deployment>> {
    let listed = plane.list_deployments(page::range(query.cursor, query.limit)?).await?;
    Ok(Json(page::page(listed, Deployment::from)))
}

pub(super) async fn create(
    State(plane): State<ControlPlane>,
    caller: Caller,
    extract::Json(new): extract::Json<NewDeployment>,
) -> Reply<Deployment> {
    Ok(Json(plane.create_deployment(wanted(new)?, &caller).await?.into()))
}

pub(super) async fn preview(
    State(plane): State<ControlPlane>,
    extract::Json(new): extract::Json<NewDeployment>,
) -> Reply<DeploymentPreview> {
    let options = serde_json::from_value(Value::Object(new.options.clone()))
        .map_err(|error| Failure::new(Code::InvalidOptions, format!("`options`: {error}")))?;
    let previews = plane.preview_deployment(wanted(new)?).await?;
    let computers = previews.into_iter().map(|preview| shown(preview, &options)).collect();
    Ok(Json(DeploymentPreview { computers }))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path(deployment): Path<String>,
) -> Reply<Deployment> {
    Ok(Json(plane.deployment(&deployment).await?.into()))
}

pub(super) async fn run(
    State(plane): State<ControlPlane>,
    Path(deployment): Path<String>,
    caller: Caller,
    MaybeJson(how): MaybeJson<RunDeployment>,
) -> Reply<Run> {
    let how = How { dry_run: how.dry_run, computers: how.computers, options: how.options };
    let run = plane.run_deployment(&deployment, how, &caller).await?;
    Ok(Json(runs::counted(&plane, run).await?))
}

pub(super) async fn cancel(
    State(plane): State<ControlPlane>,
    Path(deployment): Path<String>,
    caller: Caller,
) -> Reply<Deployment> {
    Ok(Json(plane.cancel_deployment(&deployment, &caller).await?.into()))
}

fn wanted(new: NewDeployment) -> Result<New, Failure> {
    new.targets.check().map_err(|failure| invalid(failure.message))?;
    Ok(New {
        name: new.name,
        account: new.account,
        schedule: new.schedule,
        duration_minutes: new.duration_minutes,
        all: new.targets.all,
        computers: new.targets.computers,
        options: new.options,
    })
}

fn shown(preview: Preview, options: &AdditionalOptions) -> PreviewComputer {
    let (id, name) = (preview.computer.id, preview.computer.name());
    let assessment = preview.computer.report.and_then(|(_, report)| report.assessment.ok());
    let chosen = assessment.iter().flat_map(|found| &found.missing);
    let chosen = chosen.filter(|update| preview.targeted && chooses(options, update));
    PreviewComputer {
        id,
        name,
        reachable: preview.reachable,
        targeted: preview.targeted,
        chosen: chosen.map(|update| update.title.clone()).collect(),
        missing: assessment.as_ref().map_or_else(Missing::new, missing),
        will_be_configured: preview.will_be_configured,
        reason: preview.reason,
    }
}

/// Whether the options choose `update`, as their documentation says. What counts is what the
/// runbook chooses.
fn chooses(options: &AdditionalOptions, update: &Update) -> bool {
    let names = names(update);
    let named = |masks: &[String]| {
        masks.iter().any(|mask| {
            let mask = Mask::new(mask);
            names.iter().any(|name| mask.fits(name))
        })
    };
    if update.held.is_some() || named(&options.exclude) {
        return false;
    }
    named(&options.include)
        || match &options.classifications {
            Some(classes) => classes.contains(&update.classification),
            None => options.include.is_empty(),
        }
}

/// What a mask may name: the package with and without its architecture, the KB number with and
/// without `KB`.
fn names(update: &Update) -> Vec<String> {
    let package = update.id.split_once('=').map(|(package, _)| package);
    let bare = package.and_then(|package| package.split_once(':')).map(|(bare, _)| bare);
    let mut names: Vec<_> = [Some(update.id.as_str()), package, bare, update.package.as_deref()]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect();
    if let Some(kb) = &update.kb_id {
        let digits = kb.trim_start_matches(['K', 'k', 'B', 'b']);
        names.extend([digits.to_owned(), format!("KB{digits}")]);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(options: Value, chosen: bool) {
        let update: Update = serde_json::from_value(json!({
            "id": "openssl:amd64=3.0.2", "title": "openssl 3.0.2", "package": "openssl",
            "version": "3.0.2", "product": "Ubuntu", "classification": "Security",
            "reboot": "NeverReboots",
        }))
        .expect("an update");
        let parsed = serde_json::from_value(options.clone()).expect("options");
        assert_eq!(chooses(&parsed, &update), chosen, "{options}");
    }

    #[test]
    fn updates_are_chosen_by_classification_and_name_and_exclude_beats_both() {
        check(json!({}), true);
        check(json!({ "classifications": ["Security"] }), true);
        check(json!({ "classifications": ["Critical"] }), false);
        check(json!({ "classifications": ["Critical"], "include": ["open*"] }), true);
        check(json!({ "include": ["zlib*"] }), false);
        check(json!({ "include": ["openssl"], "exclude": ["openssl:amd64"] }), false);
    }
}
