//! TLS from the first start: our own certificate authority, and a certificate for this host.
//!
//! Agents and the CLI trust the authority by its fingerprint, which stands in enrolment tokens,
//! never a public one.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
};

/// The control plane's side of TLS.
pub struct Tls {
    /// What the listener uses.
    pub server: Arc<ServerConfig>,
    /// The authority's certificate, for clients.
    pub authority_pem: String,
    /// SHA-256 of the authority's certificate (DER).
    pub fingerprint: Digest,
}

impl Tls {
    /// The authority in `folder`, made if it is not there, and a fresh certificate for `names`.
    pub fn open(folder: &Path, names: &[String]) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|error| failed("folder", &error))?;
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        if !certificate.exists() {
            make_authority(&certificate, &key)?;
        }
        let authority_pem =
            fs::read_to_string(&certificate).map_err(|error| failed("authority", &error))?;
        let key_pem =
            fs::read_to_string(&key).map_err(|error| failed("authority's key", &error))?;
        let authority_der = CertificateDer::from_pem_slice(authority_pem.as_bytes())
            .map_err(|error| failed("authority", &error))?;
        let fingerprint = Digest::of(&authority_der);
        let server = server(&authority_pem, &key_pem, authority_der, names)
            .map_err(|error| failed("certificate", &error))?;
        Ok(Self { server: Arc::new(server), authority_pem, fingerprint })
    }
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, format!("the TLS {what} cannot be had: {error}"))
}

fn make_authority(certificate: &Path, key: &Path) -> Result<(), Failure> {
    let pair = KeyPair::generate().map_err(|error| failed("authority", &error))?;
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Bindery workspace CA");
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let made = params.self_signed(&pair).map_err(|error| failed("authority", &error))?;
    // The key first: a certificate without its key would be of no use for ever.
    let _earlier = fs::remove_file(key);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(key)
        .map_err(|error| failed("authority's key", &error))?;
    file.write_all(pair.serialize_pem().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::write(certificate, made.pem()))
        .map_err(|error| failed("authority", &error))
}

type Error = Box<dyn std::error::Error + Send + Sync>;

fn server(
    authority_pem: &str,
    authority_key: &str,
    authority_der: CertificateDer<'static>,
    names: &[String],
) -> Result<ServerConfig, Error> {
    let issuer = Issuer::from_ca_cert_pem(authority_pem, KeyPair::from_pem(authority_key)?)?;
    let pair = KeyPair::generate()?;
    let params = CertificateParams::new(names.to_vec())?;
    let leaf = params.signed_by(&pair, &issuer)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone(), authority_der],
            PrivateKeyDer::try_from(pair.serialize_der())?,
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
