//! The worker against a control plane in miniature, over the in-process link; and the agent's way
//! over TLS.

mod fake;
mod support;

mod configure;
mod identity;
mod jobs;
mod orders;
mod recovery;
mod seals;
mod tls;
