//! The JSON Schema of the parameters, as a command of the project prints it: from the type that the
//! runbook takes. It is held to the same rules as one that stands in `runbook.toml`.

use crate::failure::{CliFailure, Exit};
use bindery_core::{
    code::{Code, Failure},
    json, limit,
    text::shown,
};
use bindery_inspect::parameters::check_parameters_schema;
use serde_json::Value;
use std::{ffi::OsString, io::ErrorKind, path::Path, process::Stdio, time::Duration};
use tokio::{io::AsyncReadExt as _, process::Command, time::timeout};

/// The schema that `program` prints, called in `folder`. It has no variables of the table `build`:
/// they are for the target, and this command is for the computer that builds.
///
/// `line` is the command as people read it.
pub(super) async fn printed(
    folder: &Path,
    line: &str,
    program: &OsString,
    arguments: &[String],
    time: Duration,
) -> Result<Value, CliFailure> {
    let failed = |text: String| CliFailure::new(Exit::Failed, format!("`{line}` {text}"));
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            let exit = match error.kind() {
                ErrorKind::NotFound => Exit::NotFound,
                _ => Exit::Failed,
            };
            CliFailure { exit, ..failed("cannot be started".to_owned()).because(&error) }
        })?;
    let mut text = vec![];
    let output = child.stdout.take();
    let ended = async {
        if let Some(output) = output {
            let most = u64::try_from(limit::SCHEMA_BYTES).unwrap_or(u64::MAX);
            output.take(most.saturating_add(1)).read_to_end(&mut text).await?;
        }
        if text.len() > limit::SCHEMA_BYTES { Ok(None) } else { child.wait().await.map(Some) }
    };
    let status = match timeout(time, ended).await {
        Ok(Ok(Some(status))) => status,
        Ok(Ok(None)) => {
            let most = limit::SCHEMA_BYTES;
            return Err(failed(format!("printed more than {most} bytes (SCHEMA_BYTES)")));
        }
        Ok(Err(error)) => return Err(failed("could not be followed".to_owned()).because(&error)),
        Err(_) => {
            let text = format!("did not end within {} s (SCHEMA_TIME)", time.as_secs());
            return Err(failed(text));
        }
    };
    let text = String::from_utf8_lossy(&text);
    match status.success() {
        true => checked(line, &text),
        false if text.trim().is_empty() => Err(failed(format!("failed ({status})"))),
        false => Err(failed(format!("failed ({status}); it printed: {}", shown(text.trim())))),
    }
}

fn checked(line: &str, text: &str) -> Result<Value, CliFailure> {
    let invalid = |reason: String| {
        let text = format!("`{line}` printed no JSON Schema of parameters: {reason}");
        CliFailure::from(Failure::new(Code::InvalidManifest, text)).hint(
            "`schema` in the table `build` is a command that prints the schema, and nothing else, to \
             stdout.",
        )
    };
    let start = shown(text.trim());
    let schema: Value = match text.trim() {
        "" => return Err(invalid("it printed nothing".to_owned())),
        text => serde_json::from_str(text)
            .map_err(|error| invalid(format!("it is not JSON ({error}): {start}")))?,
    };
    if !schema.is_object() {
        return Err(invalid(format!("it is not an object: {start}")));
    }
    json::check_depth(&schema).map_err(|reason| invalid(format!("it {reason}")))?;
    check_parameters_schema(&schema).map_err(|failure| invalid(failure.message))?;
    Ok(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(script: &str, time: Duration) -> Result<Value, CliFailure> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        printed(Path::new("."), "schema", &"sh".into(), &arguments, time).await
    }

    #[tokio::test]
    async fn what_is_printed_is_the_schema_and_a_command_that_prints_none_says_what_it_printed() {
        let schema = said("echo '{\"type\": \"object\"}'", limit::SCHEMA_TIME).await;
        assert_eq!(schema, Ok(serde_json::json!({ "type": "object" })));
        let flood = "head -c 300000 /dev/zero | tr '\\0' ' '";
        let rows = [
            ("true", "it printed nothing"),
            ("echo Usage: x", "it is not JSON (expected value at line 1 column 1): Usage: x"),
            ("echo true", "it is not an object: true"),
            ("echo '{\"type\": \"objekt\"}'", "is not a JSON Schema: `/type`: \"objekt\""),
            ("echo no type; exit 3", "`schema` failed (exit status: 3); it printed: no type"),
            ("exit 3", "`schema` failed (exit status: 3)"),
            (flood, "printed more than 262144 bytes (SCHEMA_BYTES)"),
        ];
        for (script, expected) in rows {
            let failure = said(script, limit::SCHEMA_TIME).await.expect_err(script);
            assert!(failure.to_string().contains(expected), "{script}: {failure}");
        }
        let most = "printf '{}'; head -c 262142 /dev/zero | tr '\\0' ' '";
        assert!(said(most, limit::SCHEMA_TIME).await.is_ok(), "the limit itself is allowed");
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_ended() {
        // Its stdout is closed, or it is not: either way it has to end.
        for script in ["exec tail -f /dev/null", "exec >&-; kill -STOP $$"] {
            let failure =
                said(script, Duration::from_millis(50)).await.expect_err("it does not end");
            assert!(failure.message.contains("(SCHEMA_TIME)"), "{failure}");
        }
    }
}
