//! The operations of `files` and `files-admin` on a real folder.

use bindery_capability_files::{capability::Files, real::Real};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
    limit, operation,
};
use bindery_sandbox::capability::{Call, Capability as _, JobFacts};
use jiff::Timestamp;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::PathBuf,
    sync::Arc,
};
use tempfile::TempDir;

/// A folder of a computer whose agent may change it, or not.
struct Scene {
    folder: TempDir,
    changes: bool,
}

fn scene() -> Scene {
    let folder = tempfile::Builder::new().tempdir_in("/tmp").expect("a folder");
    Scene { folder, changes: true }
}

impl Scene {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(name), bytes).expect("written");
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let mut names: Vec<_> =
            entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    async fn call(&self, name: &str, arguments: Value, rehearsed: bool) -> Result<Value, Failure> {
        let job = JobFacts {
            id: JobId::from_bytes([1; 16]),
            account: "Fleet".parse().expect("a name"),
            runbook: "Rotate".parse().expect("a name"),
            digest: Digest::from_bytes([7; 32]),
            parameters: json!({}),
            worker: WorkerId::from_bytes([2; 16]),
            computer: None,
            run: None,
            trigger: Trigger::Manual,
            deadline: None,
            dry_run: rehearsed,
            started_at: Timestamp::UNIX_EPOCH,
        };
        let call = Call {
            job: &job,
            grants: &[],
            sequence: 1,
            operation: operation::by_name(name).expect("an operation"),
            arguments: &arguments,
            now: Timestamp::UNIX_EPOCH,
            deadline: None,
            restored: None,
            secrets: &bindery_sandbox::secrets::Secrets::none(),
            say: &|_, _, _| {},
        };
        let files = Files::new(Arc::new(Real), self.changes);
        if rehearsed { files.rehearse(&call).await } else { files.perform(&call).await }
    }

    async fn read(&self, name: &str) -> Result<String, Code> {
        let reply = self.call("files.read", json!({ "path": self.at(name) }), false).await;
        reply.map(|it| it["text"].as_str().expect("a text").to_owned()).map_err(|it| it.code)
    }

    async fn write(&self, name: &str, text: &str) -> Result<Value, Failure> {
        let arguments = json!({ "path": self.at(name), "text": text });
        self.call("files.write", arguments, false).await
    }

    async fn remove(&self, name: &str) -> Result<Value, Code> {
        let arguments = json!({ "path": self.at(name) });
        self.call("files.remove", arguments, false).await.map_err(|failure| failure.code)
    }

    async fn list(&self, name: &str) -> Result<Value, Failure> {
        self.call("files.list", json!({ "path": self.at(name) }), false).await
    }
}

#[tokio::test]
async fn a_text_file_is_read_with_the_time_of_its_last_change() {
    let scene = scene();
    scene.put("a.txt", "gr\u{fc}n\n");
    let reply = scene.call("files.read", json!({ "path": scene.at("a.txt") }), false).await;
    let reply = reply.expect("read");
    let modified: Timestamp = reply["modified"].as_str().expect("a time").parse().expect("a time");
    let about = fs::metadata(scene.at("a.txt")).expect("there");
    assert_eq!((&reply["text"], modified.as_second()), (&json!("gr\u{fc}n\n"), about.mtime()));
    let kernel = scene.call("files.read", json!({ "path": "/proc/sys/kernel/ostype" }), false);
    assert_eq!(kernel.await.expect("read")["text"], "Linux\n");
}

#[tokio::test]
async fn what_is_no_text_file_is_refused_and_nothing_waits_for_a_pipe() {
    let scene = scene();
    scene.put("bytes", b"ok\xff");
    fs::create_dir(scene.at("folder")).expect("made");
    mknodat(CWD, scene.at("pipe"), FileType::Fifo, Mode::RWXU, 0).expect("a pipe");
    symlink("bytes", scene.at("link")).expect("a link");
    for name in ["bytes", "folder", "pipe", "link", "bytes/x"] {
        assert_eq!(scene.read(name).await, Err(Code::InvalidArguments), "{name}");
    }
    for name in ["folder", "pipe", "link"] {
        let refusal = scene.write(name, "text").await.expect_err(name);
        assert_eq!(refusal.code, Code::InvalidArguments, "{name}");
        assert_eq!(scene.remove(name).await, Err(Code::InvalidArguments), "{name}");
    }
    assert_eq!(scene.names(), ["bytes", "folder", "link", "pipe"]);
    assert_eq!(scene.read("nothing").await, Err(Code::NotFound));
    let list = scene.list("bytes").await.expect_err("no folder");
    assert_eq!(list.code, Code::InvalidArguments);
}

#[tokio::test]
async fn no_symbolic_link_is_followed_and_no_dots_are_taken() {
    let scene = scene();
    fs::create_dir_all(scene.at("real/in")).expect("made");
    scene.put("real/in/a", "secret");
    symlink("real", scene.at("way")).expect("a link");
    for name in ["way/in/a", "real/../real/in/a", "real/./in/a", "real//in/a"] {
        assert_eq!(scene.read(name).await, Err(Code::InvalidArguments), "{name}");
        let refusal = scene.write(name, "mine").await.expect_err(name);
        assert_eq!(refusal.code, Code::InvalidArguments, "{name}");
        assert_eq!(scene.remove(name).await, Err(Code::InvalidArguments), "{name}");
    }
    for name in ["way", "way/in", "real/.."] {
        let refusal = scene.list(name).await.expect_err(name);
        assert_eq!(refusal.code, Code::InvalidArguments, "{name}");
    }
    assert_eq!(scene.read("real/in/a").await, Ok("secret".into()));
}

#[tokio::test]
async fn as_many_bytes_as_the_limit_are_taken_and_one_more_is_too_large() {
    let (scene, most) = (scene(), limit::FILE_BYTES);
    scene.put("full", vec![b'x'; most]);
    scene.put("over", vec![b'x'; most + 1]);
    assert_eq!(scene.read("full").await.map(|text| text.len()), Ok(most));
    assert_eq!(scene.read("over").await, Err(Code::TooLarge));
    scene.write("new", &"x".repeat(most)).await.expect("written");
    let refusal = scene.write("new", &"y".repeat(most + 1)).await.expect_err("too large");
    assert_eq!(refusal.code, Code::TooLarge);
    assert!(refusal.message.contains("FILE_BYTES"), "{refusal}");
    assert!(scene.read("new").await.expect("read").starts_with('x'));
}

#[tokio::test]
async fn a_folder_is_listed_by_name_with_what_each_entry_is() {
    let scene = scene();
    fs::create_dir(scene.at("b")).expect("made");
    scene.put("c", "four");
    symlink("c", scene.at("a")).expect("a link");
    fs::write(scene.folder.path().join(OsStr::from_bytes(b"z\xff")), "").expect("written");
    let listed = scene.list("").await.expect_err("a slash at its end");
    assert_eq!(listed.code, Code::InvalidArguments);
    let path = json!({ "path": scene.folder.path() });
    let mut listed = scene.call("files.list", path, false).await.expect("listed");
    for entry in listed.as_array_mut().expect("a list") {
        let modified = entry.as_object_mut().expect("an object").remove("modified");
        assert!(modified.is_some_and(|time| time.is_string()));
    }
    let wanted = json!([
        { "name": "a", "kind": "Other" },
        { "name": "b", "kind": "Folder" },
        { "name": "c", "kind": "File", "bytes": 4 },
        { "name": "z\u{fffd}", "kind": "File", "bytes": 0 },
    ]);
    assert_eq!(listed, wanted);
    assert_eq!(scene.list("none").await.expect_err("not there").code, Code::NotFound);
}

#[tokio::test]
async fn as_many_entries_as_the_limit_are_listed_and_one_more_is_too_large() {
    let (scene, most) = (scene(), limit::FOLDER_ENTRIES);
    fs::create_dir(scene.at("many")).expect("made");
    (0..most).for_each(|number| scene.put(&format!("many/{number}"), ""));
    let listed = scene.list("many").await.expect("listed");
    assert_eq!(listed.as_array().map(Vec::len), Some(most));
    scene.put("many/more", "");
    let refusal = scene.list("many").await.expect_err("too many");
    assert_eq!(refusal.code, Code::TooLarge);
    assert!(refusal.message.contains("FOLDER_ENTRIES"), "{refusal}");
}

#[tokio::test]
async fn a_file_is_replaced_as_one_step_and_keeps_its_permissions_and_its_owner() {
    let scene = scene();
    scene.put("old", "before");
    fs::set_permissions(scene.at("old"), fs::Permissions::from_mode(0o4751)).expect("set");
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(scene.at("old"), Some(12), Some(34)).expect("given away");
        fs::set_permissions(scene.at("old"), fs::Permissions::from_mode(0o4751)).expect("set");
    }
    let before = fs::metadata(scene.at("old")).expect("there");
    let reader = fs::File::open(scene.at("old")).expect("open");
    scene.write("old", "after").await.expect("written");
    let after = fs::metadata(scene.at("old")).expect("there");
    assert_ne!(after.ino(), before.ino(), "a new file took its place");
    assert_eq!(std::io::read_to_string(reader).expect("read"), "before");
    let kept = |about: &fs::Metadata| (about.mode(), about.uid(), about.gid());
    assert_eq!(kept(&after), kept(&before));
    assert_eq!(scene.read("old").await, Ok("after".into()));
    assert_eq!(scene.names(), ["old"], "nothing is left beside it");
}

#[tokio::test]
async fn a_file_that_is_made_is_the_agents_alone_and_its_folder_must_be_there() {
    let scene = scene();
    scene.write("new", "text").await.expect("written");
    assert_eq!(fs::metadata(scene.at("new")).expect("there").mode() & 0o7777, 0o600);
    assert_eq!(scene.write("none/new", "text").await.expect_err("no").code, Code::NotFound);
    assert_eq!(scene.names(), ["new"]);
}

#[tokio::test]
async fn a_change_that_was_cut_off_is_made_again_without_a_trace() {
    let scene = scene();
    let job = JobId::from_bytes([1; 16]);
    scene.put(&format!(".bindery-{job}-1"), "half of");
    scene.write("new", "text").await.expect("written");
    assert_eq!((scene.names(), scene.read("new").await), (vec!["new".into()], Ok("text".into())));
}

#[tokio::test]
async fn removing_what_is_not_there_is_no_error() {
    let scene = scene();
    scene.put("a", "");
    for name in ["a", "a", "no/such/folder"] {
        assert_eq!(scene.remove(name).await, Ok(Value::Null), "{name}");
    }
    assert!(scene.names().is_empty());
    let root = scene.call("files.remove", json!({ "path": "/" }), false).await;
    assert_eq!(root.expect_err("a folder").code, Code::InvalidArguments);
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_refuses_what_would_be_refused() {
    let scene = scene();
    scene.put("a", "before");
    let path = scene.at("a");
    let write = json!({ "path": path, "text": "after" });
    assert_eq!(scene.call("files.write", write, true).await, Ok(Value::Null));
    assert_eq!(scene.call("files.remove", json!({ "path": path }), true).await, Ok(Value::Null));
    assert_eq!(scene.read("a").await, Ok("before".into()));
    let long = json!({ "path": path, "text": "x".repeat(limit::FILE_BYTES + 1) });
    let refusal = scene.call("files.write", long, true).await.expect_err("too large");
    assert_eq!(refusal.code, Code::TooLarge);
}

#[tokio::test]
async fn an_agent_that_only_reports_reads_and_changes_nothing() {
    let scene = Scene { changes: false, ..scene() };
    scene.put("a", "before");
    assert_eq!(scene.read("a").await, Ok("before".into()));
    let refusal = scene.write("a", "after").await.expect_err("refused");
    assert_eq!(refusal.code, Code::ChangesNotAllowed);
    assert_eq!(scene.remove("a").await, Err(Code::ChangesNotAllowed));
}
