//! Links the interfaces of `bindery:runbook` into components: each function becomes an operation of
//! the gate.
//!
//! The link is dynamic: argument and reply types come from the component itself, so a new operation
//! needs its WIT and its capability, and nothing here.

use crate::{
    run::Host,
    value::{from_json, to_json},
};
use bindery_core::{
    code::{Code, Failure},
    contract::camel,
    operation::{self, Operation},
};
use bindery_journal::entry::Reply;
use serde_json::{Map, Value};
use wasmtime::{
    Error, Result, StoreContextMut,
    component::{Linker, Type, Val, types::ComponentFunc},
};

/// Adds every operation of the contract.
pub(crate) fn add_operations(linker: &mut Linker<Host>) -> Result<()> {
    for operation in operation::ALL {
        let instance = operation::instance_name(operation.interface);
        linker.instance(&instance)?.func_new_async(
            operation.function,
            move |store, ty, arguments, results| {
                Box::new(call(operation, store, ty, arguments, results))
            },
        )?;
    }
    Ok(())
}

async fn call(
    operation: &'static Operation,
    store: StoreContextMut<'_, Host>,
    ty: ComponentFunc,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let gate = store.data().gate.clone();
    let reply = match object(&ty, arguments) {
        Some(arguments) => gate.perform(operation, arguments).await?,
        None => Err(Failure::new(
            Code::InvalidArguments,
            format!("`{}` takes plain data only", operation.name),
        )),
    };
    let (Some(result), Some(ty)) = (results.first_mut(), ty.results().next()) else {
        return Err(Error::msg(format!("`{}` must return a result", operation.name)));
    };
    *result = answer(reply, &ty).map_err(|error| {
        gate.fail(Failure::new(Code::Internal, format!("{}: {error}", operation.name)))
    })?;
    Ok(())
}

fn object(ty: &ComponentFunc, arguments: &[Val]) -> Option<Value> {
    let mut object = Map::new();
    for ((name, _), value) in ty.params().zip(arguments) {
        if !matches!(value, Val::Option(None)) {
            object.insert(camel(name), to_json(value)?);
        }
    }
    Some(Value::Object(object))
}

fn answer(reply: Reply, ty: &Type) -> Result<Val, String> {
    let Type::Result(ty) = ty else {
        return Err("its WIT type is not a result".into());
    };
    Ok(Val::Result(match (reply, ty.ok(), ty.err()) {
        (Ok(_), None, _) => Ok(None),
        (Ok(value), Some(ty), _) => {
            Ok(Some(Box::new(from_json(&value, &ty).map_err(|error| error.to_string())?)))
        }
        (Err(failure), _, Some(_)) => Err(Some(Box::new(error(failure)))),
        (Err(_), _, None) => Err(None),
    }))
}

/// The record `error` of the contract.
fn error(failure: Failure) -> Val {
    let details = failure.details.map(|details| Box::new(Val::String(details.to_string())));
    Val::Record(vec![
        ("code".into(), Val::String(failure.code.as_str().into())),
        ("message".into(), Val::String(failure.message)),
        ("details".into(), Val::Option(details)),
    ])
}
