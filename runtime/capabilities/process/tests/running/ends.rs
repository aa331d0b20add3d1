//! How a program ends, and what is known of it then.

use crate::agent::{Lines, agent, folder, key, request, run, script, waiting};
use bindery_capability_process::{
    programs::{Finished, Programs as _},
    request::Request,
};
use bindery_core::{code::Code, limit};
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

#[tokio::test]
async fn a_program_is_given_its_input_and_answers_with_its_output_and_code() {
    let asked =
        Request { stdin: Some("in\n".into()), ..script("cat; echo $#; echo err >&2; exit 3") };
    let finished = run(&asked).await.expect("ran");
    let wanted = Finished {
        code: Some(3),
        stdout: "in\n0\n".into(),
        stderr: "err\n".into(),
        took: finished.took,
        ..Finished::default()
    };
    assert_eq!(finished, wanted);
}

#[tokio::test]
async fn it_has_no_shell_and_nothing_of_the_agents_environment() {
    let env = run(&request("/usr/bin/env", &[])).await.expect("ran").stdout;
    let mut env: Vec<_> = env.lines().collect();
    env.sort_unstable();
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(env, ["HOME=/", "LANG=C.UTF-8", path]);
    let echo = run(&request("echo", &["$HOME;", "*", "a b"])).await.expect("ran").stdout;
    assert_eq!(echo, "$HOME; * a b\n");
    assert_eq!(run(&request("pwd", &[])).await.expect("ran").stdout, "/\n");
    assert_eq!(run(&request("cat", &[])).await.expect("ran").stdout, "", "stdin is empty");
}

#[tokio::test]
async fn a_signal_has_its_number_and_no_code() {
    let finished = run(&script("kill -9 $$")).await.expect("ran");
    assert_eq!((finished.code, finished.signal), (None, Some(9)));
}

#[tokio::test]
async fn each_line_is_told_while_the_program_runs() {
    let (folder, lines) = (folder(), Lines::default());
    let gate = folder.path().join("gate");
    // The program goes on only once its first line has been told.
    let line = |line: &str| {
        lines.add(line);
        fs::write(&gate, "").expect("opened");
    };
    agent(folder.path()).run(&waiting(&gate), key(1), &line).await.expect("ran");
    assert_eq!(lines.all(), ["ready", "done"]);
}

#[tokio::test]
async fn its_time_ends_all_that_it_started() {
    let text = "setsid sleep 1000 & echo $!; (sleep 1000 & echo $!); sleep 1000";
    let asked = Request { timeout: Duration::from_millis(500), ..script(text) };
    let failure = run(&asked).await.expect_err("too long");
    assert_eq!(failure.code, Code::TimedOut);
    assert!(failure.message.contains("500 ms"), "{failure}");
    let details = failure.details.expect("what it wrote");
    let pids: Vec<_> = details["stdout"].as_str().expect("a text").lines().collect();
    assert_eq!(pids.len(), 2, "{details}");
    for pid in pids {
        assert!(!Path::new("/proc").join(pid).exists(), "{pid} still runs");
    }
}

#[tokio::test]
async fn what_a_program_leaves_behind_is_neither_waited_for_nor_ended() {
    let finished = run(&script("sleep 1000 & echo $!")).await.expect("ran");
    let pid = finished.stdout.trim();
    let name = fs::read_to_string(Path::new("/proc").join(pid).join("comm")).expect("it runs");
    assert_eq!(name, "sleep\n");
    assert_eq!(run(&request("kill", &["-9", pid])).await.expect("ran").code, Some(0));
}

#[tokio::test]
async fn of_much_output_there_is_the_end() {
    let finished = run(&script("yes x | head -c 5000000; echo end")).await.expect("ran");
    assert!(finished.truncated);
    assert_eq!(finished.stdout.len(), limit::PROCESS_OUTPUT_BYTES);
    assert!(finished.stdout.ends_with("x\nend\n"));
    assert_eq!(finished.stderr, "");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let folder = folder();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        path.display().to_string()
    };
    let rows = [
        ("no-such-program-anywhere".to_owned(), Code::NotFound),
        (folder.path().join("nothing").display().to_string(), Code::NotFound),
        (folder.path().display().to_string(), Code::NotFound),
        (file("plain", "text", 0o644), Code::RefusedByComputer),
        (file("orphan", "#!/no/such/interpreter\n", 0o755), Code::NotFound),
        (file("garbage", "\u{1}\u{2}", 0o755), Code::InvalidArguments),
    ];
    for (program, code) in rows {
        let refusal = run(&request(&program, &[])).await.expect_err(&program);
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(refusal.message.contains(&program), "{refusal}");
    }
}

#[tokio::test]
async fn evidence_is_the_agents_alone_and_goes_with_the_next_run_of_the_job() {
    let folder = folder();
    let agent = agent(folder.path());
    let place = |sequence| folder.path().join("processes").join(key(sequence).to_string());
    agent.run(&request("true", &[]), key(1), &|_| ()).await.expect("ran");
    assert_eq!(fs::metadata(place(1)).expect("there").mode() & 0o777, 0o700);
    agent.run(&request("true", &[]), key(4), &|_| ()).await.expect("ran");
    assert_eq!((place(1).exists(), place(4).exists()), (false, true));
}
