//! Questions to the control plane that outlive a session: said again on each, until they are
//! answered.
//!
//! A question goes when whoever asked it no longer waits.

use bindery_protocol::message::ToControl;
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{Notify, oneshot};

/// Questions by `K`, answered with `A`.
#[derive(Debug)]
pub(crate) struct Questions<K, A> {
    open: Mutex<BTreeMap<K, Open<A>>>,
    /// Told when there is something to say.
    pub(crate) news: Arc<Notify>,
}

#[derive(Debug)]
struct Open<A> {
    message: ToControl,
    said: bool,
    answer: oneshot::Sender<A>,
}

impl<K: Ord + Copy, A> Questions<K, A> {
    pub(crate) fn new(news: Arc<Notify>) -> Self {
        Self { open: Mutex::default(), news }
    }

    /// Asks, and returns the answer. Dropping the future takes the question back. Each key is asked
    /// once at a time.
    pub(crate) async fn ask(&self, key: K, message: ToControl) -> A {
        let _taken_back = TakeBack { questions: self, key };
        let (answer, wait) = oneshot::channel();
        self.open.lock().insert(key, Open { message, said: false, answer });
        self.news.notify_one();
        match wait.await {
            Ok(answer) => answer,
            // Somebody else asked under the same key: that one gets the answer.
            Err(_) => std::future::pending().await,
        }
    }

    /// Answers a question; one that nobody asks any more is passed over.
    pub(crate) fn answer(&self, key: K, answer: A) {
        if let Some(open) = self.open.lock().remove(&key) {
            // Whoever asked may have gone just now.
            let _ = open.answer.send(answer);
        }
    }

    /// What has not been said on this session; it counts as said from now on.
    pub(crate) fn unsaid(&self) -> Vec<ToControl> {
        let mut open = self.open.lock();
        let unsaid = open.values_mut().filter(|open| !open.said);
        unsaid
            .map(|open| {
                open.said = true;
                open.message.clone()
            })
            .collect()
    }

    /// A new session: nothing has been said on it.
    pub(crate) fn rewind(&self) {
        self.open.lock().values_mut().for_each(|open| open.said = false);
    }
}

struct TakeBack<'a, K: Ord + Copy, A> {
    questions: &'a Questions<K, A>,
    key: K,
}

impl<K: Ord + Copy, A> Drop for TakeBack<'_, K, A> {
    fn drop(&mut self) {
        self.questions.open.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt as _, poll};
    use std::pin::pin;

    #[tokio::test]
    async fn a_question_is_said_on_each_session_until_it_is_answered_or_taken_back() {
        let questions = Questions::<u64, &str>::new(Arc::default());
        let mut first = pin!(questions.ask(1, ToControl::Alive));
        let mut second = Box::pin(questions.ask(2, ToControl::Alive));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        assert_eq!((questions.unsaid().len(), questions.unsaid().len()), (2, 0));
        questions.rewind();
        drop(second);
        assert_eq!(questions.unsaid().len(), 1);
        questions.answer(1, "yes");
        assert_eq!(first.now_or_never(), Some("yes"));
        questions.rewind();
        assert!(questions.unsaid().is_empty());
    }
}
