//! Each operation through the SDK's function for it. The SDK cuts long lists into pages; what is no
//! single page goes to the function of the bindings, for a case is about one call of the host.

use crate::form::{Form, key, object};
use bindery_sdk::{
    Error, assets,
    bindings::bindery::runbook as host,
    children, files,
    fleet::{self, Selection},
    http, installer, job, power, process, records, streams, timers, updates,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Rows that one call of the host takes.
const ROWS: usize = 1_000;

/// Makes one call; its reply in the contract's spelling.
pub(crate) fn carry_out(operation: &str, given: &Value) -> Result<Value, Error> {
    let empty = Value::Object(Map::new());
    let given = if given.is_null() { &empty } else { given };
    let at = Arguments { given, operation };
    match operation.split_once('.').map_or("", |(room, _)| room) {
        "job" => of_job(&at),
        "stream" | "clock" | "records" => said(&at),
        "updates" | "power" => updating(&at),
        "fleet" => of_fleet(&at),
        "jobs" => starting(&at),
        "files" | "process" | "http" => of_computer(&at),
        "assets" => shared(&at),
        _ => Err(at.unknown()),
    }
}

/// The arguments of a call.
struct Arguments<'a> {
    given: &'a Value,
    operation: &'a str,
}

impl Arguments<'_> {
    fn none(&self) -> Result<(), Error> {
        object(self.given, &[], self.operation).map(drop)
    }

    fn one<A: Form>(&self, a: &str) -> Result<A, Error> {
        key(object(self.given, &[a], self.operation)?, a, self.operation)
    }

    fn two<A: Form, B: Form>(&self, a: &str, b: &str) -> Result<(A, B), Error> {
        let object = object(self.given, &[a, b], self.operation)?;
        Ok((key(object, a, self.operation)?, key(object, b, self.operation)?))
    }

    fn unknown(&self) -> Error {
        let text = format!("the SDK has no operation `{}`", self.operation);
        Error::new("UnknownOperation", text)
    }
}

fn of_job(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "job.context" => at.none().and_then(|()| job::context()).map(|it| it.write()),
        "job.parameters" => {
            at.none()?;
            job::parameters::<Value>().map(|it| it.to_string().into())
        }
        "job.remaining" => Ok(at.none().and_then(|()| job::remaining())?.map(millis).write()),
        "job.result" => done(job::set_result(&parsed(&at.one::<String>("value")?)?)),
        // An SDK in which a runbook returns its error has no function for it.
        "job.failure" => {
            let error: host::types::Error = at.one("error")?;
            done(host::job::set_failure(&error).map_err(Error::from))
        }
        "job.checkpoint" => Err(job::checkpoint(&parsed(&at.one::<String>("state")?)?)),
        "job.restored" => {
            let state = at.none().and_then(|()| job::restored::<Value>())?;
            Ok(state.map(|state| state.to_string()).write())
        }
        _ => Err(at.unknown()),
    }
}

fn said(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "stream.write" => {
            let (kind, text): (_, String) = at.two("kind", "text")?;
            done(streams::write(kind, &text))
        }
        "stream.value" => done(streams::value(&parsed(&at.one::<String>("value")?)?)),
        "stream.progress" => {
            let (activity, percent): (String, _) = at.two("activity", "percent")?;
            done(streams::progress(&activity, percent))
        }
        "clock.sleep" => done(timers::sleep(Duration::from_millis(at.one("duration")?))),
        "records.append" => {
            let (table, rows): (String, Vec<String>) = at.two("table", "rows")?;
            if !(1..=ROWS).contains(&rows.len()) {
                return done(host::records::append(&table, &rows).map_err(Error::from));
            }
            let rows = rows.iter().map(|row| parsed(row)).collect::<Result<Vec<_>, _>>()?;
            done(records::append(&table, &rows))
        }
        _ => Err(at.unknown()),
    }
}

fn updating(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "updates.assess" => at.none().and_then(|()| updates::assess()).map(|it| it.write()),
        "updates.history" => updates::history(at.one("limit")?).map(|it| it.write()),
        "updates.plan" => updates::plan(&at.one::<Vec<_>>("updates")?).map(|it| it.write()),
        "power.pending" => at.none().and_then(|()| updates::pending_reboot()).map(|it| it.write()),
        "updates.download" => done(installer::download(&at.one("plan")?)),
        "updates.install" => {
            let (plan, reserve) = at.two("plan", "reserve")?;
            installer::install(&plan, Duration::from_millis(reserve)).map(|it| it.write())
        }
        "power.reboot" => {
            let (reserve, reason): (_, String) = at.two("reserve", "reason")?;
            power::reboot(Duration::from_millis(reserve), &reason).map(|it| it.write())
        }
        _ => Err(at.unknown()),
    }
}

fn of_fleet(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "fleet.computers" => {
            let filter: host::fleet_inventory::Filter = at.one("filter")?;
            let selection = match (&filter.ids, &filter.snapshot, &filter.cursor, filter.limit) {
                (None, None, None, None) => Some(Selection::All),
                (None, Some(snapshot), None, None) => Some(Selection::Snapshot(snapshot.clone())),
                (Some(ids), None, None, None) if (1..=fleet::PAGE).contains(&ids.len()) => {
                    Some(Selection::Ids(ids.clone()))
                }
                _ => None,
            };
            match selection.and_then(|it| fleet::computers(it).next()) {
                Some(page) => page.map(|it| it.write()),
                None => Ok(host::fleet_inventory::computers(&filter)?.write()),
            }
        }
        "fleet.computer" => fleet::computer(&at.one::<String>("id")?).map(|it| it.write()),
        "fleet.configure" => {
            let computers: Vec<String> = at.one("computers")?;
            match (1..=fleet::PAGE).contains(&computers.len()) {
                true => fleet::configure(&computers).map(|it| it.write()),
                false => Ok(host::fleet_admin::configure(&computers)?.write()),
            }
        }
        _ => Err(at.unknown()),
    }
}

fn starting(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "jobs.start" => {
            let (runbook, asked): (String, Vec<host::children::Child>) =
                at.two("runbook", "children")?;
            if !(1..=children::PAGE).contains(&asked.len()) {
                return Ok(host::children::start(&runbook, &asked)?.write());
            }
            let child = |it: host::children::Child| Ok((it.target, parsed(&it.parameters)?));
            let asked = asked.into_iter().map(child).collect::<Result<Vec<_>, Error>>()?;
            Ok(children::start(&runbook, &asked)?.into_iter().map(started).collect())
        }
        "jobs.wait" => {
            let keys = object(at.given, &["jobs", "mode", "timeout"], at.operation)?;
            let jobs: Vec<String> = key(keys, "jobs", at.operation)?;
            let timeout = key::<Option<u64>>(keys, "timeout", at.operation)?;
            let timeout = timeout.map(Duration::from_millis);
            let ended = match key(keys, "mode", at.operation)? {
                host::children::WaitFor::Any => children::wait_any(&jobs, timeout),
                host::children::WaitFor::All => children::wait_all(&jobs, timeout),
            };
            Ok(ended?.into_iter().map(child).collect())
        }
        "jobs.status" => {
            Ok(children::status(&at.one::<Vec<_>>("jobs")?)?.into_iter().map(child).collect())
        }
        _ => Err(at.unknown()),
    }
}

fn of_computer(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "files.read" => files::read(&at.one::<String>("path")?).map(|it| it.write()),
        "files.list" => files::list(&at.one::<String>("path")?).map(|it| it.write()),
        "files.write" => {
            let (path, text): (String, String) = at.two("path", "text")?;
            done(files::write(&path, &text))
        }
        "files.remove" => done(files::remove(&at.one::<String>("path")?)),
        "process.run" => {
            let keys = object(at.given, &["program", "args", "stdin", "timeout"], at.operation)?;
            let program: String = key(keys, "program", at.operation)?;
            let args: Vec<String> = key(keys, "args", at.operation)?;
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let timeout = Duration::from_millis(key(keys, "timeout", at.operation)?);
            let finished = match key::<Option<String>>(keys, "stdin", at.operation)? {
                Some(stdin) => process::run_with(&program, &args, &stdin, timeout),
                None => process::run(&program, &args, timeout),
            };
            finished.map(|it| it.write())
        }
        "http.send" => {
            let known = ["url", "method", "headers", "body", "timeout", "credential"];
            let keys = object(at.given, &known, at.operation)?;
            let method: String = key(keys, "method", at.operation)?;
            let timeout = Duration::from_millis(key(keys, "timeout", at.operation)?);
            let url: String = key(keys, "url", at.operation)?;
            let mut request = http::Request::new(method, url).timeout(timeout);
            for http::Header { name, value } in key::<Vec<_>>(keys, "headers", at.operation)? {
                request = request.header(name, value);
            }
            if let Some(body) = key::<Option<String>>(keys, "body", at.operation)? {
                request = request.body(body);
            }
            if let Some(name) = key::<Option<String>>(keys, "credential", at.operation)? {
                request = request.credential(name);
            }
            request.send().map(|it| it.write())
        }
        _ => Err(at.unknown()),
    }
}

fn shared(at: &Arguments<'_>) -> Result<Value, Error> {
    match at.operation {
        "assets.get-variable" => {
            let name: String = at.one("name")?;
            match assets::variable::<Value>(&name) {
                Ok(value) => Ok(json!({ "value": value.to_string() })),
                // It is secret.
                Err(error) if error.is("InvalidArguments") => {
                    assets::secret(&name).map(|secret| json!({ "secret": secret }))
                }
                Err(error) => Err(error),
            }
        }
        "assets.get-credential" => {
            assets::credential(&at.one::<String>("name")?).map(|it| it.write())
        }
        "assets.get-certificate" => {
            assets::certificate(&at.one::<String>("name")?).map(|it| it.write())
        }
        "assets.get-connection" => {
            assets::connection(&at.one::<String>("name")?).map(|it| it.write())
        }
        "assets.set-variable" => {
            let (name, value): (String, String) = at.two("name", "value")?;
            done(assets::set_variable(&name, &parsed(&value)?))
        }
        _ => Err(at.unknown()),
    }
}

fn done(reply: Result<(), Error>) -> Result<Value, Error> {
    reply.map(|()| Value::Null)
}

/// The value of JSON text, as an author has it.
fn parsed(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::new("InvalidArguments", error.to_string()))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn started(child: Result<String, Error>) -> Value {
    match child {
        Ok(job) => json!({ "job": job }),
        Err(error) => json!({ "error": error }),
    }
}

fn child(child: children::Child) -> Value {
    let result = child.result.map(|result| result.to_string());
    let status = host::children::ChildStatus {
        job: child.job,
        status: child.status,
        ended: child.ended,
        result,
        error: child.error.map(Into::into),
    };
    status.write()
}
