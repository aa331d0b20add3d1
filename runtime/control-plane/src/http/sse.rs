//! Server-sent events: a watch that looks, gives what is new, and waits for the next change.

use axum::response::{
    IntoResponse,
    sse::{Event, KeepAlive, Sse},
};
use bindery_core::{code::Failure, limit};
use futures::{Stream, stream};
use serde::Serialize;
use std::{collections::VecDeque, convert::Infallible};

/// Something that is followed until it ends.
pub(super) trait Watch: Send + 'static {
    /// What happens to it.
    type Event: Serialize + Send;

    /// What is new since the last look, in order. It waits until there is something, or returns
    /// nothing at the end.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Self::Event>, Failure>> + Send;

    /// What a client sends to go on after `event`.
    fn id(event: &Self::Event) -> &str;
}

struct State<W: Watch> {
    watch: W,
    ready: VecDeque<W::Event>,
}

/// The events of `watch` as a reply, with a comment at every heartbeat.
pub(super) fn reply<W: Watch>(watch: W) -> impl IntoResponse + use<W> {
    let alive = KeepAlive::new().interval(limit::HEARTBEAT).text("alive");
    Sse::new(events(watch)).keep_alive(alive)
}

fn events<W: Watch>(watch: W) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<W> {
    let state = State { watch, ready: VecDeque::new() };
    stream::unfold(state, async |mut state| {
        if state.ready.is_empty() {
            match state.watch.next().await {
                Ok(events) => state.ready.extend(events),
                // The client connects again, and is told then.
                Err(failure) => tracing::warn!(%failure, "a watch ended early"),
            }
        }
        let event = state.ready.pop_front()?;
        let text = serde_json::to_string(&event).ok()?;
        Some((Ok(Event::default().id(W::id(&event)).data(text)), state))
    })
}
