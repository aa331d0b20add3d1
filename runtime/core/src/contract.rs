//! The contract as data: every operation with the form of its arguments and its reply.
//!
//! `sdk/abi/contract.json` is made from the WIT files and the table of operations by `cargo xtask
//! bless`. Guests of `bindery_v1` speak JSON, and this says which: [`Contract::arguments`] holds what
//! they pass against the form that WIT gives to components, and [`Contract::reply`] spells an answer
//! as they read it. The SDKs of languages without a component toolchain are made from it, too.

use crate::{
    code::{Code, Failure},
    operation::{Class, Operation},
    text::shown,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::LazyLock};

/// The contract that this host speaks.
///
/// # Panics
///
/// At its first use if the file of the build is not what `cargo xtask bless` writes.
pub static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../sdk/abi/contract.json"))
        .expect("the contract of the build is valid; a test reads it")
});

/// Types and operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// `bindery:runbook@0.1.0`.
    pub package: String,
    /// What `abi_version` of `bindery_v1` returns.
    pub abi_version: u32,
    /// The named types, by their names in WIT. No two interfaces share one.
    pub types: BTreeMap<String, Named>,
    /// The operations, in the order of their interfaces.
    pub operations: Vec<Described>,
}

/// A type with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// The interface that it is of.
    pub interface: String,
    /// What the WIT says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// What it is.
    #[serde(flatten)]
    pub form: Form,
}

/// What a named type is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// An object with these keys.
    Record(Vec<Field>),
    /// One of these strings.
    Enum(Vec<Case>),
    /// A string, or an object with one key.
    Variant(Vec<Case>),
    /// Another name of a type.
    Alias(Type),
}

/// A field of a record, or a parameter of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Its name in WIT; its JSON key is the same in camelCase.
    pub name: String,
    /// The form of its value.
    #[serde(rename = "type")]
    pub ty: Type,
    /// What the WIT says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// A case of an enum or a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Its name in WIT.
    pub name: String,
    /// What it carries.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// What the WIT says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// The form of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// 0 to 255.
    U8,
    /// 0 to 4,294,967,295.
    U32,
    /// 0 to 18,446,744,073,709,551,615.
    U64,
    /// A string.
    String,
    /// An array.
    List(Box<Type>),
    /// Absent, or the value.
    Option(Box<Type>),
    /// A type of [`Contract::types`].
    Named(String),
}

/// An operation and its forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// As `call` takes it: `job.context`.
    pub name: String,
    /// The WIT interface.
    pub interface: String,
    /// The function of that interface.
    pub function: String,
    /// What it does to the world.
    pub class: Class,
    /// The grant that it needs, with the kind of its mask: `jobs.start:<runbook>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// What the WIT says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// The keys of its arguments.
    pub parameters: Vec<Field>,
    /// The form of its reply; `null` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Type>,
}

/// What becomes of keys that a record does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Excess {
    Refused,
    Dropped,
}

impl Contract {
    /// The operation of this name.
    pub fn described(&self, name: &str) -> Option<&Described> {
        self.operations.iter().find(|operation| operation.name == name)
    }

    /// The arguments as every level passes them: in the form of the operation's WIT, without what is
    /// absent. `InvalidArguments` names the first place that has another form.
    pub fn arguments(&self, operation: &Operation, given: &Value) -> Result<Value, Failure> {
        let described = self.need(operation)?;
        self.record(&described.parameters, given, Excess::Refused, "").map_err(|reason| {
            let message = format!("`{}`: {reason}", operation.name);
            Failure::new(Code::InvalidArguments, message)
        })
    }

    /// The reply as guests of `bindery_v1` read it: without what is absent or not in the contract.
    /// `Internal` if it has another form.
    pub fn reply(&self, operation: &Operation, reply: &Value) -> Result<Value, Failure> {
        let Some(ty) = &self.need(operation)?.returns else { return Ok(Value::Null) };
        self.value(ty, reply, Excess::Dropped, "reply").map_err(|reason| {
            Failure::new(Code::Internal, format!("`{}`: {reason}", operation.name))
        })
    }

    fn need(&self, operation: &Operation) -> Result<&Described, Failure> {
        self.described(operation.name).ok_or_else(|| {
            Failure::new(Code::Internal, format!("`{}` is not in the contract", operation.name))
        })
    }

    fn record(
        &self,
        fields: &[Field],
        value: &Value,
        excess: Excess,
        at: &str,
    ) -> Result<Value, String> {
        let object = value.as_object().ok_or_else(|| wrong(at, "an object", value))?;
        let known = |key: &str| fields.iter().any(|field| camel(&field.name) == key);
        if excess == Excess::Refused
            && let Some(key) = object.keys().find(|key| !known(key))
        {
            let names: Vec<_> = fields.iter().map(|field| camel(&field.name)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(format!("{}there is no key `{}`, only: {names}", place(at), shown(key)));
        }
        let mut record = Map::new();
        for field in fields {
            let key = camel(&field.name);
            let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            match self.value(&field.ty, object.get(&key).unwrap_or(&Value::Null), excess, &at)? {
                Value::Null => {}
                value => drop(record.insert(key, value)),
            }
        }
        Ok(Value::Object(record))
    }

    fn value(&self, ty: &Type, value: &Value, excess: Excess, at: &str) -> Result<Value, String> {
        let whole = |most: u64| match value.as_u64() {
            Some(number) if number <= most => Ok(value.clone()),
            _ => Err(wrong(at, &format!("a whole number from 0 to {most}"), value)),
        };
        match ty {
            Type::Bool if value.is_boolean() => Ok(value.clone()),
            Type::Bool => Err(wrong(at, "true or false", value)),
            Type::U8 => whole(u8::MAX.into()),
            Type::U32 => whole(u32::MAX.into()),
            Type::U64 => whole(u64::MAX),
            Type::String if value.is_string() => Ok(value.clone()),
            Type::String => Err(wrong(at, "a string", value)),
            Type::List(item) => {
                let items = value.as_array().ok_or_else(|| wrong(at, "an array", value))?;
                let items = items.iter().enumerate();
                let items =
                    items.map(|(n, value)| self.value(item, value, excess, &format!("{at}[{n}]")));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Type::Option(_) if value.is_null() => Ok(Value::Null),
            Type::Option(ty) => self.value(ty, value, excess, at),
            Type::Named(name) => match self.types.get(name).map(|named| &named.form) {
                Some(Form::Alias(ty)) => self.value(ty, value, excess, at),
                Some(Form::Record(fields)) => self.record(fields, value, excess, at),
                Some(Form::Enum(cases)) => {
                    let is = |text: &str| cases.iter().any(|case| pascal(&case.name) == text);
                    match value.as_str() {
                        Some(text) if is(text) => Ok(value.clone()),
                        _ => Err(wrong(at, &one_of(cases, pascal), value)),
                    }
                }
                Some(Form::Variant(cases)) => self.variant(cases, value, excess, at),
                None => Err(format!("{}the contract has no type `{name}`", place(at))),
            },
        }
    }

    fn variant(
        &self,
        cases: &[Case],
        value: &Value,
        excess: Excess,
        at: &str,
    ) -> Result<Value, String> {
        let none = || wrong(at, &one_of(cases, camel), value);
        let case = |name: &str| cases.iter().find(|case| camel(&case.name) == name);
        if let Some(name) = value.as_str() {
            return match case(name).ok_or_else(none)?.ty {
                None => Ok(value.clone()),
                Some(_) => Err(wrong(at, &format!("{{\"{name}\": …}}"), value)),
            };
        }
        let object = value.as_object().filter(|object| object.len() == 1).ok_or_else(none)?;
        let (name, payload) = object.iter().next().ok_or_else(none)?;
        let ty = case(name).and_then(|case| case.ty.as_ref()).ok_or_else(none)?;
        let payload = self.value(ty, payload, excess, &format!("{at}.{name}"))?;
        Ok(Value::Object(Map::from_iter([(name.clone(), payload)])))
    }
}

/// `maintenance-window` as JSON keys have it: `maintenanceWindow`.
pub fn camel(kebab: &str) -> String {
    let mut words = kebab.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capitalised(word))
}

/// `if-required` as enums have it: `IfRequired`.
pub fn pascal(kebab: &str) -> String {
    kebab.split('-').map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("`{}`: ", shown(at)) }
}

/// At most so many characters of a value stand in a refusal.
const SHOWN: usize = 60;

fn wrong(at: &str, wanted: &str, value: &Value) -> String {
    let given = match value {
        Value::Null => "nothing".to_owned(),
        _ => shown(&value.to_string().chars().take(SHOWN).collect::<String>()),
    };
    format!("{}it must be {wanted}, and is {given}", place(at))
}

fn one_of(cases: &[Case], spell: fn(&str) -> String) -> String {
    let case = |case: &Case| match case.ty {
        None => format!("\"{}\"", spell(&case.name)),
        Some(_) => format!("{{\"{}\": …}}", spell(&case.name)),
    };
    cases.iter().map(case).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests;
