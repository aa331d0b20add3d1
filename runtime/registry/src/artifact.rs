//! A runbook on its way: the module, and the signed statement if it is sealed.

use bindery_core::{
    code::{Code, Failure},
    name::Name,
    seal::Seal,
    text::shown,
};
use bindery_inspect::{Module, inspect};
use bindery_seal::{bundle::Bundle, envelope::Envelope, statement::claimed};

/// A runbook as a file, a registry and an import know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    wasm: Vec<u8>,
    module: Module,
    sealed: Option<Sealed>,
}

/// What a seal claims. Who is trusted is decided where it is imported.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) envelope: Envelope,
    pub(crate) seal: Seal,
}

impl Artifact {
    /// The runbook in a Wasm file or a bundle. Fails as an import of it would, but for trust.
    pub fn of_file(bytes: Vec<u8>) -> Result<Self, Failure> {
        if !Bundle::is_bundle(&bytes) {
            return Self::new(bytes, None);
        }
        let Bundle { envelope, wasm } = Bundle::parse(&bytes)?;
        Self::new(wasm, Some(envelope))
    }

    fn new(wasm: Vec<u8>, envelope: Option<Envelope>) -> Result<Self, Failure> {
        let module = inspect(&wasm)?;
        let sealed = envelope.map(|envelope| {
            let seal = claimed(&envelope, &wasm)?;
            Ok::<_, Failure>(Sealed { envelope, seal })
        });
        Ok(Self { wasm, module, sealed: sealed.transpose()? })
    }

    /// The runbook of a module and the text of its envelope, which must be as Bindery writes it, so
    /// that the bundle is the very one that was pushed.
    pub(crate) fn of_parts(wasm: Vec<u8>, envelope: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = envelope else { return Self::new(wasm, None) };
        let bad = |reason: &str| {
            Failure::new(Code::BadSignature, format!("the statement of the seal {reason}"))
        };
        let envelope: Envelope = serde_json::from_str(text)
            .map_err(|error| bad(&format!("cannot be read: {}", shown(&error.to_string()))))?;
        if envelope_text(&envelope)? != text {
            return Err(bad("is not written as Bindery writes it"));
        }
        Self::new(wasm, Some(envelope))
    }

    /// The file that an import takes: the bundle of a sealed runbook, else the module.
    pub fn to_file(&self) -> Result<Vec<u8>, Failure> {
        match &self.sealed {
            None => Ok(self.wasm.clone()),
            Some(Sealed { envelope, .. }) => {
                Bundle { envelope: envelope.clone(), wasm: self.wasm.clone() }.to_bytes()
            }
        }
    }

    /// Its name, by its seal or its manifest.
    pub fn name(&self) -> Option<&Name> {
        let manifest = self.module.manifest.as_ref();
        self.seal().map(|seal| &seal.name).or(manifest.map(|manifest| &manifest.name))
    }

    /// Its version, by its seal or its manifest.
    pub fn version(&self) -> Option<&str> {
        let manifest = self.module.manifest.as_ref();
        let version = self.seal().map(|seal| seal.version.as_str());
        version.or(manifest.map(|manifest| manifest.version.as_str())).filter(|it| !it.is_empty())
    }

    /// What its seal claims, if it is sealed.
    pub fn seal(&self) -> Option<&Seal> {
        self.sealed.as_ref().map(|sealed| &sealed.seal)
    }

    /// What the module is and can do.
    pub fn module(&self) -> &Module {
        &self.module
    }

    pub(crate) fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    pub(crate) fn envelope(&self) -> Result<Option<String>, Failure> {
        self.sealed.as_ref().map(|sealed| envelope_text(&sealed.envelope)).transpose()
    }
}

fn envelope_text(envelope: &Envelope) -> Result<String, Failure> {
    serde_json::to_string(envelope)
        .map_err(|error| Failure::new(Code::Internal, format!("an envelope has no JSON: {error}")))
}
