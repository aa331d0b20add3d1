//! Computers: enrolled, reporting, assessed.

use crate::{
    documents::{COMPUTERS, Items, missing},
    entropy,
    events::Event,
    hub::Peer,
    intake::record_row,
    plane::ControlPlane,
    session::computer_indexes,
};
use bindery_core::{
    code::{Code, Failure},
    fleet::{Computer, Continuation, Report},
    id::ComputerId,
    record::{Record, UPDATE_SUMMARY},
    update::{Assessment, Classification},
};
use bindery_protocol::{VERSION, message::ToWorker};
use bindery_seal::key::PublicKey;
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use jiff::Timestamp;
use serde_json::json;

/// An agent that wants to be a computer of the workspace.
pub(crate) struct Applicant {
    pub(crate) token: String,
    pub(crate) public_key: String,
    pub(crate) name: String,
    pub(crate) protocol: u32,
    pub(crate) time: Timestamp,
}

/// The name that people know a computer by.
pub(crate) fn computer_name(computer: &Computer) -> String {
    computer.name()
}

impl ControlPlane {
    /// Makes an agent a computer of the workspace; its token cannot be used again.
    pub(crate) async fn enrol(&self, applicant: Applicant) -> Result<Computer, Failure> {
        if applicant.protocol != VERSION {
            let message = format!("the agent speaks protocol {}, we {VERSION}", applicant.protocol);
            return Err(Failure::new(Code::ProtocolMismatch, message));
        }
        let key: PublicKey = applicant
            .public_key
            .parse()
            .map_err(|error| Failure::new(Code::InvalidRequest, format!("`publicKey`: {error}")))?;
        let now = self.clock.now();
        crate::session::check_skew(applicant.time, now)?;
        self.take_enrol_token(&applicant.token).await?;
        let computer = Computer {
            id: ComputerId::new(now, entropy::id()),
            agent_key: key.to_string(),
            continuation: Continuation::default(),
            enrolled_at: now,
            enrolled_name: applicant.name.clone(),
            report: None,
            worker: None,
        };
        let id = computer.id.to_string();
        let indexes = computer_indexes(&computer);
        let batch = Batch::new().put(COMPUTERS, id, &computer, Expect::Absent, indexes);
        self.repository.commit(batch).await?;
        tracing::info!(computer = %computer.id, name = applicant.name, "computer enrolled");
        self.events.say(Event::Computer(computer.id));
        Ok(computer)
    }

    /// A computer by its id or its name.
    pub(crate) async fn computer(&self, id_or_name: &str) -> Result<Computer, Failure> {
        let what = || {
            let shown: String =
                id_or_name.chars().take(80).flat_map(char::escape_default).collect();
            format!("computer `{shown}`")
        };
        if id_or_name.parse::<ComputerId>().is_ok() {
            return Ok(self.repository.need(COMPUTERS, id_or_name, &what()).await?.value);
        }
        let name = id_or_name.to_lowercase();
        let (mut found, _) =
            self.repository.find::<Computer>(COMPUTERS, "name", &name, Range::first(2)).await?;
        match (found.pop(), found.pop()) {
            (Some(computer), None) => Ok(computer),
            (Some(one), Some(other)) => Err(Failure::new(
                Code::Conflict,
                format!("more than one {}: say {} or {}", what(), other.id, one.id),
            )),
            _ => Err(missing(&what())),
        }
    }

    pub(crate) async fn list_computers(&self, range: Range) -> Result<Items<Computer>, Failure> {
        self.repository.list(COMPUTERS, range).await
    }

    pub(crate) async fn all_computers(&self) -> Result<Vec<Computer>, Failure> {
        self.repository.all(COMPUTERS, "").await
    }

    pub(crate) fn reachable(&self, computer: ComputerId) -> bool {
        self.hub.connected(Peer::Computer(computer))
    }

    /// Asks a computer's agent to assess it and report.
    pub(crate) async fn ask_assessment(&self, id_or_name: &str) -> Result<Computer, Failure> {
        let computer = self.computer(id_or_name).await?;
        let said = self.hub.say(Peer::Computer(computer.id), ToWorker::Assess);
        said.map_err(|_| {
            let message = format!("the agent of `{}` is not connected", computer.name());
            Failure::new(Code::Unreachable, message)
        })?;
        Ok(computer)
    }

    /// Keeps what an agent says of its computer, and a row of its summary.
    pub(crate) async fn report(&self, id: ComputerId, report: Report) -> Result<(), Failure> {
        let now = self.clock.now();
        let keep = |computer: &mut Computer| {
            computer.report = Some((now, report.clone()));
            Ok(())
        };
        let text = id.to_string();
        self.repository.change(COMPUTERS, &text, "computer", computer_indexes, keep).await?;
        if let Ok(assessment) = &report.assessment {
            let record = summary(id, &report, assessment, now);
            self.stores.log.append(UPDATE_SUMMARY, vec![record_row(&record)?]).await?;
        }
        self.events.say(Event::Computer(id));
        Ok(())
    }
}

/// A row of UpdateSummary: the columns of the facts file.
fn summary(id: ComputerId, report: &Report, found: &Assessment, now: Timestamp) -> Record {
    let count = |class| found.missing.iter().filter(|u| u.classification == class).count();
    let (critical, security) = (count(Classification::Critical), count(Classification::Security));
    let total = found.missing.len();
    let row = json!({
        "Computer": report.name,
        "SourceComputerId": id,
        "OsVersion": report.os_version,
        "CriticalUpdatesMissing": critical,
        "SecurityUpdatesMissing": security,
        "OtherUpdatesMissing": total - critical - security,
        "TotalUpdatesMissing": total,
        "RestartPending": found.reboot.pending,
        "TimeGenerated": now,
    });
    Record {
        table: UPDATE_SUMMARY.to_owned(),
        time: now,
        job: None,
        // Reports have no journal: their time makes them one of a kind.
        sequence: u64::try_from(now.as_microsecond()).unwrap_or(0),
        index: 0,
        computer: Some(id),
        row: row.as_object().cloned().unwrap_or_default(),
    }
}
