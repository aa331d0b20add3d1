//! TLS to a control plane that is known by the digest of its CA's certificate, and by nothing else.
//!
//! The chain that it presents holds the CA's certificate. Only if that one has the pinned SHA-256
//! is the rest verified, against it alone. The system's roots are never asked.

use super::{address::Address, token::Pin};
use crate::connector::ConnectError;
use bindery_core::digest::Digest;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(15);

/// A connection to a control plane.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to the control plane at `address`, and verifies that it is the one that was pinned.
pub(crate) async fn connect(
    address: &Address,
    pin: Option<Pin>,
) -> Result<Box<dyn Stream>, ConnectError> {
    let connecting = async {
        let unreachable = |source| ConnectError::Unreachable { url: address.to_string(), source };
        let tcp = TcpStream::connect((address.host.as_str(), address.port)).await;
        let tcp = tcp.map_err(unreachable)?;
        tcp.set_nodelay(true).map_err(unreachable)?;
        match (address.secure, pin) {
            (false, _) => Ok(Box::new(tcp) as Box<dyn Stream>),
            (true, Some(pin)) => secure(tcp, address, pin).await,
            (true, None) => Err(ConnectError::NoControlPlane {
                url: address.to_string(),
                reason: "no CA was pinned for it".into(),
            }),
        }
    };
    let late = |_| ConnectError::TimedOut { url: address.to_string() };
    timeout(CONNECT, connecting).await.map_err(late)?
}

async fn secure(
    tcp: TcpStream,
    address: &Address,
    pin: Pin,
) -> Result<Box<dyn Stream>, ConnectError> {
    let url = address.to_string();
    let refuse = |error: Error| ConnectError::NoControlPlane {
        url: address.to_string(),
        reason: error.to_string(),
    };
    let name = ServerName::try_from(address.host.clone())
        .map_err(|error| ConnectError::NoControlPlane { url, reason: error.to_string() })?;
    let config = client_config(pin).map_err(refuse)?;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream =
        connector.connect(name, tcp).await.map_err(|error| explain(error, address, pin))?;
    Ok(Box::new(stream))
}

fn explain(error: io::Error, address: &Address, pin: Pin) -> ConnectError {
    let url = address.to_string();
    let cause = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(certificate)) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => ConnectError::Clock { url },
            CertificateError::ApplicationVerificationFailure
            | CertificateError::UnknownIssuer
            | CertificateError::BadSignature => {
                ConnectError::Impostor { url, pin: pin.to_string() }
            }
            other => ConnectError::NoControlPlane { url, reason: other.to_string() },
        },
        Some(other) => ConnectError::NoControlPlane { url, reason: other.to_string() },
        None => ConnectError::Unreachable { url, source: error },
    }
}

fn client_config(pin: Pin) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(PinnedCa { pin, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

#[derive(Debug)]
struct PinnedCa {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCa {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pinned = |der: &&CertificateDer<'_>| *Digest::of(der).as_bytes() == self.pin.0;
        let ca = intermediates
            .iter()
            .find(pinned)
            .ok_or(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))?;
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone().into_owned())?;
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| Error::General(error.to_string()))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
