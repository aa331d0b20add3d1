//! TLS with the control plane's own CA: no public authority can speak for it.

use crate::{Config, error::ClientError};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::sync::Arc;

/// TLS that trusts the certificates of `config.ca_pem`.
pub(crate) fn config(config: &Config) -> Result<ClientConfig, ClientError> {
    let Some(pem) = &config.ca_pem else {
        return Err(ClientError::NoAuthority { url: config.url.clone() });
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate =
            certificate.map_err(|error| ClientError::BadAuthority { reason: error.to_string() })?;
        roots
            .add(certificate)
            .map_err(|error| ClientError::BadAuthority { reason: error.to_string() })?;
    }
    if roots.is_empty() {
        return Err(ClientError::BadAuthority { reason: "there is no certificate in it".into() });
    }
    with_roots(roots)
}

/// TLS that trusts nobody, for connections that have none.
pub(crate) fn nobody() -> Result<ClientConfig, ClientError> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, ClientError> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::BadAuthority { reason: error.to_string() })?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
