//! `bindery_v1`: operations by name, JSON in and JSON out, for core modules.
//!
//! A guest passes offsets into its own memory, and nothing that it says about them is believed. What is
//! wrong with a call is the call's error, never a trap: its author reads it and goes on.

use crate::run::Host;
use bindery_core::{
    code::{Code, Failure},
    contract::CONTRACT,
    limit,
    operation::{self, Operation},
    text::shown,
};
use bindery_journal::entry::Reply;
use serde_json::{Value, json};
use std::ops::Range;
use wasmtime::{Caller, Extern, Linker, Memory, Result};

const MODULE: &str = "bindery_v1";

/// What `read` returns for a place that is not in the guest's memory.
const NO_SUCH_PLACE: i32 = -1;

/// Adds `bindery_v1` to a core linker.
pub(crate) fn add(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(MODULE, "abi_version", || CONTRACT.abi_version.cast_signed())?;
    linker.func_wrap(MODULE, "read", read)?;
    linker
        .func_wrap_async(MODULE, "call", |caller, arguments| Box::new(call(caller, arguments)))?;
    Ok(())
}

/// Carries out an operation and keeps its answer for `read`: its length, negated for an error.
async fn call(
    mut caller: Caller<'_, Host>,
    (name, name_length, given, given_length): (u32, u32, u32, u32),
) -> Result<i64> {
    let gate = caller.data().gate.clone();
    let asked = asked(&mut caller, (name, name_length), (given, given_length));
    let reply = match asked {
        Ok((operation, arguments)) => {
            let reply = gate.perform(operation, arguments).await?;
            spelled(operation, reply).map_err(|failure| gate.fail(failure))?
        }
        Err(refusal) => {
            gate.count_refused().await?;
            Err(refusal)
        }
    };
    let (answer, sign) = match reply {
        Ok(value) => (value, 1),
        Err(failure) => (error(&failure), -1),
    };
    let answer = answer.to_string().into_bytes();
    let length = i64::try_from(answer.len())?;
    caller.data_mut().answer = answer;
    Ok(sign * length)
}

/// The operation that is asked for, and its arguments in the form of the contract.
fn asked(
    caller: &mut Caller<'_, Host>,
    name: (u32, u32),
    given: (u32, u32),
) -> Result<(&'static Operation, Value), Failure> {
    let invalid = |message: String| Failure::new(Code::InvalidArguments, message);
    let memory = memory(caller).ok_or_else(|| invalid("there is no memory `memory`".into()))?;
    let memory = memory.data(&*caller);
    let bytes = |what: &str, (start, length): (u32, u32)| {
        let most = limit::OPERATION_BYTES;
        if length as usize > most {
            let message = format!("the {what}: {length} bytes; at most {most} (OPERATION_BYTES)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        let found = memory.get(range(start, length)).ok_or_else(|| {
            let size = memory.len();
            invalid(format!("the {what}: {length} bytes at {start} are not in a memory of {size}"))
        })?;
        std::str::from_utf8(found).map_err(|error| invalid(format!("the {what}: {error}")))
    };
    let name = bytes("operation's name", name)?;
    let operation = operation::by_name(name).ok_or_else(|| {
        let name = shown(&name.chars().take(64).collect::<String>());
        Failure::new(Code::UnknownOperation, format!("there is no operation `{name}`"))
    })?;
    let given = bytes("arguments", given)?;
    let given = serde_json::from_str(given).map_err(|error| {
        invalid(format!("`{}`: its arguments are not JSON: {error}", operation.name))
    })?;
    Ok((operation, CONTRACT.arguments(operation, &given)?))
}

/// A reply as the contract spells it. One that cannot be spelled is an error of the host, which ends
/// the job.
fn spelled(operation: &Operation, reply: Reply) -> Result<Reply, Failure> {
    match reply {
        Ok(value) => CONTRACT.reply(operation, &value).map(Ok),
        refused => Ok(refused),
    }
}

/// The record `error` of the contract: its details are JSON text.
fn error(failure: &Failure) -> Value {
    let mut error = json!({ "code": failure.code, "message": failure.message });
    if let Some(details) = &failure.details {
        error["details"] = details.to_string().into();
    }
    error
}

/// Copies up to `length` bytes of the last answer from `offset` to `to`, and returns how many.
fn read(mut caller: Caller<'_, Host>, to: u32, offset: u32, length: u32) -> i32 {
    let Some(memory) = memory(&mut caller) else { return NO_SUCH_PLACE };
    let (memory, host) = memory.data_and_store_mut(&mut caller);
    let rest = host.answer.get(offset as usize..).unwrap_or_default();
    let part = &rest[..rest.len().min(length as usize)];
    let Ok(size) = u32::try_from(part.len()) else { return NO_SUCH_PLACE };
    match memory.get_mut(range(to, size)) {
        Some(place) => {
            place.copy_from_slice(part);
            size.cast_signed()
        }
        None => NO_SUCH_PLACE,
    }
}

fn range(start: u32, length: u32) -> Range<usize> {
    let start = start as usize;
    start..start.saturating_add(length as usize)
}

fn memory(caller: &mut Caller<'_, Host>) -> Option<Memory> {
    caller.get_export("memory").and_then(Extern::into_memory)
}
