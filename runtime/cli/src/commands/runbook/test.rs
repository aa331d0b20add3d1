//! `bindery runbook test`: one job of a Wasm file on a simulated host, and what it did.

use crate::{
    commands::{
        job::{object, parameter},
        wasm_file,
    },
    context::{Context, unreadable},
    failure::{CliFailure, Exit},
    output::Output,
    tester::{Test, Tested},
};
use serde_json::{Map, Value};
use std::{fs, path::PathBuf};

/// What is tested, and on what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The Wasm file
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Its `runbook.toml`, if the Wasm file does not hold a manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Link it with this module, besides those that come with Bindery; may be given again
    #[arg(long = "module", value_name = "FILE.wasm")]
    modules: Vec<PathBuf>,
    /// Set a parameter; the value is taken as JSON if it is JSON, else as text
    #[arg(long = "parameter", short = 'p', value_name = "NAME=VALUE", value_parser = parameter)]
    one: Vec<(String, Value)>,
    /// Take the parameters from a JSON object, or from a file with one as `@FILE`
    #[arg(long = "parameters", value_name = "JSON", value_parser = object)]
    all: Option<Map<String, Value>>,
    /// What the host is like, what goes wrong in it, and what is expected; without it all goes well
    #[arg(long, value_name = "FILE.toml")]
    script: Option<PathBuf>,
    /// Change nothing: reading is as ever, and changes are only listed
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    arguments: Arguments,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Arguments { file, manifest, modules, one, all, script, dry_run } = arguments;
    let wasm = wasm_file::read(&file, manifest.as_deref())?;
    let read = |path: &PathBuf| fs::read(path).map_err(|error| unreadable(path, &error));
    let modules = modules.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut parameters = all.unwrap_or_default();
    parameters.extend(one);
    let script = script.map(|path| match fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(unreadable(&path, &error)),
    });
    let script = script.transpose()?;
    let tests = vec![Test { wasm, modules, script, parameters, dry_run }];
    let tested = (context.tester)(tests).await?.pop();
    let tested = tested.ok_or_else(|| CliFailure::new(Exit::Internal, "the test was not run"))?;
    out.show(&tested.report, |_| tested.text.clone())?;
    verdict(&file.display().to_string(), tested)
}

/// A test that did not pass is a failure of the command, with all that is not as expected.
fn verdict(file: &str, tested: Tested) -> Result<(), CliFailure> {
    if tested.unmet.is_empty() {
        return Ok(());
    }
    let failure = CliFailure::new(Exit::Failed, format!("the test of `{file}` failed"));
    Err(CliFailure { causes: tested.unmet, hint: tested.hint, ..failure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, Terminals};
    use clap::Parser;
    use expect_test::expect;
    use futures::{FutureExt as _, future::BoxFuture};
    use serde_json::json;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        global: crate::context::Global,
        #[command(flatten)]
        arguments: Arguments,
    }

    fn echo(tests: Vec<Test>) -> BoxFuture<'static, Result<Vec<Tested>, CliFailure>> {
        let test = tests.into_iter().next().expect("a test");
        let script = test.script.map(|(_, text)| text);
        let report = json!({
            "wasm": test.wasm.len(), "script": script, "parameters": test.parameters,
            "dryRun": test.dry_run,
        });
        let unmet = if test.dry_run { vec!["a \u{1b}[2J".to_owned()] } else { vec![] };
        async { Ok(vec![Tested { report, text: "in words\n".into(), unmet, hint: None }]) }.boxed()
    }

    fn tested(line: &str, format: Format) -> (Result<(), CliFailure>, String) {
        let program = Program::try_parse_from(line.split(' ')).expect("a command line");
        let context = Context {
            global: program.global,
            program: clap::Command::new("bindery"),
            now: || jiff::Timestamp::UNIX_EPOCH,
            seed: || Ok([0; 32]),
            tester: echo,
        };
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let terminals = Terminals { stdout: false, stderr: false };
        let mut out = Output::new(&mut stdout, &mut stderr, terminals, format);
        let ended = futures::executor::block_on(run(program.arguments, &context, &mut out));
        (ended, String::from_utf8(stdout).expect("text"))
    }

    #[test]
    fn file_script_and_parameters_reach_the_tester_and_no_control_plane_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (wasm, script) = (folder.path().join("a.wasm"), folder.path().join("a.toml"));
        fs::write(&wasm, b"\0asm").expect("written");
        fs::write(&script, "seed = 1").expect("written");
        let line = format!(
            "test {} --script {} --parameters {{\"a\":1}} -p b=two",
            wasm.display(),
            script.display()
        );
        let (ended, text) = tested(&line, Format::Json);
        ended.expect("it passed");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        let parameters = json!({ "a": 1, "b": "two" });
        assert_eq!(
            report,
            json!({
                "wasm": 4, "script": "seed = 1", "parameters": parameters, "dryRun": false,
            })
        );
        let (ended, text) = tested(&format!("test {} --dry-run", wasm.display()), Format::Table);
        assert_eq!(text, "in words\n");
        let failure = ended.expect_err("it did not pass");
        assert_eq!(failure.exit, Exit::Failed);
        let words = failure.to_string().replace(&wasm.display().to_string(), "a.wasm");
        expect![[r#"
            error: the test of `a.wasm` failed
              because: a \u{1b}[2J"#]]
        .assert_eq(&words);
    }

    #[test]
    fn a_script_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let wasm = folder.path().join("a.wasm");
        fs::write(&wasm, b"\0asm").expect("written");
        let line = format!("test {} --script /nowhere/a.toml", wasm.display());
        let failure = tested(&line, Format::Table).0.expect_err("no script");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.contains("/nowhere/a.toml"), "{failure}");
    }
}
