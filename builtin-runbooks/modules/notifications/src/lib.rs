//! The module `Notifications`: tells people what happened, over the power `http`.
//!
//! ```text
//!   send   which request a connection and a message make   (pure)
//!   lib    reads the connection, sends the request
//! ```

mod send;

#[cfg(target_arch = "wasm32")]
mod export {
    //! What `wit-bindgen` makes of the WIT, and the way from there to the host.
    #![allow(unreachable_pub, missing_docs, unsafe_code, clippy::all, reason = "generated code")]

    use crate::send::{self, Connection, Failure, Message};
    use bindery_sdk::{assets, http::Request};

    wit_bindgen::generate!({ path: "wit", world: "module" });

    use exports::bindery::notifications::notifications as wit;

    struct Module;

    impl wit::Guest for Module {
        fn send(connection: String, message: wit::Message) -> Result<(), wit::Failure> {
            let severity = match message.severity {
                wit::Severity::Info => "info",
                wit::Severity::Warning => "warning",
                wit::Severity::Error => "error",
            };
            let message = Message { title: message.title, text: message.text, severity };
            tell(&connection, &message)
                .map_err(|Failure { code, message }| wit::Failure { code, message })
        }
    }

    fn tell(name: &str, message: &Message) -> Result<(), Failure> {
        let host = |error: bindery_sdk::Error| Failure { code: error.code, message: error.message };
        let connection = assets::connection(name).map_err(host)?;
        let secret = |wanted: &str| {
            let secret = connection.secrets.iter().find(|secret| secret.name == wanted);
            secret.map(|secret| secret.secret.clone())
        };
        let known = Connection::read(
            name,
            &connection.connection_type,
            &connection.fields,
            secret("path"),
        )?;
        let made = send::request(&known, message);
        let mut request =
            Request::post(made.url).header("content-type", made.content_type).body(made.body);
        if let Some(credential) = made.credential {
            request = request.credential(credential);
        }
        let response = request.send().map_err(host)?;
        match response.is_success() {
            true => Ok(()),
            false => Err(Failure {
                code: "Refused".to_owned(),
                message: format!("`{name}` answered with the status {}", response.status),
            }),
        }
    }

    export!(Module);
}
