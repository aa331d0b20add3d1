//! Valid arguments and replies of every operation, made from the contract.

use bindery_core::{
    contract::{CONTRACT, Case, Field, Form, Type, camel, pascal},
    operation::Operation,
};
use serde_json::{Map, Value, json};

/// Arguments of an operation, with all that may be absent.
pub(crate) fn arguments(operation: &Operation) -> Value {
    record(&CONTRACT.described(operation.name).expect("in the contract").parameters)
}

/// A reply of an operation.
pub(crate) fn reply(operation: &Operation) -> Value {
    let described = CONTRACT.described(operation.name).expect("in the contract");
    described.returns.as_ref().map_or(Value::Null, value)
}

fn record(fields: &[Field]) -> Value {
    let one = |field: &Field| (camel(&field.name), value(&field.ty));
    Value::Object(fields.iter().map(one).collect::<Map<_, _>>())
}

fn value(ty: &Type) -> Value {
    match ty {
        Type::Bool => true.into(),
        Type::U8 => 7.into(),
        Type::U32 | Type::U64 => 1_000.into(),
        Type::String => "{\"a\":1}".into(),
        Type::List(item) => json!([value(item), value(item)]),
        Type::Option(ty) => value(ty),
        Type::Named(name) if name == "timestamp" => "2026-11-22T18:00:00Z".into(),
        Type::Named(name) => match &CONTRACT.types[name].form {
            Form::Alias(ty) => value(ty),
            Form::Record(fields) => record(fields),
            Form::Enum(cases) => pascal(&cases[0].name).into(),
            Form::Variant(cases) => case(cases.last().expect("a case")),
        },
    }
}

fn case(case: &Case) -> Value {
    match &case.ty {
        None => camel(&case.name).into(),
        Some(ty) => json!({ camel(&case.name): value(ty) }),
    }
}
