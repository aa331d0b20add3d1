//! Component values as JSON and back, by the rule of `sdk/abi/README.md`: the same JSON for every
//! entry level.
//!
//! record: object with camelCase keys; option: absent or the value; enum: PascalCase string;
//! variant: camelCase string, or an object with one camelCase key; list and tuple: array; numbers,
//! booleans and strings: themselves.

use bindery_core::contract::{camel, pascal};
use serde_json::{Map, Number, Value};
use wasmtime::component::{Type, Val};

/// A JSON value that does not have the form of the WIT type: a capability's reply is wrong.
#[derive(Debug, thiserror::Error)]
#[error("expected {expected} and got {got}")]
pub(crate) struct WrongForm {
    expected: String,
    got: String,
}

/// The JSON of a value that a guest passed; none for what the contract does not use.
pub(crate) fn to_json(value: &Val) -> Option<Value> {
    Some(match value {
        Val::Bool(value) => (*value).into(),
        Val::S8(value) => (*value).into(),
        Val::U8(value) => (*value).into(),
        Val::S16(value) => (*value).into(),
        Val::U16(value) => (*value).into(),
        Val::S32(value) => (*value).into(),
        Val::U32(value) => (*value).into(),
        Val::S64(value) => (*value).into(),
        Val::U64(value) => (*value).into(),
        Val::Float32(value) => float(f64::from(*value)),
        Val::Float64(value) => float(*value),
        Val::Char(value) => value.to_string().into(),
        Val::String(value) => value.as_str().into(),
        Val::List(values) | Val::Tuple(values) => {
            Value::Array(values.iter().map(to_json).collect::<Option<_>>()?)
        }
        Val::Record(fields) => Value::Object(fields_to_json(fields)?),
        Val::Enum(case) => pascal(case).into(),
        Val::Variant(case, None) => camel(case).into(),
        Val::Variant(case, Some(value)) => {
            Value::Object(Map::from_iter([(camel(case), to_json(value)?)]))
        }
        Val::Option(None) => Value::Null,
        Val::Option(Some(value)) => to_json(value)?,
        _ => return None,
    })
}

fn fields_to_json(fields: &[(String, Val)]) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    for (name, value) in fields {
        if !matches!(value, Val::Option(None)) {
            object.insert(camel(name), to_json(value)?);
        }
    }
    Some(object)
}

/// JSON has no NaN and no infinities.
fn float(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The value of type `ty` that `json` spells.
pub(crate) fn from_json(json: &Value, ty: &Type) -> Result<Val, WrongForm> {
    let wrong = || WrongForm { expected: format!("{ty:?}"), got: brief(json) };
    let signed = || json.as_i64().ok_or_else(wrong);
    let unsigned = || json.as_u64().ok_or_else(wrong);
    let text = || json.as_str().ok_or_else(wrong);
    Ok(match ty {
        Type::Bool => Val::Bool(json.as_bool().ok_or_else(wrong)?),
        Type::S8 => Val::S8(signed()?.try_into().map_err(|_| wrong())?),
        Type::U8 => Val::U8(unsigned()?.try_into().map_err(|_| wrong())?),
        Type::S16 => Val::S16(signed()?.try_into().map_err(|_| wrong())?),
        Type::U16 => Val::U16(unsigned()?.try_into().map_err(|_| wrong())?),
        Type::S32 => Val::S32(signed()?.try_into().map_err(|_| wrong())?),
        Type::U32 => Val::U32(unsigned()?.try_into().map_err(|_| wrong())?),
        Type::S64 => Val::S64(signed()?),
        Type::U64 => Val::U64(unsigned()?),
        Type::Float64 => Val::Float64(json.as_f64().ok_or_else(wrong)?),
        Type::String => Val::String(text()?.to_owned()),
        Type::List(list) => {
            let values = json.as_array().ok_or_else(wrong)?.iter();
            Val::List(values.map(|value| from_json(value, &list.ty())).collect::<Result<_, _>>()?)
        }
        Type::Record(record) => {
            let object = json.as_object().ok_or_else(wrong)?;
            let field = |field: wasmtime::component::types::Field<'_>| {
                let value = object.get(&camel(field.name)).unwrap_or(&Value::Null);
                Ok((field.name.to_owned(), from_json(value, &field.ty)?))
            };
            Val::Record(record.fields().map(field).collect::<Result<_, WrongForm>>()?)
        }
        Type::Enum(cases) => {
            let text = text()?;
            let name = cases.names().find(|name| pascal(name) == text).ok_or_else(wrong)?;
            Val::Enum(name.to_owned())
        }
        Type::Option(_) if json.is_null() => Val::Option(None),
        Type::Option(option) => Val::Option(Some(Box::new(from_json(json, &option.ty())?))),
        _ => return Err(wrong()),
    })
}

fn brief(json: &Value) -> String {
    json.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_json_by_the_rule() {
        let value = Val::Record(vec![
            ("kb-id".into(), Val::Option(None)),
            ("class".into(), Val::Enum("update-rollup".into())),
            (
                "target".into(),
                Val::Variant("computer".into(), Some(Box::new(Val::String("c".into())))),
            ),
            ("other".into(), Val::Variant("sandbox".into(), None)),
            ("sizes".into(), Val::List(vec![Val::U64(u64::MAX)])),
            ("nothing".into(), Val::Float64(f64::NAN)),
        ]);
        let expected = json!({
            "class": "UpdateRollup", "target": {"computer": "c"}, "other": "sandbox",
            "sizes": [u64::MAX], "nothing": null,
        });
        assert_eq!(to_json(&value), Some(expected));
    }
}
