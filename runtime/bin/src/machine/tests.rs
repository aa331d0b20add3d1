//! Which computer the arguments mean, and that no trial ever has the power of this one.

use super::*;
use clap::Parser;

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    machine: MachineArgs,
}

fn args(line: &str) -> MachineArgs {
    let words = std::iter::once("bindery").chain(line.split_whitespace());
    Program::try_parse_from(words).expect("arguments").machine
}

#[test]
fn only_the_root_of_this_computer_is_real() {
    let folder = tempfile::tempdir().expect("a folder");
    let scratch = fs::canonicalize(folder.path()).expect("it is there");
    assert_eq!(kind(&args("")), Ok(Kind::Real));
    assert_eq!(kind(&args("--provider apt --root /")), Ok(Kind::Real));
    let line = format!("--root {}", folder.path().display());
    assert_eq!(kind(&args(&line)), Ok(Kind::Scratch(scratch)));
    for line in [
        "--simulated windows --seed 7",
        "--simulated linux --fail a=b",
        "--provider simulated --updates 3",
    ] {
        assert_eq!(kind(&args(line)), Ok(Kind::Simulated));
    }
}

#[test]
fn what_could_be_misread_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("slash");
    std::os::unix::fs::symlink("/", &link).expect("made");
    for line in [
        format!("--root {}", link.display()),
        "--root /proc/..".to_owned(),
        "--root /no/such/root".to_owned(),
        "--provider simulated --root /tmp".to_owned(),
        "--provider apt --simulated windows".to_owned(),
        "--seed 7".to_owned(),
        "--updates 3".to_owned(),
        "--provider apt --fail KB1=broken".to_owned(),
    ] {
        assert_eq!(kind(&args(&line)).expect_err(&line).exit, Exit::Usage, "{line}");
    }
}

#[tokio::test]
async fn a_simulated_computer_and_a_scratch_root_never_have_the_boot_of_this_computer() {
    let own = power::real().expect("this computer").boot_id().await.expect("a boot");
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    fs::create_dir_all(&root).expect("made");
    let scratch = format!("--root {}", root.display());
    for (at, line) in [scratch.as_str(), "--simulated windows"].into_iter().enumerate() {
        let state = folder.path().join(at.to_string());
        let machine = Machine::open(&args(line), &state).expect("a computer");
        let boot = machine.power.boot_id().await.expect("a boot");
        assert!(!machine.real && boot != own, "{line}: {boot}");
    }
}

#[test]
fn a_reboot_of_a_scratch_root_forgets_what_was_pending() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("var/run");
    fs::create_dir_all(&run).expect("made");
    for file in ["reboot-required", "reboot-required.pkgs", "other"] {
        fs::write(run.join(file), "x").expect("written");
    }
    for _twice in 0..2 {
        power::forget_pending(folder.path()).expect("forgotten");
    }
    let left: Vec<_> =
        fs::read_dir(&run).expect("files").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["other"]);
}

#[test]
fn a_fault_names_an_update_and_an_error() {
    let machine = args("--simulated windows --fail KB1=0x80070643 --fail KB2=no=disk");
    let faults: Vec<_> = machine.simulated.fail.iter().map(|f| (&*f.update, &*f.error)).collect();
    assert_eq!(faults, [("KB1", "0x80070643"), ("KB2", "no=disk")]);
    let words = ["bindery", "--fail", "KB1"];
    assert!(Program::try_parse_from(words).is_err());
}
