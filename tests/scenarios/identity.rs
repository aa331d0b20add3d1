//! A machine that was cloned with its agent's folder.

use crate::support::{PATIENCE, Site, reported};
use bindery_testkit::wait::wait_for;

const AGENTS: [&str; 2] = ["sim", "copy"];

#[tokio::test(flavor = "multi_thread")]
async fn of_an_agent_and_its_copy_one_ends_and_says_why_and_the_other_goes_on() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let further = ["--simulated", "linux", "--updates", "2"];
    site.start_agent(&client, "sim", &further).await;
    reported(&client, 1).await;
    site.start_copy("sim", "copy");
    let (name, code) = wait_for("one of the two to end", PATIENCE, async || {
        let ended = AGENTS.iter().find_map(|name| Some((*name, site.ended(name)?)));
        ended.ok_or_else(|| format!("both run:\n{}\n{}", site.log("sim"), site.log("copy")))
    })
    .await;
    assert_eq!(code, 1, "{}", site.logs());
    let words = site.log(name);
    for said in ["another machine has connected as computer", "cloned with its agent's folder"] {
        assert!(words.contains(said), "{words}");
    }
    assert!(site.log("control-plane").contains("IdentityCopied"), "{}", site.logs());
    reported(&client, 1).await;
    let other = AGENTS.into_iter().find(|other| *other != name).expect("the other");
    assert_eq!(site.ended(other), None, "{}", site.log(other));
}
