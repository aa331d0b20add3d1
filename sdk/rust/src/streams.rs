//! What the job says. Always granted. A record holds at most 1 MiB.
//!
//! The macros take what `format!` takes:
//!
//! ```no_run
//! use bindery_sdk::{output, verbose, warning};
//! output!("{} updates were installed", 3);
//! warning!("a reboot is pending");
//! verbose!("nothing else to do");
//! ```
//!
//! They do not return an error: a line of more than 1 MiB is left out, and a Warning says so. Use
//! [`write`] where that matters.

use crate::{Error, bindings::bindery::runbook::streams as host, failure::call};
use serde::Serialize;

pub use host::Kind;

/// Writes one record of text.
pub fn write(kind: Kind, text: &str) -> Result<(), Error> {
    call(|| host::write(kind, text))
}

/// Writes one structured record to Output.
pub fn value(value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value)?;
    call(|| host::value(&text))
}

/// Says how far the job is: `percent` from 0 to 100, none where nobody knows.
pub fn progress(activity: &str, percent: Option<u8>) -> Result<(), Error> {
    call(|| host::progress(activity, percent))
}

/// Writes a line to the Output stream; takes what `format!` takes.
#[macro_export]
macro_rules! output {
    ($($text:tt)*) => {
        $crate::__private::say($crate::streams::Kind::Output, ::std::format_args!($($text)*))
    };
}

/// Writes a line to the Warning stream; takes what `format!` takes.
#[macro_export]
macro_rules! warning {
    ($($text:tt)*) => {
        $crate::__private::say($crate::streams::Kind::Warning, ::std::format_args!($($text)*))
    };
}

/// Writes a line to the Error stream; takes what `format!` takes.
#[macro_export]
macro_rules! error {
    ($($text:tt)*) => {
        $crate::__private::say($crate::streams::Kind::Error, ::std::format_args!($($text)*))
    };
}

/// Writes a line to the Verbose stream; takes what `format!` takes.
#[macro_export]
macro_rules! verbose {
    ($($text:tt)*) => {
        $crate::__private::say($crate::streams::Kind::Verbose, ::std::format_args!($($text)*))
    };
}

/// Writes a line to the Debug stream; takes what `format!` takes.
#[macro_export]
macro_rules! debug {
    ($($text:tt)*) => {
        $crate::__private::say($crate::streams::Kind::Debug, ::std::format_args!($($text)*))
    };
}
