//! From the world's `run` to the author's function and back.
//!
//! Reads the parameters, calls the function, writes the result. A panic is first said on the Error
//! stream; then the module traps and the job is Failed with `GuestFailed`.

use crate::{
    Error,
    bindings::bindery::runbook::{job, types},
    failure, streams,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The parameters of a runbook that takes none: any object will do.
#[derive(Deserialize)]
pub struct NoParameters {}

/// Runs `main` with the job's parameters.
///
/// # Errors
/// `InvalidParameters` if they do not fit `P`; else what `main` says.
pub fn run<P, R>(main: impl FnOnce(P) -> Result<R, Error>) -> Result<Option<String>, types::Error>
where
    P: DeserializeOwned,
    R: Serialize,
{
    std::panic::set_hook(Box::new(|panic| {
        // The job ends anyway; if even this cannot be said, the host still knows of the trap.
        say(streams::Kind::Error, format_args!("the runbook panicked: {panic}"));
    }));
    let text = failure::call(job::parameters)?;
    let value = main(parse(&text)?)?;
    Ok(render(&value)?)
}

/// Writes one line; what is refused is not said.
pub fn say(kind: streams::Kind, text: std::fmt::Arguments<'_>) {
    let _ = streams::write(kind, &text.to_string());
}

/// The parameters in `text`.
pub(crate) fn parse<P: DeserializeOwned>(text: &str) -> Result<P, Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        let reason = error.into_inner();
        let message = match field.as_str() {
            "." => format!("the parameters do not fit: {reason}"),
            field => format!("the parameter `{field}` does not fit: {reason}"),
        };
        Error::new("InvalidParameters", message).with(serde_json::json!({ "field": field }))
    })
}

/// The result as JSON text; nothing for `()` and everything else that is null.
fn render(value: &impl Serialize) -> Result<Option<String>, Error> {
    let text = serde_json::to_string(value)?;
    Ok((text != "null").then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Parameters {
        #[serde(rename = "Duration")]
        _duration: u32,
    }

    #[test]
    fn a_parameter_that_does_not_fit_is_named() {
        let rows = [
            (r#"{"Duration": "long"}"#, "the parameter `Duration` does not fit: invalid type"),
            (r"{}", "the parameters do not fit: missing field `Duration`"),
            (r"[", "the parameters do not fit: "),
        ];
        for (text, expected) in rows {
            let error = parse::<Parameters>(text).expect_err(text);
            assert!(
                error.is("InvalidParameters") && error.message.starts_with(expected),
                "{error}"
            );
        }
        assert!(parse::<Parameters>(r#"{"Duration": 120}"#).is_ok());
        assert!(parse::<NoParameters>(r#"{"Duration": 120}"#).is_ok());
    }

    #[test]
    fn a_runbook_that_returns_nothing_has_no_result() {
        assert_eq!(render(&()), Ok(None));
        assert_eq!(render(&3), Ok(Some("3".into())));
    }
}
