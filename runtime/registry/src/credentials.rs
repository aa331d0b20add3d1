//! Who we are to a registry: what was given, else what `docker login` or `oras login` left.

use crate::error::RegistryError;
use docker_credential::{
    CredentialRetrievalError as Retrieval, DockerCredential, get_credential_from_reader,
};
use oci_client::secrets::RegistryAuth;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Helpers know the credentials of Docker Hub by an address, with the version of its first protocol.
const DOCKER_HUB: &str = "index.docker.io";

/// A password, forgotten when it is dropped.
pub struct Password(Zeroizing<String>);

impl Password {
    /// This text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// A user of the registry.
pub struct Login {
    /// Name.
    pub username: String,
    /// Password, or what the registry gives in its place.
    pub password: Password,
}

/// How a registry is spoken to.
pub struct Access {
    /// Who asks; if nobody is given, whom the file names.
    pub login: Option<Login>,
    /// Docker's `config.json`; it need not exist.
    pub docker_config: Option<PathBuf>,
    /// Without TLS, though the registry is not on this computer.
    pub plain_http: bool,
}

/// What is sent, and how it is told.
pub(crate) struct Found {
    pub(crate) auth: RegistryAuth,
    pub(crate) who: String,
}

/// The credentials for `registry`. Where there are none the registry is asked without.
pub(crate) fn find(
    registry: &str,
    login: Option<Login>,
    file: Option<&Path>,
) -> Result<Found, RegistryError> {
    if let Some(Login { username, password }) = login {
        let who = format!("the user `{username}` whose password was given");
        return Ok(Found { auth: RegistryAuth::Basic(username, password.0.to_string()), who });
    }
    let Some(path) = file else {
        let who = "anybody without a login (there is no home folder with `.docker/config.json`)";
        return Ok(Found { auth: RegistryAuth::Anonymous, who: who.into() });
    };
    let place = path.display();
    let nobody = |why: &str| {
        let who = format!("anybody without a login (`{place}` {why})");
        Ok(Found { auth: RegistryAuth::Anonymous, who })
    };
    let bad = |reason: String| Err(RegistryError::Credentials { place: place.to_string(), reason });
    let reader = match File::open(path) {
        Ok(file) => io::BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return nobody("is not there"),
        Err(error) => return bad(error.to_string()),
    };
    let server = match registry {
        DOCKER_HUB => format!("https://{registry}/{}/", "v1"),
        _ => registry.to_owned(),
    };
    match get_credential_from_reader(reader, &server) {
        Ok(DockerCredential::UsernamePassword(username, password)) => {
            let who = format!("the user `{username}` of `{place}`");
            Ok(Found { auth: RegistryAuth::Basic(username, password), who })
        }
        Ok(DockerCredential::IdentityToken(_)) => bad(format!(
            "there is an identity token for `{registry}`; only user names and passwords are used"
        )),
        Err(Retrieval::NoCredentialConfigured) => nobody(&format!("has none for `{registry}`")),
        // What a helper says that has nothing for this registry.
        Err(Retrieval::HelperFailure { helper, stdout, .. })
            if stdout.contains("credentials not found") =>
        {
            nobody(&format!("names `{helper}`, which has none for `{registry}`"))
        }
        Err(Retrieval::ConfigReadError) => bad("it is not the JSON of a `config.json`".into()),
        Err(error) => bad(error.to_string().trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::fs;

    /// What `config.json` gives for `127.0.0.1:5000`.
    fn check(json: &str, expected: Expect) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.json");
        fs::write(&path, json).expect("written");
        let told = match find("127.0.0.1:5000", None, Some(&path)) {
            Ok(Found { auth, who }) => format!("{auth:?}: {who}"),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&told.replace(folder.path().to_str().expect("text"), ""));
    }

    #[test]
    fn credentials_are_those_of_docker() {
        // "who:secret"
        check(
            r#"{"auths":{"127.0.0.1:5000":{"auth":"d2hvOnNlY3JldA=="}}}"#,
            expect!["Basic(\"who\", \"<redacted>\"): the user `who` of `/config.json`"],
        );
        check(
            r#"{"auths":{"https://127.0.0.1:5000/v2/":{"auth":"d2hvOnNlY3JldA=="}}}"#,
            expect!["Basic(\"who\", \"<redacted>\"): the user `who` of `/config.json`"],
        );
        check(
            r#"{"auths":{"ghcr.io":{"auth":"d2hvOnNlY3JldA=="}}}"#,
            expect![
                "Anonymous: anybody without a login (`/config.json` has none for `127.0.0.1:5000`)"
            ],
        );
        check(
            "{}",
            expect![
                "Anonymous: anybody without a login (`/config.json` has none for `127.0.0.1:5000`)"
            ],
        );
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        check(
            "auths",
            expect![
                "the credentials in `/config.json` cannot be used: it is not the JSON of a `config.json`"
            ],
        );
        check(
            r#"{"auths":{"127.0.0.1:5000":{"auth":"?"}}}"#,
            expect![
                "the credentials in `/config.json` cannot be used: Unable to decode credential"
            ],
        );
        check(
            r#"{"auths":{"127.0.0.1:5000":{"identitytoken":"t"}}}"#,
            expect![
                "the credentials in `/config.json` cannot be used: there is an identity token for `127.0.0.1:5000`; only user names and passwords are used"
            ],
        );
        check(
            r#"{"credHelpers":{"127.0.0.1:5000":"bindery-test-none"}}"#,
            expect![
                "the credentials in `/config.json` cannot be used: Unable to communicate with credential helper"
            ],
        );
    }

    #[test]
    fn docker_hub_is_found_under_the_name_that_docker_login_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.json");
        let auth = serde_json::json!({ "auth": "d2hvOnNlY3JldA==" });
        let server = format!("https://{DOCKER_HUB}/{}/", "v1");
        let json = serde_json::json!({ "auths": { server: auth } });
        fs::write(&path, json.to_string()).expect("written");
        let reference = crate::reference::Reference::parse("docker.io/acme/report");
        let registry = reference.expect("a reference").registry().to_owned();
        let found = find(&registry, None, Some(&path)).expect("no error");
        assert_eq!(found.auth, RegistryAuth::Basic("who".into(), "secret".into()));
    }

    #[test]
    fn without_a_file_the_registry_is_asked_without() {
        for file in [None, Some(Path::new("/nowhere/config.json"))] {
            let found = find("ghcr.io", None, file).expect("no error");
            assert_eq!(found.auth, RegistryAuth::Anonymous);
        }
    }

    #[test]
    fn what_is_given_comes_first() {
        let login = Login { username: "me".into(), password: Password::new("secret".into()) };
        let found = find("ghcr.io", Some(login), Some(Path::new("/nowhere"))).expect("no error");
        assert_eq!(found.auth, RegistryAuth::Basic("me".into(), "secret".into()));
    }
}
