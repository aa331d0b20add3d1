//! A registry, spoken to by the OCI distribution specification.

use crate::{
    artifact::Artifact,
    capped::Capped,
    credentials::{self, Access},
    error::RegistryError,
    layout::{self, Described},
    reference::Reference,
};
use bindery_core::{digest::Digest, limit};
use oci_client::{
    Client,
    client::{ClientConfig, ClientProtocol},
    errors::{OciDistributionError as Oci, OciErrorCode},
    manifest::OCI_IMAGE_MEDIA_TYPE,
    secrets::RegistryAuth,
};
use std::time::Duration;

/// What is asked for as a manifest: all that there is, so that what is none of ours can be named.
const MANIFESTS: &[&str] = &[
    OCI_IMAGE_MEDIA_TYPE,
    oci_client::manifest::OCI_IMAGE_INDEX_MEDIA_TYPE,
    oci_client::manifest::IMAGE_MANIFEST_MEDIA_TYPE,
    oci_client::manifest::IMAGE_MANIFEST_LIST_MEDIA_TYPE,
];

const PUSH: &str = "push to";
const PULL: &str = "pull from";

/// A registry, with who asks it.
pub struct Registry {
    client: Client,
    auth: RegistryAuth,
    who: String,
    reference: Reference,
    time: Duration,
}

impl Registry {
    /// The registry of `reference`. Nothing is sent yet.
    pub fn open(reference: Reference, access: Access) -> Result<Self, RegistryError> {
        let file = access.docker_config.as_deref();
        let found = credentials::find(reference.registry(), access.login, file)?;
        let plain = access.plain_http || reference.is_loopback();
        // Whoever installed one before us is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::try_from(ClientConfig {
            protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
            connect_timeout: Some(limit::REGISTRY_SILENCE),
            read_timeout: Some(limit::REGISTRY_SILENCE),
            user_agent: concat!("bindery/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        })
        .map_err(|error| RegistryError::NoConnections { source: Box::new(error) })?;
        let time = limit::REGISTRY_TIME;
        Ok(Self { client, auth: found.auth, who: found.who, reference, time })
    }

    /// Puts `artifact` there under the tag of the reference; the digest of its manifest.
    pub async fn push(&self, artifact: &Artifact) -> Result<Digest, RegistryError> {
        if self.reference.tag().is_none() {
            return Err(RegistryError::PushToDigest { reference: self.reference.to_string() });
        }
        self.in_time(self.push_parts(artifact)).await
    }

    async fn push_parts(&self, artifact: &Artifact) -> Result<Digest, RegistryError> {
        let layout = layout::of(artifact)?;
        let digest = Digest::of(&layout.manifest);
        let oci = |error| self.explain(PUSH, error);
        let at = self.reference.inner();
        self.client.store_auth_if_needed(self.reference.registry(), &self.auth).await;
        for bytes in [artifact.wasm(), &layout.config] {
            let name = Digest::of(bytes).to_string();
            if !self.client.blob_exists(at, &name).await.map_err(oci)? {
                self.client.push_blob(at, bytes.to_vec(), &name).await.map_err(oci)?;
            }
        }
        let media_type = OCI_IMAGE_MEDIA_TYPE.parse().map_err(|_| {
            Oci::SpecViolationError("the media type of manifests is no header".into())
        });
        let media_type = media_type.map_err(oci)?;
        self.client.push_manifest_raw(at, layout.manifest, media_type).await.map_err(oci)?;
        Ok(digest)
    }

    /// Gets what the reference names, with the digest of its manifest.
    pub async fn pull(&self) -> Result<(Artifact, Digest), RegistryError> {
        self.in_time(self.pull_parts()).await
    }

    async fn pull_parts(&self) -> Result<(Artifact, Digest), RegistryError> {
        let at = self.reference.inner();
        let pulled = self.client.pull_manifest_raw(at, &self.auth, MANIFESTS).await;
        let (manifest, _) = pulled.map_err(|error| self.explain(PULL, error))?;
        let digest = Digest::of(&manifest);
        if self.reference.digest().is_some_and(|named| named != digest.to_string()) {
            return Err(self.damaged(format!("its manifest is {digest}")));
        }
        let Described { digest: module, bytes, envelope } =
            layout::read(&self.reference, &manifest)?;
        let wasm = self.pull_module(module, bytes).await?;
        Ok((Artifact::of_parts(wasm, envelope.as_deref())?, digest))
    }

    async fn pull_module(&self, digest: Digest, bytes: usize) -> Result<Vec<u8>, RegistryError> {
        let (at, name) = (self.reference.inner(), digest.to_string());
        let mut taken = Capped::new(bytes);
        // By its digest alone: a manifest may not send us elsewhere.
        let pulled = self.client.pull_blob(at, name.as_str(), &mut taken).await;
        if taken.over {
            return Err(self.damaged(format!("its module has more than {bytes} bytes")));
        }
        pulled.map_err(|error| self.explain(PULL, error))?;
        let found = Digest::of(&taken.bytes);
        if found != digest || taken.bytes.len() != bytes {
            return Err(self.damaged(format!("its module is {found}, not {digest}")));
        }
        Ok(taken.bytes)
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, RegistryError>>,
    ) -> Result<T, RegistryError> {
        tokio::time::timeout(self.time, work).await.unwrap_or_else(|_| {
            let (registry, secs) = (self.reference.registry().to_owned(), self.time.as_secs());
            Err(RegistryError::TooSlow { registry, secs })
        })
    }

    fn damaged(&self, reason: String) -> RegistryError {
        RegistryError::Damaged { reference: self.reference.to_string(), reason }
    }

    fn not_found(&self, reason: &'static str) -> RegistryError {
        RegistryError::NotFound { reference: self.reference.to_string(), reason }
    }

    /// What an error of the library means for whoever named the reference.
    fn explain(&self, what: &'static str, error: Oci) -> RegistryError {
        match kind(&error) {
            Kind::Unauthorized => RegistryError::Unauthorized {
                registry: self.reference.registry().to_owned(),
                repository: self.reference.repository().to_owned(),
                what,
                who: self.who.clone(),
            },
            Kind::NoRepository => self.not_found("the registry has no such repository"),
            Kind::NoManifest if self.reference.digest().is_some() => {
                self.not_found("the repository has no such digest")
            }
            Kind::NoManifest => self.not_found("the repository has no such tag"),
            Kind::NoBlob => self.damaged("the registry does not have its module".into()),
            Kind::Damaged => self.damaged(error.to_string()),
            Kind::Unreachable => RegistryError::Unreachable {
                registry: self.reference.registry().to_owned(),
                source: Box::new(error),
            },
            Kind::Refused => refused(&self.reference, error),
        }
    }
}

fn refused(reference: &Reference, error: Oci) -> RegistryError {
    let registry = reference.registry().to_owned();
    RegistryError::Refused { registry, source: Box::new(error) }
}

/// What became of a request.
enum Kind {
    Unauthorized,
    NoRepository,
    NoManifest,
    NoBlob,
    Damaged,
    Unreachable,
    Refused,
}

fn kind(error: &Oci) -> Kind {
    match error {
        Oci::UnauthorizedError { .. } | Oci::AuthenticationFailure(_) => Kind::Unauthorized,
        Oci::ServerError { code: 401 | 403, .. } => Kind::Unauthorized,
        Oci::ServerError { code: 404, .. } | Oci::ImageManifestNotFoundError(_) => Kind::NoManifest,
        Oci::DigestError(_) => Kind::Damaged,
        Oci::RequestError(error) => match error.status().map(|status| status.as_u16()) {
            Some(401 | 403) => Kind::Unauthorized,
            Some(_) => Kind::Refused,
            None => Kind::Unreachable,
        },
        Oci::RegistryError { envelope, .. } => {
            let code = |error: &oci_client::errors::OciError| match error.code {
                OciErrorCode::Unauthorized | OciErrorCode::Denied => Some(Kind::Unauthorized),
                OciErrorCode::NameUnknown => Some(Kind::NoRepository),
                OciErrorCode::ManifestUnknown | OciErrorCode::NotFound => Some(Kind::NoManifest),
                OciErrorCode::BlobUnknown => Some(Kind::NoBlob),
                _ => None,
            };
            envelope.errors.iter().find_map(code).unwrap_or(Kind::Refused)
        }
        _ => Kind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[tokio::test]
    async fn a_registry_that_never_answers_is_given_up() {
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address");
        let reference = Reference::parse(&format!("{address}/acme/report:1")).expect("a reference");
        let access = Access { login: None, docker_config: None, plain_http: false };
        let registry = Registry::open(reference, access).expect("no error");
        let registry = Registry { time: Duration::from_millis(50), ..registry };
        let error = registry.pull().await.expect_err("nobody answers");
        assert!(matches!(error, RegistryError::TooSlow { .. }), "{error}");
    }
}
