//! The contract in Zig: `sdk/zig/contract.zig`, in the form that `zig fmt` leaves alone.
//!
//! A namespace for each first half of an operation's name (`updates.plan` is `plan` in `updates`),
//! with the types of its interfaces. An operation with parameters takes them as one struct.

use bindery_core::{
    code::Code,
    contract::{Case, Contract, Described, Field, Form, Named, Type, camel, pascal},
    operation::Class,
};
use std::{collections::BTreeMap, fmt::Write as _};

const HEAD: &str = "\
//! The types and operations of the contract.
//! Made from sdk/wit by `cargo xtask bless`. Do not edit.

const std = @import(\"std\");
const host = @import(\"host.zig\");
const Allocator = std.mem.Allocator;
";

/// Words that are no names in Zig.
const KEYWORDS: &[&str] = &[
    "addrspace",
    "align",
    "allowzero",
    "and",
    "anyframe",
    "anytype",
    "asm",
    "break",
    "callconv",
    "catch",
    "comptime",
    "const",
    "continue",
    "defer",
    "else",
    "enum",
    "errdefer",
    "error",
    "export",
    "extern",
    "fn",
    "for",
    "if",
    "inline",
    "linksection",
    "noalias",
    "noinline",
    "nosuspend",
    "opaque",
    "or",
    "orelse",
    "packed",
    "pub",
    "resume",
    "return",
    "struct",
    "suspend",
    "switch",
    "test",
    "threadlocal",
    "try",
    "union",
    "unreachable",
    "var",
    "volatile",
    "while",
];

/// `sdk/zig/contract.zig`.
pub(crate) fn zig(contract: &Contract) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(&errors());
    let namespaces = namespaces(contract);
    for (name, named) in contract.types.iter().filter(|(_, named)| named.interface == "types") {
        text.push('\n');
        text.push_str(&defined(&Scope { contract, namespaces: &namespaces, own: "" }, name, named));
    }
    let mut done = vec![];
    for operation in &contract.operations {
        let own = first_half(operation);
        if !done.contains(&own) {
            done.push(own);
            text.push_str(&namespace(&Scope { contract, namespaces: &namespaces, own }));
        }
    }
    text.push_str("\n/// Every operation: its name, and the function that calls it.\n");
    text.push_str("pub const operations = .{\n");
    for Described { name, .. } in &contract.operations {
        let (own, function) = halves(name);
        let _ = writeln!(text, "    .{{ \"{name}\", {own}.{} }},", word(&camel(function)));
    }
    text + "};\n"
}

/// Where names are written, and what they are relative to.
struct Scope<'a> {
    contract: &'a Contract,
    /// The namespace of each interface's types.
    namespaces: &'a BTreeMap<&'a str, &'a str>,
    own: &'a str,
}

fn errors() -> String {
    let mut text = "
/// The codes of the host as errors. `OtherCode` is one that this SDK does not know; `NotInRunbook` and
/// `InvalidJson` are the SDK's own.
pub const Error = error{
    OutOfMemory,
    OtherCode,
    NotInRunbook,
    InvalidJson,
"
    .to_owned();
    for code in Code::ALL {
        let _ = writeln!(text, "    /// {}", code.remedy().replace('\n', " "));
        let _ = writeln!(text, "    {},", code.as_str());
    }
    text + "};\n"
}

/// The first half of the name of the first operation of each interface.
fn namespaces(contract: &Contract) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    for operation in &contract.operations {
        found.entry(operation.interface.as_str()).or_insert_with(|| first_half(operation));
    }
    found
}

fn halves(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, name))
}

fn first_half(operation: &Described) -> &str {
    halves(&operation.name).0
}

fn namespace(scope: &Scope<'_>) -> String {
    let own = |interface: &str| scope.namespaces.get(interface) == Some(&scope.own);
    let mut parts = vec![];
    for (name, named) in scope.contract.types.iter().filter(|(_, named)| own(&named.interface)) {
        parts.push(defined(scope, name, named));
    }
    let ours = |operation: &&Described| first_half(operation) == scope.own;
    for operation in scope.contract.operations.iter().filter(ours) {
        parts.push(function(scope, operation));
    }
    let body = indented(&parts.join("\n"));
    format!("\npub const {} = struct {{\n{body}}};\n", word(scope.own))
}

fn defined(scope: &Scope<'_>, name: &str, named: &Named) -> String {
    let docs = docs(&named.docs);
    let name = type_name(name);
    match &named.form {
        Form::Alias(ty) => format!("{docs}pub const {name} = {};\n", spelt(scope, ty)),
        Form::Record(record) => format!("{docs}{}", structure(scope, &name, record)),
        Form::Enum(list) => {
            format!("{docs}pub const {name} = enum {{\n{}}};\n", cases(scope, list))
        }
        Form::Variant(list) => {
            format!("{docs}pub const {name} = union(enum) {{\n{}}};\n", cases(scope, list))
        }
    }
}

fn structure(scope: &Scope<'_>, name: &str, record: &[Field]) -> String {
    let mut text = format!("pub const {name} = struct {{\n");
    for field in record {
        text.push_str(&indented(&docs(&field.docs)));
        let default = if matches!(field.ty, Type::Option(_)) { " = null" } else { "" };
        let ty = spelt(scope, &field.ty);
        let _ = writeln!(text, "    {}: {ty}{default},", word(&snake(&field.name)));
    }
    text + "};\n"
}

fn cases(scope: &Scope<'_>, list: &[Case]) -> String {
    let mut text = String::new();
    for case in list {
        text.push_str(&indented(&docs(&case.docs)));
        let payload = case.ty.as_ref().map(|ty| format!(": {}", spelt(scope, ty)));
        let payload = payload.unwrap_or_default();
        let _ = writeln!(text, "    {}{payload},", word(&snake(&case.name)));
    }
    text
}

fn function(scope: &Scope<'_>, operation: &Described) -> String {
    let mut text = String::new();
    let half = halves(&operation.name).1;
    let structure_name = format!("{}Arguments", pascal(half));
    let mut arguments = vec![];
    if operation.returns.is_some() {
        arguments.push("arena: Allocator".to_owned());
    }
    let (mut given, arena) =
        ("struct {}{}", if arguments.is_empty() { "host.gpa" } else { "arena" });
    if !operation.parameters.is_empty() {
        let _ = writeln!(text, "/// What `{}` takes.", camel(half));
        text.push_str(&structure(scope, &structure_name, &operation.parameters));
        text.push('\n');
        arguments.push(format!("arguments: {structure_name}"));
        given = "arguments";
    }
    text.push_str(&docs(&operation.docs));
    if !operation.docs.is_empty() {
        text.push_str("///\n");
    }
    let grant = match &operation.grant {
        Some(grant) => format!("needs the grant `{grant}`"),
        None => "always granted".to_owned(),
    };
    let class = match operation.class {
        Class::Read => "changes nothing",
        Class::Idempotent => "twice is the same as once",
        Class::WriteOnce => "happens once",
    };
    let _ = writeln!(text, "/// Operation `{}`: {grant}; {class}.", operation.name);
    let reply = operation.returns.as_ref().map_or("void".to_owned(), |ty| spelt(scope, ty));
    let (name, arguments) = (word(&camel(half)), arguments.join(", "));
    let _ = writeln!(text, "pub fn {name}({arguments}) Error!{reply} {{");
    let called = format!("{reply}, {arena}, \"{}\", {given}", operation.name);
    let _ = writeln!(text, "    return host.invoke({called});\n}}");
    text
}

fn spelt(scope: &Scope<'_>, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U32 => "u32".into(),
        Type::U64 => "u64".into(),
        Type::String => "[]const u8".into(),
        Type::List(item) => format!("[]const {}", spelt(scope, item)),
        Type::Option(ty) => format!("?{}", spelt(scope, ty)),
        Type::Named(name) => {
            let interface = scope.contract.types.get(name).map(|named| named.interface.as_str());
            match interface.and_then(|interface| scope.namespaces.get(interface)) {
                Some(other) if *other != scope.own => {
                    format!("{}.{}", word(other), type_name(name))
                }
                _ => type_name(name),
            }
        }
    }
}

/// `error` is an error set in Zig, so the record is a `Failure`.
fn type_name(name: &str) -> String {
    if name == "error" { "Failure".into() } else { pascal(name) }
}

fn snake(kebab: &str) -> String {
    kebab.replace('-', "_")
}

fn word(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("@\"{name}\"") } else { name.into() }
}

fn docs(docs: &str) -> String {
    let line = |line: &str| match line {
        "" => "///\n".to_owned(),
        line => format!("/// {line}\n"),
    };
    docs.lines().map(line).collect()
}

fn indented(text: &str) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    };
    text.lines().map(line).collect()
}
