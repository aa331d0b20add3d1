//! Shared assets of the account. Grants: `assets.read:<name mask>`, and to change variables
//! `assets.write:<name mask>`.
//!
//! A runbook never sees a secret: it gets a text that stands for it, `$secret{…}`. Where that text
//! stands in a header, in the body or behind the host of a [request](crate::http), the host puts the
//! secret in as the request goes out. The text is good in this job alone.

use crate::{
    Error,
    bindings::bindery::runbook::{assets as host, assets_admin as admin},
    failure::call,
};
use serde::{Serialize, de::DeserializeOwned};

pub use host::{Certificate, Connection, Credential, SecretField, Variable};

/// The value of a variable, read as `T`.
///
/// ```no_run
/// let recipients: Vec<String> = bindery_sdk::assets::variable("On-Call")?;
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
///
/// # Errors
/// `NotFound`, `GrantDenied`; `InvalidArguments` if it is secret or no `T`.
pub fn variable<T: DeserializeOwned>(name: &str) -> Result<T, Error> {
    let variable = call(|| host::get_variable(name))?;
    let unusable = |reason: String| {
        Error::new("InvalidArguments", format!("the variable `{name}` cannot be read: {reason}"))
    };
    let value = variable.value.ok_or_else(|| unusable("it is secret".into()))?;
    serde_json::from_str(&value).map_err(|error| unusable(error.to_string()))
}

/// The text that stands for the value of a secret variable.
///
/// ```no_run
/// # use bindery_sdk::{assets, http::Request};
/// let token = assets::secret("Chat-Token")?;
/// Request::post("https://chat.example.com/v1/say")
///     .header("authorization", format!("Bearer {token}"))
///     .body(r#"{"text": "patched"}"#)
///     .send()?;
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
///
/// # Errors
/// `NotFound`, `GrantDenied`; `InvalidArguments` if it is not secret.
pub fn secret(name: &str) -> Result<String, Error> {
    let variable = call(|| host::get_variable(name))?;
    variable.secret.ok_or_else(|| {
        Error::new("InvalidArguments", format!("the variable `{name}` is not secret"))
    })
}

/// A credential: the name of its user, and the text that stands for its password.
///
/// # Errors
/// `NotFound`, `GrantDenied`.
pub fn credential(name: &str) -> Result<Credential, Error> {
    call(|| host::get_credential(name))
}

/// A certificate.
///
/// # Errors
/// `NotFound`, `GrantDenied`.
pub fn certificate(name: &str) -> Result<Certificate, Error> {
    call(|| host::get_certificate(name))
}

/// A connection.
///
/// # Errors
/// `NotFound`, `GrantDenied`.
pub fn connection(name: &str) -> Result<Connection, Error> {
    call(|| host::get_connection(name))
}

/// Makes a variable, or gives one another value.
///
/// # Errors
/// `GrantDenied`; `InvalidArguments` if the variable is secret.
pub fn set_variable(name: &str, value: &impl Serialize) -> Result<(), Error> {
    let value = serde_json::to_string(value)
        .map_err(|error| Error::new("InvalidArguments", format!("the value: {error}")))?;
    call(|| admin::set_variable(name, &value))
}
