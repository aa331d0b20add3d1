//! Bytes as they arrive, up to a size.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::AsyncWrite;

/// Takes at most `most` bytes; with the next one writing fails.
pub(crate) struct Capped {
    pub(crate) bytes: Vec<u8>,
    pub(crate) most: usize,
    /// Whether there were more.
    pub(crate) over: bool,
}

impl Capped {
    pub(crate) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most, over: false }
    }
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if bytes.len() > self.most - self.bytes.len() {
            self.over = true;
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        self.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
