//! The computers of the workspace: listed, and made workers.

use super::{Member, Plane, argument, check_page, unknown};
use bindery_core::{
    code::{Code, Failure},
    fleet::{Compliance, ConfigureStatus},
    id::ComputerId,
    limit,
};
use serde_json::{Value, json};

impl Plane {
    /// The record `page` of the contract. A snapshot of any name lists every computer.
    pub(super) fn computers(&self, filter: &Value) -> Result<Value, Failure> {
        let limit = filter["limit"].as_u64().map_or(limit::FLEET_PAGE, |limit| limit as usize);
        let limit = limit.clamp(1, limit::FLEET_PAGE);
        let cursor = filter["cursor"].as_str().map_or(Ok(0), str::parse::<usize>);
        let from = cursor.map_err(|_| {
            Failure::new(Code::InvalidArguments, "the cursor is not one that was given out")
        })?;
        let ids: Vec<String> = match filter["ids"].is_array() {
            true => argument(filter, "ids")?,
            false => self.members.iter().map(|member| member.id.to_string()).collect(),
        };
        let (mut computers, mut strangers) = (vec![], vec![]);
        for id in ids.iter().skip(from).take(limit) {
            match self.member(id) {
                Some(member) => computers.push(self.describe(member)),
                None => strangers.push(id),
            }
        }
        let next = from.saturating_add(limit);
        let next = (next < ids.len()).then(|| next.to_string());
        Ok(json!({ "computers": computers, "unknown": strangers, "cursor": next }))
    }

    /// The record `fleet-computer` of the contract.
    pub(super) fn computer(&self, id: &str) -> Result<Value, Failure> {
        self.member(id).map(|it| self.describe(it)).ok_or_else(|| unknown("computer", id))
    }

    pub(super) fn configure(&self, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<String> = argument(arguments, "computers")?;
        check_page(ids.len(), "computers")?;
        Ok(ids.iter().map(|id| self.configure_one(id)).collect())
    }

    fn configure_one(&self, id: &str) -> Value {
        let answer = |status: ConfigureStatus, reason: Option<&str>| {
            let group = (status == ConfigureStatus::Configured).then_some(id);
            json!({ "computer": id, "status": status, "reason": reason, "group": group })
        };
        let Some(member) = self.member(id) else {
            return answer(ConfigureStatus::Refused, Some(&format!("there is no computer {id}")));
        };
        if self.dry_run && self.is_worker(member) {
            return answer(ConfigureStatus::Configured, None);
        }
        if self.dry_run {
            let reason = "a dry run does not make it a Hybrid Runbook Worker: \
                          `bindery group add` does, or a real run";
            return answer(ConfigureStatus::Refused, Some(reason));
        }
        if !member.connected {
            return answer(ConfigureStatus::Unreachable, Some("its agent is not connected"));
        }
        let (status, reason) = &member.configure;
        if *status == ConfigureStatus::Configured {
            self.state.lock().workers.insert(member.id);
        }
        answer(*status, reason.as_deref())
    }

    /// The computer `id`, which must be a worker of the account.
    pub(super) fn worker(&self, id: ComputerId) -> Result<&Member, Failure> {
        let member = self.members.iter().find(|member| member.id == id);
        let member = member.ok_or_else(|| unknown("computer", &id.to_string()))?;
        if member.connected && self.is_worker(member) {
            return Ok(member);
        }
        let message = format!("computer `{}` has no live worker of the account", member.name);
        Err(Failure::new(Code::NoWorker, message))
    }

    fn is_worker(&self, member: &Member) -> bool {
        self.state.lock().workers.contains(&member.id)
    }

    fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id.to_string() == id)
    }

    fn describe(&self, member: &Member) -> Value {
        json!({
            "id": member.id,
            "name": member.name,
            "osType": member.os,
            "osName": null,
            "osVersion": null,
            "connected": member.connected,
            "worker": self.is_worker(member),
            "compliance": Compliance::NotAssessed,
            "lastReport": null,
        })
    }
}
