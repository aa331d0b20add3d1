//! Enrolment: how a computer becomes one of the workspace. Done once; a computer that has an
//! identity keeps it.

use super::{
    address::Address,
    identity::{self, Facts, Identity},
    tls,
    token::EnrolToken,
};
use crate::{connector::ConnectError, files::FileError};
use bindery_core::{
    code::Code,
    id::{ComputerId, WorkspaceId},
    limit,
};
use bindery_seal::{
    key::{PublicKey, SigningKey},
    key_file,
};
use hyper::{
    Request, StatusCode,
    body::{Body as _, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    future::poll_fn,
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

/// How long the control plane may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Enrol<'a> {
    token: &'a str,
    public_key: PublicKey,
    name: &'a str,
    protocol: u32,
    time: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Enrolled {
    computer_id: ComputerId,
    workspace_id: WorkspaceId,
    workspace_key: PublicKey,
    continuation: u64,
}

/// What the API says instead.
#[derive(Deserialize)]
struct Problem {
    code: Code,
    detail: Option<String>,
}

/// A computer could not enrol.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It has an identity.
    #[error("`{folder}` holds an identity already; remove the folder to enrol this computer anew")]
    Enrolled {
        /// The agent's folder.
        folder: PathBuf,
    },
    /// The control plane could not be connected to, or is not the one that the token names.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The control plane refused.
    #[error("the control plane refused ({code}): {message}. {remedy}", remedy = code.remedy())]
    Refused {
        /// Its code: `InvalidEnrolToken`, `ClockSkew`, `ProtocolMismatch` ...
        code: Code,
        /// Its sentence.
        message: String,
    },
    /// The key cannot be made or kept.
    #[error("the agent's key cannot be made")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The folder cannot be written.
    #[error("the identity cannot be kept")]
    File(#[source] FileError),
}

/// Makes a key, enrols at the control plane at `address`, and keeps the identity in `folder`.
///
/// `name` is the host name; `now` this computer's time. Nothing is sent before the control plane
/// has proved that it is the one that the token names.
pub async fn enrol(
    folder: &Path,
    address: &Address,
    token: &EnrolToken,
    name: &str,
    now: Timestamp,
) -> Result<Facts, EnrolError> {
    if Identity::exists(folder) {
        return Err(EnrolError::Enrolled { folder: folder.to_owned() });
    }
    let key = key(folder)?;
    let enrol = Enrol {
        token: token.text(),
        public_key: key.public_key(),
        name,
        protocol: bindery_protocol::VERSION,
        time: now,
    };
    let enrolled = ask(address, token, &enrol).await?;
    let facts = Facts {
        computer: enrolled.computer_id,
        name: name.to_owned(),
        workspace: enrolled.workspace_id,
        workspace_key: enrolled.workspace_key,
        continuation: enrolled.continuation,
        url: address.to_string(),
        ca: address.secure.then(|| token.ca().to_string()),
    };
    Identity::create(folder, &facts).map_err(EnrolError::File)?;
    Ok(facts)
}

/// The key of an attempt before, or a new one.
fn key(folder: &Path) -> Result<SigningKey, EnrolError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| EnrolError::Key(error);
    std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
    let path = identity::key_path(folder);
    if path.exists() {
        return key_file::load(&path).map_err(|error| failed(error.into()));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| failed(error.to_string().into()))?;
    let key = SigningKey::from_seed(seed);
    key_file::save(&key, &path).map_err(|error| failed(error.into()))?;
    Ok(key)
}

async fn ask(
    address: &Address,
    token: &EnrolToken,
    enrol: &Enrol<'_>,
) -> Result<Enrolled, EnrolError> {
    let stream = tls::connect(address, Some(token.ca())).await?;
    let asking = async {
        let odd = |error: hyper::Error| odd(address, error.to_string());
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(odd)?;
        let request = request(address, enrol)?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(odd)?;
            let status = response.status();
            Ok::<_, EnrolError>((status, read(address, response.into_body()).await?))
        };
        let mut connection = std::pin::pin!(connection);
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            // A connection that ends leaves its last answer behind.
            _ = &mut connection => answer.await,
        }
    };
    let (status, body) = tokio::time::timeout(ANSWER, asking)
        .await
        .map_err(|_| ConnectError::TimedOut { url: address.to_string() })??;
    understand(address, status, &body)
}

fn request(address: &Address, enrol: &Enrol<'_>) -> Result<Request<String>, EnrolError> {
    let body = serde_json::to_string(enrol).map_err(|error| odd(address, error.to_string()))?;
    Request::post(bindery_protocol::ENROL_PATH)
        .header(header::HOST, address.authority())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .map_err(|error| odd(address, error.to_string()))
}

async fn read(address: &Address, mut body: Incoming) -> Result<Vec<u8>, EnrolError> {
    let mut bytes = vec![];
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| odd(address, error.to_string()))?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| &data[..]));
        if bytes.len() > limit::BODY_BYTES {
            return Err(odd(address, "its answer is too long".into()));
        }
    }
    Ok(bytes)
}

fn understand(address: &Address, status: StatusCode, body: &[u8]) -> Result<Enrolled, EnrolError> {
    if status.is_success() {
        return serde_json::from_slice(body).map_err(|error| odd(address, error.to_string()));
    }
    match serde_json::from_slice::<Problem>(body) {
        Ok(Problem { code, detail }) => {
            let message = detail.unwrap_or_else(|| status.to_string());
            Err(EnrolError::Refused { code, message })
        }
        Err(_) => Err(odd(address, format!("it answered {status}"))),
    }
}

fn odd(address: &Address, reason: String) -> EnrolError {
    ConnectError::NoControlPlane { url: address.to_string(), reason }.into()
}
