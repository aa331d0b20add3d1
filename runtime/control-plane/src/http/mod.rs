//! HTTP: each route of the API's table with its handler.
//!
//! Handlers extract, call one use case, and convert; they never see the store. Who may do what
//! stands in the table and is enforced in one place, [`auth`]; whatever goes wrong leaves as a
//! problem, by [`problem`].

mod accounts;
mod agent;
mod assets;
mod auth;
mod computers;
mod deployments;
mod extract;
mod job_events;
mod jobs;
mod journal;
mod log;
mod page;
mod problem;
mod run_events;
mod runbooks;
mod runs;
mod sse;
mod tokens;
mod trust;
mod updates;
mod workspace;

use crate::plane::ControlPlane;
use axum::{
    Json, Router,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, MethodRouter, on},
};
use bindery_api::routes::{Method, ROUTES, RouteId};

/// What most handlers answer.
type Reply<T> = Result<Json<T>, problem::Refusal>;

/// The whole API over `plane`.
pub fn router(plane: ControlPlane) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let serve = from_fn_with_state((plane.clone(), route), auth::admit);
        router = router.route(route.path, handler(route.id).route_layer(serve));
    }
    router
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(from_fn(problem::catch_panic))
        .with_state(plane)
}

fn at<H, T>(id: RouteId, handler: H) -> MethodRouter<ControlPlane>
where
    H: Handler<T, ControlPlane>,
    T: 'static,
{
    let filter = match id.route().method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Delete => MethodFilter::DELETE,
    };
    on(filter, handler)
}

/// The handler of each route. A new route does not compile without its own.
fn handler(id: RouteId) -> MethodRouter<ControlPlane> {
    match id {
        RouteId::GetOpenapi => at(id, workspace::openapi),
        RouteId::GetOptionsSchema => at(id, workspace::options_schema),
        RouteId::GetHealth => at(id, workspace::health),
        RouteId::GetWorkspace => at(id, workspace::show),
        RouteId::ListTrust => at(id, trust::list),
        RouteId::AddTrust => at(id, trust::add),
        RouteId::EnrolComputer => at(id, agent::enrol),
        RouteId::ConnectAgent => at(id, agent::connect),
        RouteId::ListTokens => at(id, tokens::list),
        RouteId::CreateToken => at(id, tokens::create),
        RouteId::RevokeToken => at(id, tokens::revoke),
        RouteId::ListAccounts => at(id, accounts::list),
        RouteId::CreateAccount => at(id, accounts::create),
        RouteId::GetAccount => at(id, accounts::show),
        RouteId::ListModules => at(id, accounts::modules),
        RouteId::ListWorkers => at(id, accounts::workers),
        RouteId::ListGroups => at(id, accounts::groups),
        RouteId::AddToGroup => at(id, accounts::add_to_group),
        RouteId::RemoveFromGroup => at(id, accounts::remove_from_group),
        RouteId::ListAssets => at(id, assets::list),
        RouteId::GetAsset => at(id, assets::show),
        RouteId::SetAsset => at(id, assets::set),
        RouteId::DeleteAsset => at(id, assets::delete),
        RouteId::ListRunbooks => at(id, runbooks::list),
        RouteId::ImportRunbook => at(id, runbooks::import),
        RouteId::GetRunbook => at(id, runbooks::show),
        RouteId::DeleteRunbook => at(id, runbooks::delete),
        RouteId::PublishRunbook => at(id, runbooks::publish),
        RouteId::ExportRunbook => at(id, runbooks::export),
        RouteId::ListJobs => at(id, jobs::list),
        RouteId::StartJob => at(id, jobs::start),
        RouteId::GetJob => at(id, jobs::show),
        RouteId::ListStreams => at(id, jobs::streams),
        RouteId::WatchJob => at(id, job_events::watch),
        RouteId::ListJournal => at(id, journal::list),
        RouteId::StopJob => at(id, jobs::stop),
        RouteId::SuspendJob => at(id, jobs::suspend),
        RouteId::ResumeJob => at(id, jobs::resume),
        RouteId::RerunJob => at(id, jobs::rerun),
        RouteId::TerminateJob => at(id, jobs::terminate),
        RouteId::ReplayJob => at(id, jobs::replay),
        RouteId::ListComputers => at(id, computers::list),
        RouteId::GetComputer => at(id, computers::show),
        RouteId::AssessComputer => at(id, computers::assess),
        RouteId::ListUpdates => at(id, updates::list),
        RouteId::ListDeployments => at(id, deployments::list),
        RouteId::CreateDeployment => at(id, deployments::create),
        RouteId::PreviewDeployment => at(id, deployments::preview),
        RouteId::GetDeployment => at(id, deployments::show),
        RouteId::RunDeployment => at(id, deployments::run),
        RouteId::CancelDeployment => at(id, deployments::cancel),
        RouteId::ListRuns => at(id, runs::list),
        RouteId::GetRun => at(id, runs::show),
        RouteId::ListMachines => at(id, runs::machines),
        RouteId::WatchRun => at(id, run_events::watch),
        RouteId::CancelRun => at(id, runs::cancel),
        RouteId::RetryRun => at(id, runs::retry),
        RouteId::GetReport => at(id, runs::report),
        RouteId::SearchLog => at(id, log::search),
        RouteId::GetRecord => at(id, log::show),
    }
}

#[cfg(test)]
mod tests;
