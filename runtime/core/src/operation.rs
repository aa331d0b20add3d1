//! The operations of the contract: everything that a runbook can ask of the host.
//!
//! One table for all entry levels. Each operation is a function of an interface of `sdk/wit`; its
//! arguments and reply are JSON whose form follows mechanically from the WIT types (see
//! `sdk/abi/README.md`).

use crate::grant::Power;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an operation does to the world, and so how it is journalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// It only reads: its answer is journalled.
    Read,
    /// Doing it twice is the same as doing it once.
    Idempotent,
    /// It must happen once: intent before and outcome after, both synced.
    WriteOnce,
}

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name in journals, grants' refusals and L1 calls.
    pub name: &'static str,
    /// The WIT interface.
    pub interface: &'static str,
    /// The function of that interface.
    pub function: &'static str,
    /// What it does to the world.
    pub class: Class,
    /// The power that it needs, if any.
    pub power: Option<Power>,
    /// The argument that a mask is held against.
    pub subject: Option<&'static str>,
}

impl Operation {
    /// Whether it changes the world: what a window bounds and a dry run leaves out.
    pub fn changes(&self) -> bool {
        self.class != Class::Read && self.power.is_some()
    }
}

/// The WIT package of every interface.
pub const PACKAGE: &str = "bindery:runbook";
/// The version of that package.
pub const PACKAGE_VERSION: &str = "0.1.0";

/// The instance name by which a component imports `interface`.
pub fn instance_name(interface: &str) -> String {
    format!("{PACKAGE}/{interface}@{PACKAGE_VERSION}")
}

macro_rules! operations {
    ($(
        $id:ident: $name:literal = $interface:literal . $function:literal,
        $class:ident $(, $power:ident $(on $subject:literal)?)?;
    )*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub static $id: Operation = Operation {
                name: $name,
                interface: $interface,
                function: $function,
                class: Class::$class,
                power: operations!(@power $($power)?),
                subject: operations!(@subject $($($subject)?)?),
            };
        )*
        /// Every operation of the contract.
        pub static ALL: &[&Operation] = &[$(&$id,)*];
    };
    (@power) => { None };
    (@power $power:ident) => { Some(Power::$power) };
    (@subject) => { None };
    (@subject $subject:literal) => { Some($subject) };
}

operations! {
    JOB_CONTEXT: "job.context" = "job"."context", Read;
    JOB_PARAMETERS: "job.parameters" = "job"."parameters", Read;
    JOB_REMAINING: "job.remaining" = "job"."remaining", Read;
    JOB_RESULT: "job.result" = "job"."set-result", Idempotent;
    JOB_FAILURE: "job.failure" = "job"."set-failure", Idempotent;
    JOB_CHECKPOINT: "job.checkpoint" = "job"."checkpoint", Idempotent;
    JOB_RESTORED: "job.restored" = "job"."restored", Read;
    STREAM_WRITE: "stream.write" = "streams"."write", Idempotent;
    STREAM_VALUE: "stream.value" = "streams"."value", Idempotent;
    STREAM_PROGRESS: "stream.progress" = "streams"."progress", Idempotent;
    CLOCK_SLEEP: "clock.sleep" = "timers"."sleep", Read;
    UPDATES_ASSESS: "updates.assess" = "update-inventory"."assess", Read, UpdatesRead;
    UPDATES_HISTORY: "updates.history" = "update-inventory"."history", Read, UpdatesRead;
    UPDATES_PLAN: "updates.plan" = "update-inventory"."plan", Read, UpdatesRead;
    POWER_PENDING: "power.pending" = "update-inventory"."pending-reboot", Read, UpdatesRead;
    UPDATES_DOWNLOAD: "updates.download" = "update-installer"."download", Idempotent, UpdatesInstall;
    UPDATES_INSTALL: "updates.install" = "update-installer"."install", WriteOnce, UpdatesInstall;
    POWER_REBOOT: "power.reboot" = "power"."reboot", WriteOnce, PowerReboot;
    FLEET_COMPUTERS: "fleet.computers" = "fleet-inventory"."computers", Read, FleetRead;
    FLEET_COMPUTER: "fleet.computer" = "fleet-inventory"."computer", Read, FleetRead;
    FLEET_CONFIGURE: "fleet.configure" = "fleet-admin"."configure", Idempotent, FleetConfigure;
    JOBS_START: "jobs.start" = "children"."start", WriteOnce, JobsStart on "runbook";
    JOBS_WAIT: "jobs.wait" = "children"."wait", Read, JobsStart;
    JOBS_STATUS: "jobs.status" = "children"."status", Read, JobsStart;
    FILES_READ: "files.read" = "files"."read", Read, FilesRead on "path";
    FILES_LIST: "files.list" = "files"."list", Read, FilesRead on "path";
    FILES_WRITE: "files.write" = "files-admin"."write", Idempotent, FilesWrite on "path";
    FILES_REMOVE: "files.remove" = "files-admin"."remove", Idempotent, FilesWrite on "path";
    PROCESS_RUN: "process.run" = "process"."run", WriteOnce, Process on "program";
    HTTP_SEND: "http.send" = "http"."send", WriteOnce, Http on "url";
    ASSETS_GET_VARIABLE: "assets.get-variable" = "assets"."get-variable", Read, AssetsRead on "name";
    ASSETS_GET_CREDENTIAL: "assets.get-credential" = "assets"."get-credential", Read, AssetsRead on "name";
    ASSETS_GET_CERTIFICATE: "assets.get-certificate" = "assets"."get-certificate", Read, AssetsRead on "name";
    ASSETS_GET_CONNECTION: "assets.get-connection" = "assets"."get-connection", Read, AssetsRead on "name";
    ASSETS_SET_VARIABLE: "assets.set-variable" = "assets-admin"."set-variable", Idempotent, AssetsWrite on "name";
    RECORDS_APPEND: "records.append" = "records"."append", Idempotent, RecordsWrite on "table";
}

/// What the mask of the operation's grant is held against: none where there is no mask. An error says
/// what is wrong with the argument.
pub fn subject(operation: &Operation, arguments: &Value) -> Result<Option<String>, String> {
    let Some(name) = operation.subject else { return Ok(None) };
    let text = arguments[name].as_str().ok_or_else(|| format!("`{name}` must be a text"))?;
    match operation.power {
        Some(Power::Http) => match host_of(text) {
            Some(host) => Ok(Some(host)),
            None => Err(format!("`{name}` must be as in https://api.example.com/path")),
        },
        // What is in a folder lies below it: who may read all of that may list it.
        _ if *operation == FILES_LIST => Ok(Some(format!("{}/", text.trim_end_matches('/')))),
        _ => Ok(Some(text.to_owned())),
    }
}

/// The host of a URL as grants spell it: in lower case, with its port if that is not the scheme's
/// own. None for what is no plain `http` or `https` URL.
fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let own = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    Some(host.strip_suffix(own).map(str::to_owned).unwrap_or(host))
}

/// The operation of this name.
pub fn by_name(name: &str) -> Option<&'static Operation> {
    ALL.iter().copied().find(|operation| operation.name == name)
}

/// The operation behind a function of an interface.
pub fn by_function(interface: &str, function: &str) -> Option<&'static Operation> {
    ALL.iter()
        .copied()
        .find(|operation| operation.interface == interface && operation.function == function)
}

/// Whether the contract has this interface.
pub fn knows_interface(interface: &str) -> bool {
    crate::grant::POWERLESS_INTERFACES.contains(&interface)
        || Power::ALL.iter().any(|power| power.interface() == interface)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_is_found_by_its_name_and_by_its_function_and_no_two_share_either() {
        for operation in ALL {
            assert_eq!(by_name(operation.name), Some(*operation));
            assert_eq!(by_function(operation.interface, operation.function), Some(*operation));
            assert!(knows_interface(operation.interface), "{}", operation.interface);
        }
    }

    #[test]
    fn the_subject_of_a_folder_that_is_listed_is_what_lies_in_it() {
        for (path, expected) in [("/srv", "/srv/"), ("/", "/"), ("/srv/", "/srv/")] {
            let found = subject(&FILES_LIST, &serde_json::json!({ "path": path }));
            assert_eq!(found, Ok(Some(expected.to_owned())), "{path}");
        }
        let read = subject(&FILES_READ, &serde_json::json!({ "path": "/srv" }));
        assert_eq!(read, Ok(Some("/srv".to_owned())));
    }

    #[test]
    fn the_subject_of_a_request_is_its_host_and_nothing_that_hides_another() {
        let rows = [
            ("https://API.example.com/v1?x=1#y", Some("api.example.com")),
            ("https://api.example.com:443", Some("api.example.com")),
            ("http://localhost:8080/", Some("localhost:8080")),
            ("http://localhost:443/", Some("localhost:443")),
            ("http://[::1]:80/", Some("[::1]")),
            ("https://good.example@evil.example/", None),
            ("https://good.example\\@evil.example/", None),
            ("https://good.example\t.evil.example/", None),
            ("https://go%6fd.example/", None),
            ("https://b\u{fc}cher.example/", None),
            ("https:///path", None),
            ("ftp://good.example/", None),
            ("good.example", None),
        ];
        for (url, host) in rows {
            let subject = subject(&HTTP_SEND, &serde_json::json!({ "url": url }));
            assert_eq!(subject.ok().flatten().as_deref(), host, "{url}");
        }
    }

    #[test]
    fn reading_and_changing_are_never_in_the_same_powerful_interface() {
        let of = |read: bool| -> BTreeSet<_> {
            ALL.iter()
                .filter(|o| o.power.is_some() && o.interface != "children")
                .filter(|o| (o.class == Class::Read) == read)
                .map(|o| o.interface)
                .collect()
        };
        assert!(of(true).is_disjoint(&of(false)));
    }

    #[test]
    fn an_interface_proves_exactly_one_power() {
        for operation in ALL {
            match operation.power {
                Some(power) => assert_eq!(power.interface(), operation.interface),
                None => assert!(crate::grant::POWERLESS_INTERFACES.contains(&operation.interface)),
            }
        }
    }
}
