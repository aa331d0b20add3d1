//! The set-up: runbooks, computers that enrol, and the account whose workers they become.

use super::Simulation;
use crate::plan::SANDBOX;
use bindery_core::{id::JobId, operation::FLEET_CONFIGURE};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_protocol::{
    VERSION,
    link::{WorkerEnd, pair},
    message::{ToControl, ToWorker},
};
use bindery_seal::{key::SigningKey, key_file};
use bindery_worker::agent::identity::Facts;
use serde_json::{Value, json};
use std::{fs, sync::LazyLock};

/// The guests: name, text, grants.
const GUESTS: [(&str, &str, &[&str]); 3] = [
    (
        "Leaf",
        include_str!("../../fixtures/rounds-runbook.wat"),
        &["power.reboot", "records.write:Rounds"],
    ),
    ("Parent", include_str!("../../fixtures/parent-runbook.wat"), &["jobs.start:Leaf"]),
    ("Setup", r#"(module (func (export "_start")))"#, &["fleet.configure"]),
];

/// The guests as the operator imports them.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let file = |(name, text, grants)| {
        let wasm = wat::parse_str(text).expect("a module");
        let manifest =
            format!("name = '{name}'\ndescription = ''\nversion = '1.0.0'\ngrants = {grants:?}");
        embed_manifest(&wasm, &read_manifest_toml(&manifest).expect("a manifest")).expect("a file")
    };
    GUESTS.map(file).into()
});

impl Simulation<'_> {
    pub(super) fn import(&self) {
        self.must("POST", "/v1/accounts", json!({ "name": "A" }).to_string());
        for ((name, _, grants), file) in GUESTS.iter().zip(FILES.iter()) {
            self.must("POST", "/v1/accounts/A/runbooks", file.clone());
            let grants = json!({ "grants": grants }).to_string();
            self.must("POST", &format!("/v1/accounts/A/runbooks/{name}/publish"), grants);
        }
    }

    /// Makes a worker the agent of a new computer, as `bindery agent enrol` does.
    pub(super) fn enrol(&self, number: usize) {
        let worker = &self.machines[number];
        let key = SigningKey::from_seed([number as u8 + 1; 32]);
        let agent = json!({
            "token": self.plane.enrol_token(), "publicKey": key.public_key().to_string(),
            "name": "pair", "protocol": VERSION, "time": worker.clock.now(),
        });
        let enrolled = self.must("POST", "/v1/enrol", agent.to_string());
        let facts = Facts {
            computer: serde_json::from_value(enrolled["computerId"].clone()).expect("an id"),
            name: "pair".into(),
            workspace: serde_json::from_value(enrolled["workspaceId"].clone()).expect("an id"),
            workspace_key: self.plane.workspace_key(),
            continuation: enrolled["continuation"].as_u64().expect("a number"),
            url: "sim://plane".into(),
            ca: None,
        };
        fs::create_dir_all(&worker.folder).expect("a folder");
        let json = serde_json::to_vec(&facts).expect("JSON");
        fs::write(worker.folder.join("identity.json"), json).expect("written");
        key_file::save(&key, &worker.folder.join("agent.key")).expect("saved");
    }

    /// Makes the computers workers of the account: a job of it asks for that, over a session in which
    /// the simulation is the sandbox worker.
    pub(super) fn configure(&mut self) -> Result<(), String> {
        let computers = self.must("GET", "/v1/computers", "");
        let ids: Vec<_> = computers["items"].as_array().expect("a list").iter().collect();
        let ids: Vec<_> = ids.iter().map(|computer| &computer["id"]).collect();
        let job = self.begin("Setup", None);
        let call = ToControl::Call {
            id: 1,
            job,
            sequence: 1,
            operation: FLEET_CONFIGURE.name.to_owned(),
            arguments: json!({ "computers": ids }),
        };
        let mut link = None;
        self.until("the computers are configured", |it| {
            // A session that was silent for too long on a busy machine is followed by another one.
            let worker = link.take_if(|worker: &mut WorkerEnd| worker.say.is_closed());
            drop(worker);
            let worker = link.get_or_insert_with(|| {
                let (worker, control) = pair();
                it.plane.serve(SANDBOX, control);
                worker
            });
            let mut configured = false;
            while let Ok(message) = worker.hear.try_recv() {
                let answer = match message {
                    ToWorker::Welcome { .. } => ToControl::Holding { jobs: vec![] },
                    ToWorker::Configure { id, .. } => ToControl::Configured { id, answer: Ok(()) },
                    ToWorker::Reply { reply: Ok(Value::Array(computers)), .. }
                        if computers.iter().all(|it| it["status"] == "Configured") =>
                    {
                        configured = true;
                        continue;
                    }
                    ToWorker::Order { .. } | ToWorker::Reply { .. } => call.clone(),
                    _ => ToControl::Alive,
                };
                let _over = worker.say.try_send(answer);
            }
            let _over = worker.say.try_send(ToControl::Alive);
            configured
        })
    }

    pub(super) fn begin(&self, runbook: &str, group: Option<&str>) -> JobId {
        let placement = group.map_or(json!("sandbox"), |group| json!({ "group": group }));
        let new = json!({ "runbook": runbook, "placement": placement }).to_string();
        let job = self.must("POST", "/v1/accounts/A/jobs", new);
        serde_json::from_value(job["id"].clone()).expect("an id")
    }
}
