//! What is asked of `process.run`, checked.

use bindery_core::{
    code::{Code, Failure},
    limit,
    text::shown,
};
use bindery_sandbox::capability::Call;
use std::time::Duration;

/// One program, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// An absolute path, or a name.
    pub program: String,
    /// Its arguments, behind the program itself.
    pub arguments: Vec<String>,
    /// What it reads on stdin; nothing where there is none.
    pub stdin: Option<String>,
    /// The time after which it is ended.
    pub timeout: Duration,
}

impl Request {
    /// What `call` asks.
    pub fn of(call: &Call<'_>) -> Result<Self, Failure> {
        let request = Self {
            program: call.argument("program")?,
            arguments: call.argument("args")?,
            stdin: call.argument("stdin")?,
            timeout: Duration::from_millis(call.argument("timeout")?),
        };
        request.check().map(|()| request)
    }

    fn check(&self) -> Result<(), Failure> {
        check_program(&self.program)?;
        let shown = shown(&self.program);
        if self.arguments.iter().any(|argument| argument.contains('\0')) {
            return Err(invalid(format!("an argument of `{shown}` has a NUL in it")));
        }
        if self.timeout.is_zero() {
            return Err(invalid(format!("the timeout of `{shown}` must be at least 1 ms")));
        }
        let whole: usize = self.arguments.iter().map(String::len).sum();
        let stdin = self.stdin.as_ref().map_or(0, String::len);
        let most = limit::PROCESS_ARGUMENTS_BYTES;
        within(&shown, "args", whole + self.program.len(), most, "PROCESS_ARGUMENTS_BYTES")?;
        within(&shown, "stdin", stdin, limit::PROCESS_STDIN_BYTES, "PROCESS_STDIN_BYTES")?;
        if self.timeout > limit::PROCESS_TIME {
            let most = limit::PROCESS_TIME.as_secs();
            let message = format!("`{shown}` may take at most {most} s (PROCESS_TIME)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        Ok(())
    }
}

fn within(
    program: &str,
    what: &str,
    bytes: usize,
    most: usize,
    limit: &str,
) -> Result<(), Failure> {
    if bytes <= most {
        return Ok(());
    }
    let message = format!("{what} of `{program}`: {bytes} bytes; at most {most} ({limit})");
    Err(Failure::new(Code::TooLarge, message))
}

/// A program is a name, or an absolute path that says where it leads: its grant's mask was held
/// against the text.
fn check_program(program: &str) -> Result<(), Failure> {
    let dots = |part: &str| ["", ".", ".."].contains(&part);
    let plain = match program.strip_prefix('/') {
        Some(path) => !path.split('/').any(dots),
        None => !program.contains('/') && !dots(program),
    };
    if plain && !program.contains('\0') {
        return Ok(());
    }
    let reason = "is no name and no absolute path without `.`, `..` and `//`";
    Err(invalid(format!("the program `{}` {reason}", shown(program))))
}

fn invalid(message: String) -> Failure {
    Failure::new(Code::InvalidArguments, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(program: &str) -> Request {
        let (arguments, timeout) = (vec![], Duration::from_secs(1));
        Request { program: program.into(), arguments, stdin: None, timeout }
    }

    #[test]
    fn a_program_is_a_name_or_a_plain_path() {
        for good in ["true", "/usr/bin/true", "a b", "/opt/..x/y"] {
            assert_eq!(request(good).check(), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "bin/true", "./true", "/", "/usr//bin", "/usr/../bin/sh", "a\0"]
        {
            let refusal = request(bad).check().expect_err(bad);
            assert_eq!(refusal.code, Code::InvalidArguments, "{bad}");
        }
    }

    #[test]
    fn what_is_at_its_limit_is_taken_and_one_more_is_too_large() {
        let arguments = |bytes| Request { arguments: vec!["x".repeat(bytes)], ..request("true") };
        let stdin = |bytes| Request { stdin: Some("x".repeat(bytes)), ..request("true") };
        let time = |more| Request { timeout: limit::PROCESS_TIME + more, ..request("true") };
        let most = limit::PROCESS_ARGUMENTS_BYTES - "true".len();
        let rows = [
            (arguments(most), arguments(most + 1), "PROCESS_ARGUMENTS_BYTES"),
            (
                stdin(limit::PROCESS_STDIN_BYTES),
                stdin(limit::PROCESS_STDIN_BYTES + 1),
                "PROCESS_STDIN_BYTES",
            ),
            (time(Duration::ZERO), time(Duration::from_millis(1)), "PROCESS_TIME"),
        ];
        for (taken, refused, name) in rows {
            assert_eq!(taken.check(), Ok(()), "{name}");
            let refusal = refused.check().expect_err(name);
            assert_eq!(refusal.code, Code::TooLarge);
            assert!(refusal.message.contains(name), "{}", refusal.message);
        }
    }

    #[test]
    fn no_time_and_an_argument_with_a_nul_are_refused() {
        let none = Request { timeout: Duration::ZERO, ..request("true") };
        let nul = Request { arguments: vec!["a\0b".into()], ..request("true") };
        for bad in [none, nul] {
            assert_eq!(bad.check().expect_err("refused").code, Code::InvalidArguments);
        }
    }
}
