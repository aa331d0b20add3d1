//! `bindery computer`: the computers of the workspace.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::{
    computers::{Computer, ListComputers},
    updates::Missing,
};
use bindery_core::{fleet::Compliance, update::Classification};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List computers
    List {
        /// Only with this compliance: Compliant, NonCompliant or NotAssessed
        #[arg(long, value_parser = compliance)]
        compliance: Option<Compliance>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a computer
    Show {
        /// Id or name of the computer
        computer: String,
    },
    /// Ask a computer's agent to assess it
    Assess {
        /// Id or name of the computer
        computer: String,
    },
}

fn compliance(text: &str) -> Result<Compliance, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "it must be Compliant, NonCompliant or NotAssessed".to_owned())
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    match verb {
        Verb::List { compliance, paging } => {
            let Paging { cursor, limit } = paging;
            let which = ListComputers { compliance, cursor, limit };
            out.page(&client.list_computers(&which).await?, list)
        }
        Verb::Show { computer } => out.show(&client.computer(&computer).await?, show),
        Verb::Assess { computer } => {
            let asked = client.assess_computer(&computer).await?;
            out.note(&format!("{} was asked to assess itself", asked.name))?;
            out.show(&asked, show)
        }
    }
}

/// How many of the missing updates are of a classification, or of any other than these.
pub(super) fn missing(counts: &Missing) -> [String; 3] {
    let of = |classification| counts.get(&classification).copied().unwrap_or(0);
    let (critical, security) = (of(Classification::Critical), of(Classification::Security));
    let other = counts.values().sum::<u32>() - critical - security;
    [critical, security, other].map(|count| count.to_string())
}

fn list(computers: &[Computer]) -> String {
    let head =
        ["NAME", "COMPLIANCE", "CRITICAL", "SECURITY", "OTHER", "REBOOT", "REACHABLE", "SYSTEM"];
    let row = |computer: &Computer| {
        let found = computer.assessment.as_ref();
        let [critical, security, other] =
            found.map_or_else(Default::default, |found| missing(&found.missing));
        let system = computer.system.as_ref();
        [
            computer.name.clone(),
            table::spelling(computer.compliance),
            critical,
            security,
            other,
            found.map(|found| table::yes(found.reboot.pending)).unwrap_or_default(),
            table::yes(computer.reachable),
            system.map(|s| format!("{} {}", s.os_name, s.os_version)).unwrap_or_default(),
        ]
    };
    table::rows(head, computers.iter().map(row))
}

fn show(computer: &Computer) -> String {
    let system = computer.system.as_ref();
    let found = computer.assessment.as_ref();
    let reason = computer.not_assessed.as_ref();
    table::fields([
        ("Name", computer.name.clone()),
        ("Id", computer.id.to_string()),
        ("Reachable", table::yes(computer.reachable)),
        ("System", system.map(|s| format!("{} {}", s.os_name, s.os_version)).unwrap_or_default()),
        ("Agent", system.map(|s| s.agent_version.clone()).unwrap_or_default()),
        ("Changes", system.map(|s| table::yes(s.allow_changes)).unwrap_or_default()),
        ("Compliance", table::spelling(computer.compliance)),
        ("Because", reason.map(|f| format!("{}: {}", f.code, f.message)).unwrap_or_default()),
        ("Assessed", table::time(found.map(|found| found.assessed_at))),
        ("Provider", found.map(|found| found.provider.clone()).unwrap_or_default()),
        ("Missing", found.map(|found| counted(&found.missing)).unwrap_or_default()),
        ("Reboot", found.map(|found| found.reboot.reasons.join(", ")).unwrap_or_default()),
        ("Worker of", computer.worker.as_ref().map(|w| w.account.to_string()).unwrap_or_default()),
        ("Enrolled", table::time(computer.enrolled_at)),
    ])
}

fn counted(missing: &Missing) -> String {
    if missing.is_empty() {
        return "none".to_owned();
    }
    let each = missing.iter().map(|(kind, count)| format!("{count} {}", table::spelling(kind)));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    fn computers() -> Vec<Computer> {
        let id = "01990000-0000-7000-8000-000000000001";
        let time = "2026-01-01T00:00:00.123Z";
        serde_json::from_value(json!([
            { "id": id, "name": "web-01", "reachable": true, "enrolledAt": time,
              "compliance": "NonCompliant",
              "system": { "reportedAt": time, "osName": "Debian", "osVersion": "13", "osType": "Linux",
                          "agentVersion": "0.1.0", "allowChanges": true },
              "assessment": { "assessedAt": time, "provider": "apt", "simulated": false, "root": "/",
                              "missing": { "Security": 2, "Other": 5 }, "installed": 312,
                              "reboot": { "pending": true, "reasons": ["linux-image"] } } },
            { "id": id, "name": "\u{1b}[31mdb", "reachable": false, "enrolledAt": time,
              "compliance": "NotAssessed",
              "notAssessed": { "code": "Unreachable", "message": "its agent has not reported yet" } },
        ]))
        .expect("computers")
    }

    #[test]
    fn computers_as_a_table_and_one_in_full() {
        expect![[r#"
            NAME           COMPLIANCE     CRITICAL   SECURITY   OTHER   REBOOT   REACHABLE   SYSTEM
            web-01         NonCompliant   0          2          5       yes      yes         Debian 13
            \u{1b}[31mdb   NotAssessed                                           no
        "#]].assert_eq(&list(&computers()));
        expect![[r#"
            Name:         web-01
            Id:           01990000-0000-7000-8000-000000000001
            Reachable:    yes
            System:       Debian 13
            Agent:        0.1.0
            Changes:      yes
            Compliance:   NonCompliant
            Assessed:     2026-01-01T00:00:00Z
            Provider:     apt
            Missing:      2 Security, 5 Other
            Reboot:       linux-image
            Enrolled:     2026-01-01T00:00:00Z
        "#]]
        .assert_eq(&show(&computers()[0]));
        expect![[r#"
            Name:         \u{1b}[31mdb
            Id:           01990000-0000-7000-8000-000000000001
            Reachable:    no
            Compliance:   NotAssessed
            Because:      Unreachable: its agent has not reported yet
            Enrolled:     2026-01-01T00:00:00Z
        "#]]
        .assert_eq(&show(&computers()[1]));
        expect![[r#"
            (none)
        "#]]
        .assert_eq(&list(&[]));
    }
}
