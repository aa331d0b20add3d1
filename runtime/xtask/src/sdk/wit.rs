//! Reads the contract from its WIT files.

use anyhow::{Context, bail};
use bindery_core::{
    contract::{Case, Contract, Described, Field, Form, Named, Type},
    operation::{self, Operation},
};
use std::{collections::BTreeMap, path::Path};
use wit_parser::{Docs, Function, Interface, Resolve, TypeDefKind, TypeId};

/// What `abi_version` of `bindery_v1` returns.
const ABI_VERSION: u32 = 1;

/// The contract of `sdk/wit`, with every operation of the table.
pub(super) fn contract(root: &Path) -> anyhow::Result<Contract> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root.join("sdk/wit"))?;
    let mut types = BTreeMap::new();
    let mut operations = vec![];
    for (name, id) in &resolve.packages[package].interfaces {
        let interface = &resolve.interfaces[*id];
        for (name, named) in own_types(&resolve, name, interface)? {
            if types.insert(name.clone(), named).is_some() {
                bail!("two interfaces have a type `{name}`");
            }
        }
        for function in interface.functions.values() {
            let operation = operation::by_function(name, &function.name)
                .with_context(|| format!("`{name}.{}` is no operation", function.name))?;
            operations.push(described(&resolve, operation, function)?);
        }
    }
    let package = operation::instance_name("");
    let package = package.replace('/', "");
    operations.sort_by_key(|described| {
        operation::ALL.iter().position(|operation| operation.name == described.name)
    });
    Ok(Contract { package, abi_version: ABI_VERSION, types, operations })
}

/// The types that an interface defines; those that it uses are another's.
fn own_types(
    resolve: &Resolve,
    name: &str,
    interface: &Interface,
) -> anyhow::Result<Vec<(String, Named)>> {
    let mut types = vec![];
    for (own, id) in &interface.types {
        if origin(resolve, *id) != *id {
            continue;
        }
        let found = &resolve.types[*id];
        let form = match &found.kind {
            TypeDefKind::Record(record) => {
                let field =
                    |it: &wit_parser::Field| field(resolve, &it.name, &it.ty, docs(&it.docs));
                Form::Record(record.fields.iter().map(field).collect::<anyhow::Result<_>>()?)
            }
            TypeDefKind::Enum(cases) => {
                let case = |it: &wit_parser::EnumCase| Case {
                    name: it.name.clone(),
                    ty: None,
                    docs: docs(&it.docs),
                };
                Form::Enum(cases.cases.iter().map(case).collect())
            }
            TypeDefKind::Variant(variant) => {
                let case = |it: &wit_parser::Case| {
                    let ty = it.ty.as_ref().map(|ty| form_of(resolve, ty)).transpose()?;
                    Ok(Case { name: it.name.clone(), ty, docs: docs(&it.docs) })
                };
                Form::Variant(variant.cases.iter().map(case).collect::<anyhow::Result<_>>()?)
            }
            TypeDefKind::Type(ty) => Form::Alias(form_of(resolve, ty)?),
            other => bail!("`{own}`: the contract has no {}", other.as_str()),
        };
        let named = Named { interface: name.to_owned(), docs: docs(&found.docs), form };
        types.push((own.clone(), named));
    }
    Ok(types)
}

fn described(
    resolve: &Resolve,
    operation: &Operation,
    function: &Function,
) -> anyhow::Result<Described> {
    let parameters = function
        .params
        .iter()
        .map(|it| field(resolve, &it.name, &it.ty, String::new()))
        .collect::<anyhow::Result<_>>()?;
    let returns = match function.result {
        Some(wit_parser::Type::Id(id)) => match &resolve.types[id].kind {
            TypeDefKind::Result(result) => result.ok,
            _ => bail!("`{}` must return a result", operation.name),
        },
        _ => bail!("`{}` must return a result", operation.name),
    };
    let grant = operation.power.map(|power| match power.masked() {
        true => format!("{}:<{}>", power.as_str(), mask(operation)),
        false => power.as_str().to_owned(),
    });
    Ok(Described {
        name: operation.name.to_owned(),
        interface: operation.interface.to_owned(),
        function: operation.function.to_owned(),
        class: operation.class,
        grant,
        docs: docs(&function.docs),
        parameters,
        returns: returns.map(|ty| form_of(resolve, &ty)).transpose()?,
    })
}

/// What the mask of the operation's grant is held against: the one subject of its interface.
fn mask(operation: &Operation) -> &'static str {
    let same = operation::ALL.iter().filter(|it| it.power == operation.power);
    match same.filter_map(|it| it.subject).next() {
        // Of a URL only the host counts.
        Some("url") => "host",
        subject => subject.unwrap_or("name"),
    }
}

fn field(
    resolve: &Resolve,
    name: &str,
    ty: &wit_parser::Type,
    docs: String,
) -> anyhow::Result<Field> {
    Ok(Field { name: name.to_owned(), ty: form_of(resolve, ty)?, docs })
}

fn form_of(resolve: &Resolve, ty: &wit_parser::Type) -> anyhow::Result<Type> {
    use wit_parser::Type as Wit;
    Ok(match ty {
        Wit::Bool => Type::Bool,
        Wit::U8 => Type::U8,
        Wit::U32 => Type::U32,
        Wit::U64 => Type::U64,
        Wit::String => Type::String,
        Wit::Id(id) => {
            let id = origin(resolve, *id);
            let found = &resolve.types[id];
            match (&found.name, &found.kind) {
                (Some(name), _) => Type::Named(name.clone()),
                (None, TypeDefKind::List(ty)) => Type::List(Box::new(form_of(resolve, ty)?)),
                (None, TypeDefKind::Option(ty)) => Type::Option(Box::new(form_of(resolve, ty)?)),
                (None, other) => bail!("the contract has no {}", other.as_str()),
            }
        }
        other => bail!("the contract has no {other:?}"),
    })
}

/// The type that `use` brought here.
fn origin(resolve: &Resolve, id: TypeId) -> TypeId {
    match resolve.types[id].kind {
        TypeDefKind::Type(wit_parser::Type::Id(used)) => origin(resolve, used),
        _ => id,
    }
}

fn docs(docs: &Docs) -> String {
    docs.contents.clone().unwrap_or_default().trim().to_owned()
}
