//! `sdk/javascript`: the forms of the contract, the objects with its operations, and their types for
//! TypeScript.

use super::prose::{HEADER, all_optional, interface_docs, interfaces, short, short_name, wrap};
use bindery_core::contract::{Case, Contract, Described, Field, Form, Named, Type, camel, pascal};

/// Columns of a documentation line, without its sign.
const WIDTH: usize = 94;

/// `contract.js`: types and operations as data, for the codec and the build.
pub(super) fn contract(contract: &Contract) -> String {
    let mut text = format!("// {HEADER}\n\n");
    text += "/** The named types. In a form `?` marks what may be absent, and `[]` a list. */\n";
    text += "export const types = {\n";
    for (name, named) in &contract.types {
        text += &format!("  {}: {},\n", key(name), form(&named.form));
    }
    text +=
        "};\n\n/** The operations, by their names in journals. */\nexport const operations = {\n";
    for operation in &contract.operations {
        text += &format!(
            "  {}: {{\n    namespace: {:?},\n    function: {:?},\n    interface: {:?},\n    grant: {},\n",
            key(&operation.name),
            namespace(&operation.interface),
            camel(&operation.function),
            operation.interface,
            operation.grant.as_ref().map_or("null".to_owned(), |grant| format!("{grant:?}")),
        );
        let parameters = fields(&operation.parameters, "      ", "    ");
        let returns = operation.returns.as_ref().map_or("null".to_owned(), quoted);
        text += &format!("    parameters: {parameters},\n    returns: {returns},\n  }},\n");
    }
    text + "};\n"
}

/// `operations.js`: an object per interface. What a runbook does not use of them falls away when it
/// is bundled, and with it the import.
pub(super) fn operations(contract: &Contract) -> String {
    let (package, version) = contract.package.split_once('@').unwrap_or((&contract.package, ""));
    let mut text = format!("// {HEADER}\n\n");
    for (interface, _) in interfaces(contract) {
        let host = host(interface);
        text += &format!("import * as {host} from \"{package}/{interface}@{version}\";\n");
    }
    text += "import { call } from \"./codec.js\";\n";
    for (interface, operations) in interfaces(contract) {
        text += &format!("\nexport const {} = {{\n", namespace(interface));
        for operation in operations {
            let function = camel(&operation.function);
            let names: Vec<_> = operation.parameters.iter().map(|it| camel(&it.name)).collect();
            let names = names.join(", ");
            let host = host(interface);
            text += &format!(
                "  {function}: ({names}) => call({:?}, {host}.{function}, [{names}]),\n",
                operation.name
            );
        }
        text += "};\n";
    }
    text
}

/// `operations.d.ts`: every type and every operation with its documentation.
pub(super) fn declarations(contract: &Contract) -> String {
    let mut text = format!("// {HEADER}\n");
    for (name, named) in &contract.types {
        text.push('\n');
        text += &declared(name, named);
    }
    for (interface, operations) in interfaces(contract) {
        text.push('\n');
        text += &docs(&interface_docs(interface, &operations), "");
        text += &format!("export declare const {}: {{\n", namespace(interface));
        for (at, operation) in operations.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text += &docs(&operation.docs, "  ");
            text += &signature(contract, operation);
        }
        text += "};\n";
    }
    text
}

fn declared(name: &str, named: &Named) -> String {
    let head = docs(&named.docs, "");
    let own = type_name(name);
    match &named.form {
        Form::Record(fields) => {
            let fields: String = fields
                .iter()
                .map(|field| {
                    let (optional, ty) = optional(&field.ty);
                    format!(
                        "{}  {}{optional}: {ty};\n",
                        docs(&field.docs, "  "),
                        camel(&field.name)
                    )
                })
                .collect();
            format!("{head}export interface {own} {{\n{fields}}}\n")
        }
        Form::Enum(cases) => {
            format!("{head}export type {own} =\n{};\n", union(cases, |it| quote(&pascal(&it.name))))
        }
        Form::Variant(cases) => format!("{head}export type {own} =\n{};\n", union(cases, variant)),
        Form::Alias(_) if name == "json" => format!("{head}export type {own} = any;\n"),
        Form::Alias(ty) => format!("{head}export type {own} = {};\n", spelled(ty)),
    }
}

/// The cases, one a line, each with its documentation.
fn union(cases: &[Case], spell: impl Fn(&Case) -> String) -> String {
    let case = |case: &Case| format!("{}  | {}", docs(&case.docs, "  "), spell(case));
    cases.iter().map(case).collect::<Vec<_>>().join("\n")
}

fn variant(case: &Case) -> String {
    match &case.ty {
        None => quote(&camel(&case.name)),
        Some(ty) => format!("{{ {}: {} }}", camel(&case.name), spelled(ty)),
    }
}

fn signature(contract: &Contract, operation: &Described) -> String {
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let (optional, ty) = optional(&parameter.ty);
            let optional = if all_optional(contract, &parameter.ty) { "?" } else { optional };
            format!("{}{optional}: {ty}", camel(&parameter.name))
        })
        .collect();
    let returns = match &operation.returns {
        None => "void".to_owned(),
        Some(Type::Option(ty)) => format!("{} | undefined", spelled(ty)),
        Some(ty) => spelled(ty),
    };
    format!("  {}({}): {returns};\n", camel(&operation.function), parameters.join(", "))
}

fn optional(ty: &Type) -> (&'static str, String) {
    match ty {
        Type::Option(ty) => ("?", spelled(ty)),
        ty => ("", spelled(ty)),
    }
}

/// A type as TypeScript has it.
fn spelled(ty: &Type) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::U8 | Type::U32 | Type::U64 => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::List(item) => format!("{}[]", spelled(item)),
        Type::Option(item) => format!("{} | undefined", spelled(item)),
        Type::Named(name) => type_name(name),
    }
}

/// `Error` is the language's own.
fn type_name(name: &str) -> String {
    if name == "error" { "Failure".to_owned() } else { pascal(name) }
}

fn form(form: &Form) -> String {
    match form {
        Form::Record(all) => format!("{{ record: {} }}", fields(all, "    ", "  ")),
        Form::Enum(cases) => {
            let case = |it: &Case| format!("    {}: {:?},\n", key(&pascal(&it.name)), it.name);
            format!("{{ enum: {{\n{}  }} }}", cases.iter().map(case).collect::<String>())
        }
        Form::Variant(cases) => {
            let case = |it: &Case| {
                let ty = it.ty.as_ref().map_or("null".to_owned(), quoted);
                format!("    {}: {ty},\n", key(&camel(&it.name)))
            };
            format!("{{ variant: {{\n{}  }} }}", cases.iter().map(case).collect::<String>())
        }
        Form::Alias(ty) => format!("{{ alias: {} }}", quoted(ty)),
    }
}

fn fields(fields: &[Field], indent: &str, end: &str) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let field = |it: &Field| format!("{indent}{}: {},\n", key(&camel(&it.name)), quoted(&it.ty));
    format!("{{\n{}{end}}}", fields.iter().map(field).collect::<String>())
}

fn quoted(ty: &Type) -> String {
    quote(&short(ty))
}

fn quote(text: &str) -> String {
    format!("\"{text}\"")
}

/// A property name, in quotes where it needs them.
fn key(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric());
    if plain { name.to_owned() } else { quote(name) }
}

fn namespace(interface: &str) -> String {
    camel(short_name(interface))
}

fn host(interface: &str) -> String {
    format!("{}Host", namespace(interface))
}

/// A doc comment; nothing where there are no words.
fn docs(docs: &str, indent: &str) -> String {
    let lines = wrap(docs, WIDTH);
    match lines.as_slice() {
        [] => String::new(),
        [line] if line.len() + indent.len() < WIDTH => format!("{indent}/** {line} */\n"),
        lines => {
            let line = |line: &String| format!("{indent} * {line}").trim_end().to_owned() + "\n";
            let lines: String = lines.iter().map(line).collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}
