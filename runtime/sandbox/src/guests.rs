//! The places of the guests that are in memory at once.

use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// A place for each guest that may be in memory, and who waits for one.
#[derive(Debug)]
pub(crate) struct Guests {
    places: Semaphore,
    waiting: watch::Sender<usize>,
}

impl Guests {
    pub(crate) fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places), waiting: watch::Sender::new(0) }
    }

    /// A place, once there is one. The places are never closed: none means that there is no end to
    /// wait for.
    pub(crate) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let _waits = Waits::new(&self.waiting);
        self.places.acquire().await.ok()
    }

    /// Returns once a guest waits for a place.
    pub(crate) async fn crowded(&self) {
        // The sender is ours, so there is always a next value.
        let mut waiting = self.waiting.subscribe();
        let _seen = waiting.wait_for(|waiting| *waiting > 0).await;
    }
}

/// One guest that waits, until it is dropped.
struct Waits<'a>(&'a watch::Sender<usize>);

impl<'a> Waits<'a> {
    fn new(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn it_is_crowded_while_somebody_waits_for_a_place() {
        let guests = Guests::new(1);
        let place = guests.enter().await;
        assert!(guests.crowded().now_or_never().is_none(), "one place, one guest");
        let mut second = Box::pin(guests.enter());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(guests.crowded().now_or_never().is_some());
        drop(second);
        assert!(guests.crowded().now_or_never().is_none(), "whoever waited is gone");
        drop(place);
        assert!(guests.enter().now_or_never().is_some());
    }
}
