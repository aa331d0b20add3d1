//! Following a job or a run: events that go on where they were when the connection breaks.
//!
//! ```text
//!   connect --event--> give it, remember its id --the last event--> end
//!      ^ \--refused--> give the error, end
//!      |  \--broken, ended early, or the control plane is not ready--+
//!      +-------------------- wait, longer each time -----------------+
//! ```

use crate::{
    Client,
    error::ClientError,
    request::{Request, unreachable},
    sse::{Event, Parser},
};
use bindery_api::{jobs::JobEvent, routes::RouteId, runs::RunEvent};
use bindery_core::limit;
use futures::{Stream, stream};
use reqwest::Response;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The first wait after a break; each further one is twice as long.
const WAIT_MIN: Duration = Duration::from_millis(200);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Breaks in a row, without any event, after which it is given up.
const BREAKS: u32 = 10;

/// An event of which one is known to be the last.
pub(crate) trait Followed: DeserializeOwned {
    /// Whether no event comes after this one.
    fn is_last(&self) -> bool;
}

impl Followed for JobEvent {
    fn is_last(&self) -> bool {
        matches!(self, JobEvent::Status { job, .. } if job.ended())
    }
}

impl Followed for RunEvent {
    fn is_last(&self) -> bool {
        matches!(self, RunEvent::Run { run, .. } if run.ended())
    }
}

struct Follower {
    client: Client,
    route: RouteId,
    values: Vec<(&'static str, String)>,
    last_id: Option<String>,
    breaks: u32,
    connection: Option<(Response, Parser)>,
    ended: bool,
}

/// The events of `route`, until the last one or an error that waiting does not mend.
pub(crate) fn follow<E: Followed>(
    client: &Client,
    route: RouteId,
    values: Vec<(&'static str, String)>,
) -> impl Stream<Item = Result<E, ClientError>> + Send + use<E> {
    let follower = Follower {
        client: client.clone(),
        route,
        values,
        last_id: None,
        breaks: 0,
        connection: None,
        ended: false,
    };
    stream::unfold(follower, async |mut follower| {
        if follower.ended {
            return None;
        }
        let event = follower.next::<E>().await;
        follower.ended = event.as_ref().map_or(true, Followed::is_last);
        Some((event, follower))
    })
}

impl Follower {
    async fn next<E: Followed>(&mut self) -> Result<E, ClientError> {
        loop {
            match self.receive().await {
                Ok(event) => {
                    self.breaks = 0;
                    self.last_id = event.id.or(self.last_id.take());
                    return serde_json::from_str(&event.data).map_err(|error| {
                        ClientError::BadReply {
                            url: self.request().url().to_owned(),
                            status: 200,
                            reason: error.to_string(),
                        }
                    });
                }
                Err(error) if self.breaks < BREAKS && waiting_may_mend(&error) => {
                    self.connection = None;
                    let wait = WAIT_MAX.min(WAIT_MIN * 2u32.saturating_pow(self.breaks));
                    self.breaks += 1;
                    tokio::time::sleep(wait).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The next event of the connection, which is made if there is none.
    async fn receive(&mut self) -> Result<Event, ClientError> {
        let url = self.request().url().to_owned();
        if self.connection.is_none() {
            let response = self.request().send().await?;
            self.connection = Some((response, Parser::new(limit::BODY_BYTES)));
        }
        let Some((response, parser)) = &mut self.connection else {
            return Err(ClientError::BrokenOff { url });
        };
        loop {
            if let Some(event) = parser.next() {
                return Ok(event);
            }
            // The control plane shows that it is alive at every heartbeat.
            let chunk = tokio::time::timeout(limit::HEARTBEAT * 3, response.chunk()).await;
            match chunk {
                Err(_) | Ok(Ok(None)) => return Err(ClientError::BrokenOff { url }),
                Ok(Err(source)) => return Err(unreachable(&url, source)),
                Ok(Ok(Some(bytes))) => {
                    parser.feed(&bytes).map_err(|_| ClientError::BadReply {
                        url: url.clone(),
                        status: 200,
                        reason: format!("an event has more than {} bytes", limit::BODY_BYTES),
                    })?;
                }
            }
        }
    }

    fn request(&self) -> Request {
        let values: Vec<_> =
            self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = self.client.to(self.route, &values).header("accept", "text/event-stream");
        match &self.last_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        }
    }
}

fn waiting_may_mend(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::BrokenOff { .. } => true,
        ClientError::Problem(problem) => problem.status == 429 || problem.status >= 500,
        ClientError::BadReply { status, .. } => *status >= 500,
        _ => false,
    }
}
