//! Accounts, their workers and groups.

use crate::{
    app::tokens::Caller,
    http::{
        Reply,
        extract::{self, Path, Query},
        page,
        problem::Refusal,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    accounts::{Account, ChangeAccount, Group, NewAccount},
    page::{Page, PageQuery},
    workers::Worker,
};
use bindery_core::{name::Name, worker::Presence};

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Account>> {
    let listed = plane.list_accounts(page::range(query.cursor, query.limit)?).await?;
    Ok(Json(page::page(listed, Account::from)))
}

pub(super) async fn create(
    State(plane): State<ControlPlane>,
    caller: Caller,
    extract::Json(new): extract::Json<NewAccount>,
) -> Reply<Account> {
    let made = plane.create_account_with(&new.name, new.profile, &caller.name).await?;
    Ok(Json(made.into()))
}

pub(super) async fn change(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    extract::Json(change): extract::Json<ChangeAccount>,
) -> Reply<Account> {
    Ok(Json(plane.change_profile(&account, change.profile).await?.into()))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
) -> Reply<Account> {
    Ok(Json(plane.account(&account).await?.into()))
}

pub(super) async fn workers(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Worker>> {
    let workers = plane.list_workers(&account).await?;
    let listed = page::slice(workers, query.cursor, query.limit)?;
    Ok(Json(listed.map(|(worker, computer)| {
        let presence = plane.presence_of(&worker);
        Worker::of(worker, computer, presence)
    })))
}

pub(super) async fn groups(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Group>> {
    let mut groups: Vec<Group> = vec![];
    for (worker, _) in plane.list_workers(&account).await? {
        let online = u32::from(matches!(plane.presence_of(&worker), Presence::Online { .. }));
        for name in std::iter::once(worker.group).chain(worker.groups) {
            match groups.iter_mut().find(|group| group.name.key() == name.key()) {
                Some(group) => {
                    group.workers.push(worker.id);
                    group.online += online;
                }
                None => groups.push(Group { name, workers: vec![worker.id], online }),
            }
        }
    }
    groups.sort_by_key(|group| group.name.key());
    Ok(Json(page::slice(groups, query.cursor, query.limit)?))
}

pub(super) async fn add_to_group(
    State(plane): State<ControlPlane>,
    Path((account, group, computer)): Path<(Name, Name, String)>,
    caller: Caller,
) -> Reply<Worker> {
    let worker = plane.add_to_group(&account, &group, &computer, &caller).await?;
    let presence = plane.presence_of(&worker);
    let name = plane.computer(&computer).await?.name();
    Ok(Json(Worker::of(worker, Some(name), presence)))
}

pub(super) async fn remove_from_group(
    State(plane): State<ControlPlane>,
    Path((account, group, computer)): Path<(Name, Name, String)>,
) -> Result<(), Refusal> {
    Ok(plane.remove_from_group(&account, &group, &computer).await?)
}
