//! The typed client of the API: one method per route, paths from `bindery-api` alone.
//!
//! It trusts the control plane's own CA and no other, and sends no token in clear over a network.
//! It never prints, never reads a file, and repeats nothing that changes something.

mod error;
mod follow;
mod request;
mod sse;
mod tls;

mod accounts;
mod assets;
mod computers;
mod deployments;
pub mod jobs;
mod log;
mod runbooks;
mod runs;
mod tokens;
mod workspace;

pub use error::ClientError;

use bindery_api::secret::Secret;
use reqwest::Url;
use std::{sync::Arc, time::Duration};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// Where the control plane is, and who asks.
#[derive(Debug)]
pub struct Config {
    /// Its address, as in `https://control.example:7443`; `http://` is for this computer alone.
    pub url: String,
    /// A token of the kind `api`; without one only public routes answer.
    pub token: Option<Secret>,
    /// The PEM text of the control plane's CA; needed for `https://`.
    pub ca_pem: Option<String>,
}

/// A client. Clones share one pool of connections.
#[derive(Clone)]
pub struct Client {
    base: Url,
    token: Option<Arc<Secret>>,
    http: reqwest::Client,
}

impl Client {
    /// A client of the control plane at `config.url`; nothing is sent yet.
    ///
    /// Fails if the address is none, would send a token in clear, or has no CA that could prove it.
    pub fn new(config: Config) -> Result<Self, ClientError> {
        let bad = || ClientError::BadUrl { url: config.url.clone() };
        let base = Url::parse(&config.url).map_err(|_| bad())?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("bindery/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        builder = match base.scheme() {
            "https" => builder.use_preconfigured_tls(tls::config(&config)?).https_only(true),
            "http" if is_loopback(&base) => builder.use_preconfigured_tls(tls::nobody()?),
            "http" => return Err(ClientError::InsecureUrl { url: config.url }),
            _ => return Err(bad()),
        };
        let http = builder.build().map_err(|source| ClientError::Unreachable {
            url: config.url.clone(),
            source: source.without_url(),
        })?;
        Ok(Self { base, token: config.token.map(Arc::new), http })
    }

    /// The address of the control plane.
    pub fn url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, accepted: bool) {
        let config = Config { url: url.into(), token: None, ca_pem: None };
        assert_eq!(Client::new(config).is_ok(), accepted, "{url}");
    }

    #[test]
    fn a_token_is_sent_in_clear_to_this_computer_alone() {
        check("http://127.0.0.1:7443", true);
        check("http://[::1]:7443", true);
        check("http://localhost", true);
        check("http://control.example", false);
        check("http://localhost.evil.example", false);
        check("ftp://localhost", false);
        check("localhost:7443", false);
    }

    #[test]
    fn https_needs_the_control_planes_own_ca() {
        check("https://control.example", false);
    }
}
