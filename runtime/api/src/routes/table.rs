//! The table of routes. Its order is that of the document.

use super::{Method, Route};
use crate::{
    accounts::{Account, Group, Module, NewAccount},
    assets::{Asset, Content, ListAssets},
    computers::{Computer, ListComputers},
    deployments::{Deployment, DeploymentPreview, NewDeployment, RunDeployment},
    enrolment::{Enrol, Enrolled},
    jobs::{Job, JobEvent, ListJobs, ListStreams, NewJob, StopJob},
    journal::{JournalEntry, Replay, ReplayJob},
    log::{LogRecord, SearchLog},
    page::{Page, PageQuery},
    runbooks::{BUNDLE, ExportRunbook, ImportRunbook, PublishRunbook, Runbook, WASM},
    runs::{ListRuns, Run, RunEvent, RunReport},
    tokens::{CreatedToken, NewToken, Token},
    trust::{TrustPublisher, TrustedPublisher},
    updates::{ListUpdates, MissingUpdate},
    workers::Worker,
    workspace::{Health, Workspace},
};
use bindery_core::{
    account::Role::{Contributor, Operator, Owner},
    run::MachineRun,
    stream::StreamRecord,
};

/// What an export answers: the file as it was imported, or any other bytes to a client that asks
/// for them.
const CONTENT: &[&str] = &["application/octet-stream"];
/// What an import takes.
const MODULE: &[&str] = &[WASM];
const IMPORT: &[&str] = &[WASM, BUNDLE];

macro_rules! routes {
    ($($id:ident: $method:ident $path:literal $summary:literal { $($built:tt)* })*) => {
        /// The name of a route; in OpenAPI the `operationId`, with a small first letter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum RouteId {
            $(#[doc = concat!($summary, ".")] $id,)*
        }

        impl RouteId {
            /// The spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(RouteId::$id => stringify!($id),)* }
            }
        }

        /// Every route of the API.
        pub static ROUTES: &[Route] = &[
            $(Route::new(RouteId::$id, Method::$method, $path, $summary) $($built)*,)*
        ];
    };
}

routes! {
    GetOpenapi: Get "/v1/openapi.json" "Get this document" { .public().answers_any_json() }
    GetOptionsSchema: Get "/v1/schemas/additional-options.json"
        "Get the JSON Schema of a deployment's options" { .public().answers_any_json() }
    GetHealth: Get "/v1/health" "Say whether the control plane is ready" { .public().answers::<Health>() }

    GetWorkspace: Get "/v1/workspace" "Show the workspace" { .answers::<Workspace>() }
    ListTrust: Get "/v1/trust" "List the publishers that are trusted" {
        .query::<PageQuery>().answers::<Page<TrustedPublisher>>()
    }
    AddTrust: Post "/v1/trust" "Trust a publisher" {
        .for_role(Owner).takes::<TrustPublisher>().answers::<TrustedPublisher>().status(201)
    }

    EnrolComputer: Post "/v1/enrol" "Make an agent a computer of the workspace" {
        .public().takes::<Enrol>().answers::<Enrolled>().status(201)
    }
    ConnectAgent: Get "/v1/agent/session" "Connect an agent, which proves itself inside" {
        .public().becomes_websocket()
    }

    ListTokens: Get "/v1/tokens" "List tokens, without their secrets" {
        .for_role(Owner).query::<PageQuery>().answers::<Page<Token>>()
    }
    CreateToken: Post "/v1/tokens" "Make a token; its secret is shown once" {
        .for_role(Owner).takes::<NewToken>().answers::<CreatedToken>().status(201)
    }
    RevokeToken: Delete "/v1/tokens/{token}" "Revoke a token" { .for_role(Owner).status(204) }

    ListAccounts: Get "/v1/accounts" "List accounts" { .query::<PageQuery>().answers::<Page<Account>>() }
    CreateAccount: Post "/v1/accounts" "Make an account" {
        .for_role(Owner).takes::<NewAccount>().answers::<Account>().status(201)
    }
    GetAccount: Get "/v1/accounts/{account}" "Show an account" { .answers::<Account>() }
    ListModules: Get "/v1/accounts/{account}/modules" "List the modules of an account" {
        .query::<PageQuery>().answers::<Page<Module>>()
    }
    ListWorkers: Get "/v1/accounts/{account}/workers" "List the workers of an account" {
        .query::<PageQuery>().answers::<Page<Worker>>()
    }
    ListGroups: Get "/v1/accounts/{account}/groups" "List the groups of workers of an account" {
        .query::<PageQuery>().answers::<Page<Group>>()
    }
    AddToGroup: Post "/v1/accounts/{account}/groups/{group}/computers/{computer}"
        "Put a computer into a group of workers; it becomes a worker of the account if it is none" {
        .for_role(Contributor).answers::<Worker>()
    }
    RemoveFromGroup: Delete "/v1/accounts/{account}/groups/{group}/computers/{computer}"
        "Take a computer out of a group of workers" {
        .for_role(Contributor).status(204)
    }

    ListAssets: Get "/v1/accounts/{account}/assets" "List the shared assets of an account, without their secrets" {
        .query::<ListAssets>().answers::<Page<Asset>>()
    }
    GetAsset: Get "/v1/accounts/{account}/assets/{kind}/{asset}" "Show an asset, without its secrets" {
        .answers::<Asset>()
    }
    SetAsset: Post "/v1/accounts/{account}/assets/{kind}/{asset}" "Make an asset, or replace it" {
        .for_role(Contributor).takes::<Content>().answers::<Asset>()
    }
    DeleteAsset: Delete "/v1/accounts/{account}/assets/{kind}/{asset}" "Delete an asset" {
        .for_role(Contributor).status(204)
    }

    ListRunbooks: Get "/v1/accounts/{account}/runbooks" "List runbooks" {
        .query::<PageQuery>().answers::<Page<Runbook>>()
    }
    ImportRunbook: Post "/v1/accounts/{account}/runbooks" "Import a runbook as a draft" {
        .for_role(Contributor).query::<ImportRunbook>().takes_bytes(IMPORT).answers::<Runbook>().status(201)
    }
    GetRunbook: Get "/v1/accounts/{account}/runbooks/{runbook}" "Show a runbook" { .answers::<Runbook>() }
    DeleteRunbook: Delete "/v1/accounts/{account}/runbooks/{runbook}" "Delete a runbook" {
        .for_role(Contributor).status(204)
    }
    PublishRunbook: Post "/v1/accounts/{account}/runbooks/{runbook}/publish" "Publish the draft of a runbook" {
        .for_role(Contributor).may_take::<PublishRunbook>().answers::<Runbook>()
    }
    ExportRunbook: Get "/v1/accounts/{account}/runbooks/{runbook}/content" "Export the file of a runbook" {
        .for_role(Contributor).query::<ExportRunbook>().answers_bytes(CONTENT)
    }

    ListJobs: Get "/v1/accounts/{account}/jobs" "List jobs, the newest first" {
        .query::<ListJobs>().answers::<Page<Job>>()
    }
    StartJob: Post "/v1/accounts/{account}/jobs" "Start a runbook" {
        .for_role(Operator).takes::<NewJob>().answers::<Job>().status(201)
    }
    GetJob: Get "/v1/accounts/{account}/jobs/{job}" "Show a job" { .answers::<Job>() }
    ListStreams: Get "/v1/accounts/{account}/jobs/{job}/streams" "List what a job wrote to its streams" {
        .query::<ListStreams>().answers::<Page<StreamRecord>>()
    }
    WatchJob: Get "/v1/accounts/{account}/jobs/{job}/events" "Follow a job" { .answers_events::<JobEvent>() }
    ListJournal: Get "/v1/accounts/{account}/jobs/{job}/journal" "List the operations of a job" {
        .query::<PageQuery>().answers::<Page<JournalEntry>>()
    }
    StopJob: Post "/v1/accounts/{account}/jobs/{job}/stop" "Ask a job to stop, with a grace in which it may end by itself" {
        .for_role(Operator).may_take::<StopJob>().answers::<Job>().status(202)
    }
    SuspendJob: Post "/v1/accounts/{account}/jobs/{job}/suspend" "Ask a job to suspend itself" {
        .for_role(Operator).answers::<Job>().status(202)
    }
    ResumeJob: Post "/v1/accounts/{account}/jobs/{job}/resume" "Let a suspended job go on" {
        .for_role(Operator).answers::<Job>().status(202)
    }
    RerunJob: Post "/v1/accounts/{account}/jobs/{job}/rerun" "Start a job again with the same parameters" {
        .for_role(Operator).answers::<Job>().status(201)
    }
    TerminateJob: Post "/v1/accounts/{account}/jobs/{job}/terminate" "End a job at once, without waiting for its worker" {
        .for_role(Operator).answers::<Job>()
    }
    ReplayJob: Post "/v1/accounts/{account}/jobs/{job}/replay"
        "Run a job again from its journal, without effect on anything" {
        .for_role(Operator).query::<ReplayJob>().may_take_bytes(MODULE).answers::<Replay>()
    }

    ListComputers: Get "/v1/computers" "List computers" {
        .query::<ListComputers>().answers::<Page<Computer>>()
    }
    GetComputer: Get "/v1/computers/{computer}" "Show a computer by its id or name" { .answers::<Computer>() }
    AssessComputer: Post "/v1/computers/{computer}/assess"
        "Ask a computer's agent to assess it; the report follows" {
        .for_role(Operator).answers::<Computer>().status(202)
    }
    ListUpdates: Get "/v1/updates" "List the updates that computers lack" {
        .query::<ListUpdates>().answers::<Page<MissingUpdate>>()
    }

    ListDeployments: Get "/v1/deployments" "List update deployments" {
        .query::<PageQuery>().answers::<Page<Deployment>>()
    }
    CreateDeployment: Post "/v1/deployments" "Make an update deployment" {
        .for_role(Contributor).takes::<NewDeployment>().answers::<Deployment>().status(201)
    }
    PreviewDeployment: Post "/v1/deployments/preview" "Say what an update deployment would do, without doing it" {
        .takes::<NewDeployment>().answers::<DeploymentPreview>()
    }
    GetDeployment: Get "/v1/deployments/{deployment}" "Show an update deployment by its id or name" {
        .answers::<Deployment>()
    }
    RunDeployment: Post "/v1/deployments/{deployment}/run" "Run an update deployment now" {
        .for_role(Contributor).may_take::<RunDeployment>().answers::<Run>().status(201)
    }
    CancelDeployment: Post "/v1/deployments/{deployment}/cancel" "Let an update deployment not run again" {
        .for_role(Contributor).answers::<Deployment>()
    }

    ListRuns: Get "/v1/runs" "List update runs, the newest first" {
        .query::<ListRuns>().answers::<Page<Run>>()
    }
    GetRun: Get "/v1/runs/{run}" "Show an update run" { .answers::<Run>() }
    ListMachines: Get "/v1/runs/{run}/machines" "List the machine runs of an update run" {
        .query::<PageQuery>().answers::<Page<MachineRun>>()
    }
    WatchRun: Get "/v1/runs/{run}/events" "Follow an update run" { .answers_events::<RunEvent>() }
    CancelRun: Post "/v1/runs/{run}/cancel" "Let no further computer of an update run start" {
        .for_role(Contributor).answers::<Run>().status(202)
    }
    RetryRun: Post "/v1/runs/{run}/retry" "Repeat an update run on the computers that did not succeed" {
        .for_role(Contributor).answers::<Run>().status(201)
    }
    GetReport: Get "/v1/runs/{run}/report" "Get the signed evidence of what an update run did" {
        .answers::<RunReport>()
    }

    SearchLog: Get "/v1/log/{table}" "Search a table of the log" {
        .query::<SearchLog>().answers::<Page<LogRecord>>()
    }
    GetRecord: Get "/v1/log/{table}/{record}" "Show a record of the log in full" { .answers::<LogRecord>() }
}
