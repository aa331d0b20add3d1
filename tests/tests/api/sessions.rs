//! Sessions of agents that the control plane does not take: what it says, and whom it keeps.

use crate::server::{Server, code};
use bindery_api::{enrolment::Enrol, enrolment::Enrolled, secret::Secret};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_protocol::{
    VERSION,
    hello::{PROOF, Proof},
    link::{WorkerEnd, pair},
    message::{ToControl, ToWorker},
};
use bindery_seal::{envelope::Envelope, key::SigningKey};
use jiff::{SignedDuration, Timestamp};

/// The time of the control plane.
const NOW: &str = "2026-11-22T18:00:00Z";

fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

/// The time of an agent whose clock is ahead by so many seconds.
fn ahead(seconds: i64) -> Timestamp {
    NOW.parse::<Timestamp>().expect("a time") + SignedDuration::from_secs(seconds)
}

/// The most that two clocks may disagree, in seconds.
fn skew() -> i64 {
    i64::try_from(limit::CLOCK_SKEW.as_secs()).expect("it fits")
}

async fn enrol(server: &Server, time: Timestamp) -> Result<Enrolled, bindery_client::ClientError> {
    let token = server.plane.enrol_token("web-01").await.expect("a token");
    let public_key = key().public_key().to_string();
    let agent = Enrol {
        token: Secret::new(token),
        public_key,
        name: "web-01".into(),
        protocol: VERSION,
        time,
    };
    server.with(None).enrol(&agent).await
}

/// What the control plane says to an agent with this continuation and clock; and the session.
async fn hello(
    server: &Server,
    agent: &Enrolled,
    continuation: u64,
    time: Timestamp,
) -> (Result<u64, Failure>, WorkerEnd) {
    let (mut worker, control) = pair();
    let plane = server.plane.clone();
    tokio::spawn(async move { plane.serve_agent(control).await });
    let Some(ToWorker::Challenge(challenge)) = worker.hear.recv().await else {
        panic!("the first words are a challenge");
    };
    let (nonce, computer) = (challenge.nonce, agent.computer_id);
    let proof = Proof {
        nonce,
        computer,
        continuation,
        time,
        protocol: VERSION,
        profile: Default::default(),
    };
    let proof = Envelope::sign(PROOF, &proof, &key()).expect("signed");
    worker.say.send(ToControl::Hello { proof }).await.expect("it is heard");
    let answer = match worker.hear.recv().await.expect("an answer") {
        ToWorker::Welcome { continuation, .. } => Ok(continuation),
        ToWorker::Rejected { error } => Err(error),
        other => panic!("neither welcome nor rejection: {other:?}"),
    };
    (answer, worker)
}

#[tokio::test]
async fn an_agent_whose_clock_disagrees_is_told_both_times() {
    let server = Server::start().await;
    for far in [skew() + 1, -skew() - 1] {
        assert_eq!(code(enrol(&server, ahead(far)).await), Code::ClockSkew, "{far}");
    }
    let agent = enrol(&server, ahead(skew())).await.expect("within the limit");
    let mut continuation = agent.continuation;
    for far in [skew() + 1, -skew() - 1] {
        let (answer, _session) = hello(&server, &agent, continuation, ahead(far)).await;
        let refusal = answer.expect_err("too far");
        assert_eq!(refusal.code, Code::ClockSkew, "{far}");
        for time in [NOW, &ahead(far).to_string()] {
            assert!(refusal.message.contains(time), "{refusal}");
        }
    }
    for near in [skew(), -skew()] {
        let (answer, _session) = hello(&server, &agent, continuation, ahead(near)).await;
        continuation = answer.expect("within the limit");
    }
}

#[tokio::test]
async fn of_an_agent_and_its_copy_one_is_told_that_it_is_a_copy() {
    let server = Server::start().await;
    let agent = enrol(&server, ahead(0)).await.expect("enrolled");
    let shared = agent.continuation;
    let (answer, _original) = hello(&server, &agent, shared, ahead(0)).await;
    let original = answer.expect("the original is welcome");
    // A copy of the folder from before: it has the key, and what was given out then.
    let (answer, _copy) = hello(&server, &agent, shared, ahead(0)).await;
    answer.expect("nobody can tell yet: the welcome may have been lost");
    let (answer, _original) = hello(&server, &agent, original, ahead(0)).await;
    let refusal = answer.expect_err("two go on from the same");
    assert_eq!(refusal.code, Code::IdentityCopied);
    assert!(refusal.message.contains("another machine has connected"), "{refusal}");
}
