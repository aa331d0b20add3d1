//! Operations that the control plane carries out: asked over the session, whichever it is.

use crate::questions::Questions;
use bindery_core::{asset::SecretName, code::Failure, id::JobId, secret::Secret};
use bindery_protocol::message::ToControl;
use bindery_sandbox::upstream::Upstream;
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Notify;

/// The calls that wait for their reply.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) questions: Questions<u64, Result<Value, Failure>>,
    pub(crate) secrets: Questions<u64, Result<Secret, Failure>>,
    next: AtomicU64,
}

impl Calls {
    pub(crate) fn new(news: Arc<Notify>) -> Self {
        Self {
            questions: Questions::new(news.clone()),
            secrets: Questions::new(news),
            next: AtomicU64::new(1),
        }
    }
}

#[async_trait::async_trait]
impl Upstream for Calls {
    async fn call(
        &self,
        job: JobId,
        sequence: u64,
        operation: &'static str,
        arguments: &Value,
    ) -> Result<Value, Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (operation, arguments) = (operation.to_owned(), arguments.clone());
        let call = ToControl::Call { id, job, sequence, operation, arguments };
        self.questions.ask(id, call).await
    }

    async fn secret(&self, job: JobId, name: &SecretName) -> Result<Secret, Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.secrets.ask(id, ToControl::Reveal { id, job, secret: name.clone() }).await
    }
}
