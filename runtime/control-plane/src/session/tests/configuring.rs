//! A computer becomes a worker once, however many runs ask for it at once.

use super::*;
use crate::documents::{WORKERS, place_key};
use bindery_core::worker::Worker as Record;
use bindery_protocol::order::{CONFIGURE_ORDER, ConfigureOrder};
use futures::future::join;
use serde_json::Value;

impl House {
    /// `fleet.configure` as a job in the sandbox asks for it.
    async fn configure(&self, job: &Job, computer: ComputerId) -> Value {
        let arguments = json!({ "computers": [computer] });
        let (peer, operation) = (Peer::Sandbox, "fleet.configure");
        let answer = self.plane.carry_out(peer, job.id, 1, operation, arguments).await;
        answer.expect("an answer")[0].clone()
    }

    async fn grant(&self, job: &Job) {
        let id = job.id.to_string();
        let grant = |job: &mut Job| {
            job.grants = vec!["fleet.configure".parse().expect("a grant")];
            Ok(())
        };
        let change = self.plane.repository.change(JOBS, &id, "job", job_indexes, grant);
        change.await.expect("granted");
    }
}

impl Worker {
    async fn asked_to_configure(&mut self) -> (u64, ConfigureOrder) {
        let key = self.plane.workspace_key();
        loop {
            if let ToWorker::Configure { id, order } = self.link.hear.recv().await.expect("a word")
            {
                return (id, order.open(CONFIGURE_ORDER, &key).expect("an order"));
            }
        }
    }

    async fn is_configured(&self, (id, _): &(u64, ConfigureOrder)) {
        self.say(ToControl::Configured { id: *id, answer: Ok(()) }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_that_configure_a_computer_at_once_make_one_worker_and_one_group() {
    for backwards in [false, true] {
        let house = House::build().await;
        let mut sandbox = house.welcomed().await;
        let (one, _) = house.begin(&mut sandbox, Placement::Sandbox, &[]).await;
        let (other, _) = house.begin(&mut sandbox, Placement::Sandbox, &[]).await;
        house.grant(&one).await;
        house.grant(&other).await;
        let computer = house.enrol().await;
        let mut agent = house.connect_as(Peer::Computer(computer));
        agent.holding(vec![]).await;
        let answer = async {
            // Neither is answered before both have asked.
            let (first, second) =
                (agent.asked_to_configure().await, agent.asked_to_configure().await);
            let order = if backwards { [&second, &first] } else { [&first, &second] };
            for asked in order {
                agent.is_configured(asked).await;
            }
            (first.1, second.1)
        };
        let both = join(house.configure(&one, computer), house.configure(&other, computer));
        let both = timeout(std::time::Duration::from_secs(20), join(both, answer)).await;
        let ((one, other), (first, second)) = both.expect("both are answered");

        assert_eq!((&one["status"], &one), (&json!("Configured"), &other));
        assert_eq!((first.worker, &first.group), (second.worker, &second.group));
        let all = house.plane.repository.all::<Record>(WORKERS, "").await.expect("workers");
        let made: Vec<_> = all.iter().filter(|worker| worker.computer.is_some()).collect();
        let [made] = made[..] else { panic!("one worker, not {made:?}") };
        assert_eq!((made.id, &made.group), (first.worker, &first.group));
        assert_eq!(one["group"], json!(made.group));
        for place in [Placement::Computer(computer), Placement::Group(made.group.clone())] {
            let found = house.plane.candidates(&account(), &place).await.expect("workers");
            assert_eq!(found, std::slice::from_ref(made), "{}", place_key(&account(), &place));
        }
        let known = house.plane.computer(&computer.to_string()).await.expect("a computer");
        assert_eq!(known.worker, Some((account(), made.id)));
    }
}
