//! A link: the two directions of one session, whatever carries it.

use crate::message::{ToControl, ToWorker};
use tokio::sync::mpsc;

/// Messages that may wait in each direction.
const QUEUE: usize = 1_024;

/// The worker's end.
#[derive(Debug)]
pub struct WorkerEnd {
    /// What it says.
    pub say: mpsc::Sender<ToControl>,
    /// What it hears.
    pub hear: mpsc::Receiver<ToWorker>,
}

/// The control plane's end.
#[derive(Debug)]
pub struct ControlEnd {
    /// What it says.
    pub say: mpsc::Sender<ToWorker>,
    /// What it hears.
    pub hear: mpsc::Receiver<ToControl>,
}

/// A link. Either end is over when the other is dropped.
pub fn pair() -> (WorkerEnd, ControlEnd) {
    let (say_up, hear_up) = mpsc::channel(QUEUE);
    let (say_down, hear_down) = mpsc::channel(QUEUE);
    (WorkerEnd { say: say_up, hear: hear_down }, ControlEnd { say: say_down, hear: hear_up })
}
