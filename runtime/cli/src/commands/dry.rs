//! Dry runs of deployments: what they list, and the real run of exactly that.

use crate::{
    failure::{CliFailure, Exit},
    output::table,
};
use bindery_api::{deployments::RunDeployment, runs::Run};
use bindery_core::run::MachineRun;
use serde_json::{Map, Value};

/// The real run of what the run `dry` lists.
pub(super) fn approved(dry: &Run, machines: &[MachineRun]) -> Result<RunDeployment, CliFailure> {
    let refused = |why: &str| {
        CliFailure::new(Exit::Failed, format!("run {} cannot be applied: {why}", dry.name))
    };
    if !dry.dry_run {
        let hint = "Make one: `bindery deployment run NAME --dry-run`.";
        return Err(refused("it is no dry run").hint(hint));
    }
    if !dry.ended() {
        let hint = format!("Follow it: `bindery run watch {}`.", dry.id);
        return Err(refused("it has not ended yet").hint(hint));
    }
    let (mut approved, mut computers) = (Map::new(), vec![]);
    for machine in machines {
        let omitted = machine.result.as_ref().and_then(|result| result["omitted"].as_u64());
        if omitted.is_some_and(|omitted| omitted > 0) {
            let name = &machine.computer_name;
            let why = format!("the list of {name} was too long to be kept whole");
            return Err(refused(&why).hint("Deploy to it with narrower options."));
        }
        let ids: Vec<Value> = would_install(machine).map(|item| item["id"].clone()).collect();
        if !ids.is_empty() {
            computers.push(machine.computer.to_string());
            approved.insert(machine.computer.to_string(), ids.into());
        }
    }
    if computers.is_empty() {
        return Err(refused("it lists nothing to install"));
    }
    let options = Map::from_iter([("approved".to_owned(), Value::Object(approved))]);
    Ok(RunDeployment { dry_run: false, computers: Some(computers), options })
}

/// What a dry run lists, update by update.
pub(super) fn listed(machines: &[MachineRun]) -> String {
    let rows = machines.iter().flat_map(|machine| {
        let reboots = machine.result.as_ref().and_then(|result| result["wouldReboot"].as_bool());
        would_install(machine).map(move |item| {
            [
                machine.computer_name.clone(),
                table::spelling(&item["title"]),
                table::spelling(&item["id"]),
                table::yes(reboots.unwrap_or_default()),
            ]
        })
    });
    table::rows(["COMPUTER", "WOULD INSTALL", "ID", "MAY REBOOT"], rows)
}

/// What the dry run of a computer would install.
fn would_install(machine: &MachineRun) -> impl Iterator<Item = &Value> {
    let result = machine.result.as_ref();
    result.and_then(|result| result["wouldInstall"].as_array()).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    const ID: &str = "01990000-0000-7000-8000-000000000001";

    fn run(dry_run: bool, status: &str) -> Run {
        let time = "2026-01-01T00:00:00Z";
        let counts = json!({ "notStarted": 0, "inProgress": 0, "succeeded": 1, "failed": 0,
                             "maintenanceWindowExceeded": 0, "failedToStart": 0 });
        serde_json::from_value(json!({
            "id": ID, "name": "nightly", "deployment": ID, "deploymentName": "nightly",
            "account": "Automation", "masterJob": ID, "status": status, "startedAt": time,
            "deadline": time, "machines": counts, "dryRun": dry_run,
        }))
        .expect("a run")
    }

    fn machine(result: &Value) -> MachineRun {
        serde_json::from_value(json!({
            "run": ID, "computer": ID, "computerName": "web-01", "status": "Succeeded",
            "result": result,
        }))
        .expect("a machine run")
    }

    #[test]
    fn exactly_what_a_dry_run_lists_is_approved() {
        let lists = machine(&json!({
            "wouldInstall": [{ "id": "a:all=2", "title": "a 2" }], "wouldReboot": true,
        }));
        let nothing = machine(&json!({ "wouldInstall": [] }));
        let how = approved(&run(true, "Succeeded"), &[lists.clone(), nothing.clone()]);
        let how = how.expect("it can be applied");
        assert_eq!(how.options["approved"], json!({ ID: ["a:all=2"] }));
        assert_eq!((how.computers, how.dry_run), (Some(vec![ID.to_owned()]), false));
        expect![[r#"
            COMPUTER   WOULD INSTALL   ID        MAY REBOOT
            web-01     a 2             a:all=2   yes
        "#]]
        .assert_eq(&listed(std::slice::from_ref(&lists)));

        let cut = machine(&json!({ "wouldInstall": [], "omitted": 3 }));
        for (run, machines, why) in [
            (run(false, "Succeeded"), vec![lists.clone()], "no dry run"),
            (run(true, "InProgress"), vec![lists], "not ended"),
            (run(true, "Succeeded"), vec![nothing], "nothing to install"),
            (run(true, "Succeeded"), vec![cut], "too long"),
        ] {
            let refused = approved(&run, &machines).expect_err(why);
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
}
