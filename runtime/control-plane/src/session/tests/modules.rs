//! Modules: who is told of them.

use super::*;

#[tokio::test]
async fn a_module_is_handed_out_only_to_a_worker_that_has_a_job_of_it() {
    let house = House::build().await;
    let mut worker = house.welcomed().await;
    let digest = Digest::of(EMPTY);
    let module = |message| match message {
        ToWorker::Module { wasm, .. } => Some(wasm.map(|bytes| bytes.0)),
        _ => None,
    };
    worker.say(ToControl::Fetch { digest }).await;
    worker.is_heard().await;
    house.start().await;
    worker.order().await;
    worker.say(ToControl::Fetch { digest }).await;
    // It is not told of a module that it does not need: it would believe that there is none.
    assert_eq!(worker.hear("an answer", module).await, Some(EMPTY.to_vec()));
}
