//! Between the contract's JSON and the types of the SDK, in both directions. Holds what JSON and Rust
//! have themselves; `forms.rs` has a line for each type of the contract.

use bindery_sdk::Error;
use serde_json::{Map, Value};

/// A type that is spelt in JSON.
pub(crate) trait Form: Sized {
    /// The value of this JSON, which stands at `at`; `InvalidArguments` if it does not fit.
    fn read(value: &Value, at: &str) -> Result<Self, Error>;

    /// Its JSON; null is left out of an object.
    fn write(&self) -> Value;
}

/// The value of the key `key` of an object, which may lack it if the type can do without.
pub(crate) fn key<T: Form>(object: &Map<String, Value>, key: &str, at: &str) -> Result<T, Error> {
    T::read(object.get(key).unwrap_or(&Value::Null), &format!("{at}.{key}"))
}

/// The keys of an object, which must be among `known`.
pub(crate) fn object<'a>(
    value: &'a Value,
    known: &[&str],
    at: &str,
) -> Result<&'a Map<String, Value>, Error> {
    let object = value.as_object().ok_or_else(|| unfit(at, "an object", value))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Error::new("InvalidArguments", format!("`{at}` has no key `{key}`"))),
        None => Ok(object),
    }
}

pub(crate) fn unfit(at: &str, wanted: &str, value: &Value) -> Error {
    Error::new("InvalidArguments", format!("`{at}` must be {wanted}, and is {value}"))
}

impl Form for String {
    fn read(value: &Value, at: &str) -> Result<Self, Error> {
        value.as_str().map(str::to_owned).ok_or_else(|| unfit(at, "a string", value))
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Form for bool {
    fn read(value: &Value, at: &str) -> Result<Self, Error> {
        value.as_bool().ok_or_else(|| unfit(at, "true or false", value))
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

macro_rules! whole {
    ($($type:ty)+) => { $(
        impl Form for $type {
            fn read(value: &Value, at: &str) -> Result<Self, Error> {
                let number = value.as_u64().and_then(|number| number.try_into().ok());
                number.ok_or_else(|| {
                    unfit(at, &format!("a whole number from 0 to {}", Self::MAX), value)
                })
            }

            fn write(&self) -> Value {
                (*self).into()
            }
        }
    )+ };
}

whole! { u8 u32 u64 }

impl<T: Form> Form for Option<T> {
    fn read(value: &Value, at: &str) -> Result<Self, Error> {
        if value.is_null() { Ok(None) } else { T::read(value, at).map(Some) }
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}

impl<T: Form> Form for Vec<T> {
    fn read(value: &Value, at: &str) -> Result<Self, Error> {
        let items = value.as_array().ok_or_else(|| unfit(at, "an array", value))?;
        let each = items.iter().enumerate();
        each.map(|(nth, item)| T::read(item, &format!("{at}[{nth}]"))).collect()
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }
}

/// A record: an object.
macro_rules! record {
    ($type:path { $($field:ident: $key:literal,)+ }) => {
        impl crate::form::Form for $type {
            fn read(value: &serde_json::Value, at: &str) -> Result<Self, bindery_sdk::Error> {
                let object = crate::form::object(value, &[$($key),+], at)?;
                Ok(Self { $($field: crate::form::key(object, $key, at)?),+ })
            }

            fn write(&self) -> serde_json::Value {
                let mut object = serde_json::Map::new();
                $(match crate::form::Form::write(&self.$field) {
                    serde_json::Value::Null => {}
                    value => drop(object.insert($key.to_owned(), value)),
                })+
                object.into()
            }
        }
    };
}

/// An enum: a string.
macro_rules! cases {
    ($type:path { $($case:ident,)+ }) => {
        impl crate::form::Form for $type {
            fn read(value: &serde_json::Value, at: &str) -> Result<Self, bindery_sdk::Error> {
                match value.as_str() {
                    $(Some(stringify!($case)) => Ok(Self::$case),)+
                    _ => Err(crate::form::unfit(at, concat!($(stringify!($case), " "),+), value)),
                }
            }

            fn write(&self) -> serde_json::Value {
                match self { $(Self::$case => stringify!($case)),+ }.into()
            }
        }
    };
}

/// A variant: a string, or an object with one key.
macro_rules! variant {
    ($type:path { $($case:ident $(($value:ident))?: $key:literal,)+ }) => {
        impl crate::form::Form for $type {
            fn read(value: &serde_json::Value, at: &str) -> Result<Self, bindery_sdk::Error> {
                let key = match value.as_object().filter(|object| object.len() == 1) {
                    Some(object) => object.keys().next().map(String::as_str),
                    None => value.as_str(),
                };
                let carried = value.get(key.unwrap_or_default());
                $(if key == Some($key) {
                    $(let $value = crate::form::Form::read(carried.unwrap_or(&serde_json::Value::Null), at)?;)?
                    return Ok(Self::$case $(($value))?);
                })+
                Err(crate::form::unfit(at, concat!($($key, " "),+), value))
            }

            fn write(&self) -> serde_json::Value {
                match self {
                    $(Self::$case $(($value))? => {
                        let key = $key;
                        let plain = serde_json::Value::from(key);
                        $(let plain = {
                            drop(plain);
                            serde_json::json!({ key: crate::form::Form::write($value) })
                        };)?
                        plain
                    })+
                }
            }
        }
    };
}

pub(crate) use {cases, record, variant};
