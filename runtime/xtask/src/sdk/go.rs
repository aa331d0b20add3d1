//! The Go SDK's part that follows from the contract: the shared types, a package per interface, and
//! the dispatch of its conformance guest. Written as `gofmt` writes it; reads and writes no file.

mod dispatch;
mod text;
mod types;

use self::{
    text::{acronyms, comment, first_lower, sentence},
    types::{Place, base, go_type, is_json, is_list_of_json, is_milliseconds},
};
use bindery_core::contract::{Case, Contract, Described, Field, Form, Type, camel, pascal};
use std::collections::BTreeSet;

const HEADER: &str = "// Made from sdk/wit by `cargo xtask bless`. Do not edit.\n\n";

/// What Go calls an interface, and what it is about.
struct Package {
    interface: &'static str,
    name: &'static str,
    docs: &'static str,
}

const PACKAGES: &[Package] = &[
    Package { interface: "types", name: "bindery", docs: "" },
    Package { interface: "job", name: "job", docs: "says who and where this job is." },
    Package {
        interface: "streams",
        name: "streams",
        docs: "is what the job says. A record holds at most 1 MiB.",
    },
    Package { interface: "timers", name: "timers", docs: "has durable time." },
    Package {
        interface: "update-inventory",
        name: "updates",
        docs: "tells which updates this computer lacks and has. It changes nothing.",
    },
    Package {
        interface: "update-installer",
        name: "installer",
        docs: "changes what is installed on this computer.",
    },
    Package { interface: "power", name: "power", docs: "reboots this computer." },
    Package {
        interface: "fleet-inventory",
        name: "fleet",
        docs: "lists the computers of the workspace. It changes nothing.",
    },
    Package {
        interface: "fleet-admin",
        name: "fleetadmin",
        docs: "makes computers Hybrid Runbook Workers of this account.",
    },
    Package {
        interface: "children",
        name: "children",
        docs: "starts runbooks as child jobs, and waits for them.",
    },
    Package { interface: "records", name: "records", docs: "appends rows to the account's log." },
    Package {
        interface: "files",
        name: "files",
        docs: "reads small text files of this computer. It changes nothing.",
    },
    Package {
        interface: "files-admin",
        name: "filesadmin",
        docs: "changes small text files of this computer.",
    },
    Package { interface: "process", name: "process", docs: "runs programs of this computer." },
    Package { interface: "http", name: "http", docs: "sends requests over HTTP." },
    Package {
        interface: "assets",
        name: "assets",
        docs: "reads the account's shared assets. It changes nothing.",
    },
    Package {
        interface: "assets-admin",
        name: "assetsadmin",
        docs: "changes the account's shared assets.",
    },
];

/// `sdk/go/types.go`: what the packages share.
pub(crate) fn shared(contract: &Contract) -> String {
    let mut body = String::new();
    for (name, named) in own_types(contract, "types") {
        match &named.form {
            // A time is the standard library's; a length of time is written by hand.
            Form::Alias(_) if !is_json(contract, &Type::Named(name.to_owned())) => {}
            form => body += &definition(contract, "types", name, &named.docs, form),
        }
    }
    file("bindery", "", "", &body)
}

/// The package of an interface, such as `sdk/go/updates/updates.go`.
pub(crate) fn package(contract: &Contract, interface: &str) -> String {
    let mut body = String::new();
    for (name, named) in own_types(contract, interface) {
        body += &definition(contract, interface, name, &named.docs, &named.form);
    }
    let operations = || contract.operations.iter().filter(|it| it.interface == interface);
    for operation in operations() {
        body += &function(contract, operation);
    }
    let package = package_of(interface);
    let grant = operations().find_map(|it| it.grant.as_deref()).map_or_else(
        || "It is always granted.".to_owned(),
        |grant| format!("Its grant is `{grant}`."),
    );
    let docs = format!("Package {} {}\n{grant}", package.name, package.docs);
    file(package.name, &comment("", &docs), package.name, &body)
}

/// `sdk/go/conformance/dispatch.go`: every operation from JSON and to JSON.
pub(crate) fn dispatch(contract: &Contract) -> String {
    file("main", "", "main", &dispatch::table(contract))
}

/// What the standard library gives, by the package's name in code.
const STANDARD: [(&str, &str); 4] = [
    ("json", "encoding/json/v2"),
    ("jsontext", "encoding/json/jsontext"),
    ("fmt", "fmt"),
    ("time", "time"),
];

/// A file with the imports that its body needs.
fn file(name: &str, docs: &str, own: &str, body: &str) -> String {
    let standard = STANDARD.iter().filter(|(package, _)| uses(body, package));
    let standard: BTreeSet<_> = standard.map(|(_, path)| format!("\t\"{path}\"\n")).collect();
    let ours = PACKAGES.iter().filter(|package| package.name != own && uses(body, package.name));
    let ours: BTreeSet<_> = ours
        .map(|package| match package.interface {
            "types" => "\t\"bindery\"\n".to_owned(),
            _ => format!("\t\"bindery/{}\"\n", package.name),
        })
        .collect();
    let groups = [standard, ours].map(|group| group.into_iter().collect::<String>());
    let groups: Vec<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    let imports = match groups.join("\n") {
        none if none.is_empty() => none,
        lines => format!("import (\n{lines})\n\n"),
    };
    let text = format!("{HEADER}{docs}package {name}\n\n{imports}{body}");
    text.trim_end().to_owned() + "\n"
}

/// Whether `package.` stands in the code, neither in a comment nor in a string.
fn uses(body: &str, package: &str) -> bool {
    let wanted = format!("{package}.");
    let code = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.flat_map(|line| line.split('"').step_by(2));
    code.flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '.'))
        .any(|word| word.starts_with(&wanted))
}

fn own_types<'a>(
    contract: &'a Contract,
    interface: &'a str,
) -> impl Iterator<Item = (&'a str, &'a bindery_core::contract::Named)> {
    let own = contract.types.iter().filter(move |(_, named)| named.interface == interface);
    own.map(|(name, named)| (name.as_str(), named))
}

fn package_of(interface: &str) -> &'static Package {
    let found = PACKAGES.iter().find(|package| package.interface == interface);
    found.expect("every interface of the contract has a package")
}

fn definition(contract: &Contract, interface: &str, name: &str, docs: &str, form: &Form) -> String {
    let go = acronyms(name);
    let docs = if docs.is_empty() {
        format!("{go} is `{name}` of the contract's interface `{interface}`.")
    } else {
        format!("{go} is {}", first_lower(docs))
    };
    let docs = comment("", &docs);
    match form {
        Form::Record(fields) => {
            let ty = |field: &Field| go_type(contract, interface, &field.ty, Place::Field);
            let fields = self::fields(fields, "\t", ty);
            format!("{docs}type {go} struct {{\n{fields}}}\n\n")
        }
        Form::Enum(cases) => format!("{docs}type {go} string\n\n{}", constants(&go, cases)),
        Form::Variant(cases) => docs + &variant(contract, interface, &go, cases),
        Form::Alias(_) => format!("{docs}type {go} string\n\n"),
    }
}

/// The lines of a struct, in columns as far as no comment comes between.
fn fields(fields: &[Field], indent: &str, ty: impl Fn(&Field) -> String) -> String {
    let mut rows = Vec::new();
    for field in fields {
        let absent = if matches!(field.ty, Type::Option(_)) { ",omitzero" } else { "" };
        let tag = format!("`json:\"{}{absent}\"`", camel(&field.name));
        let docs = comment(indent, &field.docs);
        rows.push((docs, vec![acronyms(&field.name), ty(field), tag]));
    }
    columns(&rows, indent)
}

fn constants(go: &str, cases: &[Case]) -> String {
    let rows: Vec<_> = cases
        .iter()
        .map(|case| {
            let value = format!("= \"{}\"", pascal(&case.name));
            let name = format!("{go}{}", acronyms(&case.name));
            (comment("\t", &case.docs), vec![name, go.to_owned(), value])
        })
        .collect();
    format!("// The cases of {go}.\nconst (\n{})\n\n", columns(&rows, "\t"))
}

/// Rows with a comment before each; a comment ends the columns of the rows before it.
fn columns(rows: &[(String, Vec<String>)], indent: &str) -> String {
    let mut text = String::new();
    let mut rest = rows;
    while let Some(((docs, first), others)) = rest.split_first() {
        let along = others.iter().take_while(|(docs, _)| docs.is_empty()).count();
        let together = || std::iter::once(first).chain(others[..along].iter().map(|row| &row.1));
        let width = |at: usize| together().map(|row| row[at].len()).max().unwrap_or_default();
        let (name, ty) = (width(0), width(1));
        text += docs;
        for row in together() {
            text += &format!("{indent}{:name$} {:ty$} {}\n", row[0], row[1], row[2]);
        }
        rest = &others[along..];
    }
    text
}

/// A struct that is made by a function per case, and looked into by a method per case.
fn variant(contract: &Contract, interface: &str, go: &str, cases: &[Case]) -> String {
    let mut text = format!("type {go} struct {{\n\tname    string\n\tpayload any\n}}\n\n");
    let (mut reads, mut plain) = (String::new(), String::new());
    for case in cases {
        let (name, key) = (acronyms(&case.name), camel(&case.name));
        let docs = if case.docs.is_empty() {
            String::new()
        } else {
            format!(": {}", first_lower(&case.docs))
        };
        let docs = comment("", &format!("{go}{name} makes a {go}{docs}"));
        let Some(ty) = &case.ty else {
            text += &format!(
                "{docs}func {go}{name}() {go} {{\n\treturn {go}{{name: \"{key}\"}}\n}}\n\n"
            );
            plain += &format!("\tcase `\"{key}\"`:\n\t\t*t = {go}{name}()\n\t\treturn nil\n");
            continue;
        };
        let ty = go_type(contract, interface, ty, Place::Field);
        text += &format!(
            "{docs}func {go}{name}({key} {ty}) {go} {{\n\
             \treturn {go}{{name: \"{key}\", payload: {key}}}\n}}\n\n\
             // {name} returns what the case `{key}` carries, and whether it is that case.\n\
             func (t {go}) {name}() ({ty}, bool) {{\n\
             \tpayload, ok := t.payload.({ty})\n\
             \treturn payload, ok && t.name == \"{key}\"\n}}\n\n"
        );
        reads += &format!(
            "\tif payload, ok := cases[\"{key}\"]; ok && len(cases) == 1 {{\n\
             \t\tvar {key} {ty}\n\
             \t\terr := json.Unmarshal(payload, &{key})\n\
             \t\t*t = {go}{name}({key})\n\
             \t\treturn err\n\t}}\n"
        );
    }
    let one_of = cases.iter().map(|case| camel(&case.name)).collect::<Vec<_>>().join(", ");
    let makers = cases.iter().map(|case| go.to_owned() + &acronyms(&case.name));
    let makers = makers.collect::<Vec<_>>().join(", ");
    text + &format!(
        "// MarshalJSON writes it as the contract spells it.\n\
         func (t {go}) MarshalJSON() ([]byte, error) {{\n\
         \tif t.name == \"\" {{\n\
         \t\treturn nil, bindery.Errorf(\"InvalidArguments\", \"an empty {go}: make it with one of {makers}\")\n\
         \t}}\n\
         \tif t.payload == nil {{\n\t\treturn json.Marshal(t.name)\n\t}}\n\
         \treturn json.Marshal(map[string]any{{t.name: t.payload}})\n}}\n\n\
         // UnmarshalJSON reads what MarshalJSON writes.\n\
         func (t *{go}) UnmarshalJSON(text []byte) error {{\n\
         \tswitch string(text) {{\n{plain}\t}}\n\
         \tvar cases map[string]jsontext.Value\n\
         \tif err := json.Unmarshal(text, &cases); err != nil {{\n\t\treturn err\n\t}}\n\
         {reads}\
         \treturn fmt.Errorf(\"%s is none of {one_of}\", text)\n}}\n\n",
    )
}

/// The function of an operation.
fn function(contract: &Contract, operation: &Described) -> String {
    let go = acronyms(&operation.function);
    let interface = &operation.interface;
    let mut docs = sentence(&go, &operation.docs);
    docs += &format!("\n\nThe operation `{}`", operation.name);
    docs += &operation.grant.as_ref().map_or_else(
        || ", which is always granted.".to_owned(),
        |grant| format!("; it needs the grant `{grant}`."),
    );
    let generic = operation.parameters.iter().any(|it| is_list_of_json(contract, &it.ty));
    let generic = if generic { "[T any]" } else { "" };
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|it| {
            let ty = go_type(contract, interface, &it.ty, Place::Parameter);
            format!("{} {ty}", parameter(it))
        })
        .collect();
    let returns = operation.returns.as_ref();
    let returned = returns.map(|ty| go_type(contract, interface, ty, Place::Return));
    let answer =
        returned.as_ref().map_or_else(|| "error".to_owned(), |ty| format!("({ty}, error)"));
    let (encoded, given) = arguments(contract, operation, returned.is_some());
    let name = &operation.name;
    let has_err = operation.parameters.iter().any(|it| is_json(contract, base(&it.ty)));
    let assign = if has_err { "=" } else { ":=" };
    let body = match (returns, returned) {
        (Some(ty), Some(returned)) => {
            let reply = go_type(contract, interface, ty, Place::Field);
            let back = match reply == returned {
                true => "reply".to_owned(),
                false => types::converted(&returned, "reply"),
            };
            format!(
                "\tvar reply {reply}\n{encoded}\terr {assign} bindery.Call(\"{name}\", {given}, \
                 &reply)\n\treturn {back}, err\n"
            )
        }
        _ => format!("{encoded}\treturn bindery.Call(\"{name}\", {given}, nil)\n"),
    };
    let parameters = parameters.join(", ");
    let docs = comment("", &docs);
    format!("{docs}func {go}{generic}({parameters}) {answer} {{\n{body}}}\n\n")
}

/// What is encoded before the call, and the object that is passed.
fn arguments(contract: &Contract, operation: &Described, replies: bool) -> (String, String) {
    if operation.parameters.is_empty() {
        return (String::new(), "nil".into());
    }
    let back = if replies { "return reply, err" } else { "return err" };
    let interface = &operation.interface;
    let ty = |field: &Field| go_type(contract, interface, &field.ty, Place::Field);
    let mut encoded = String::new();
    let mut values = Vec::new();
    for field in &operation.parameters {
        let name = parameter(field);
        let value = if is_list_of_json(contract, &field.ty) {
            encoded += &format!(
                "\t{name}Text := make([]bindery.JSON, len({name}))\n\
                 \tfor at, value := range {name} {{\n\
                 \t\ttext, err := bindery.Encode(value)\n\
                 \t\tif err != nil {{\n\t\t\t{back}\n\t\t}}\n\
                 \t\t{name}Text[at] = text\n\t}}\n"
            );
            format!("{name}Text")
        } else if is_json(contract, base(&field.ty)) {
            encoded += &format!(
                "\t{name}Text, err := bindery.Encode({name})\n\
                 \tif err != nil {{\n\t\t{back}\n\t}}\n"
            );
            format!("{name}Text")
        } else if is_milliseconds(contract, base(&field.ty)) {
            types::converted(&ty(field), &name)
        } else {
            name
        };
        values.push(format!("{}: {value}", acronyms(&field.name)));
    }
    let fields = fields(&operation.parameters, "\t\t", ty);
    encoded += &format!("\ttype arguments struct {{\n{fields}\t}}\n");
    (encoded, format!("arguments{{{}}}", values.join(", ")))
}

/// The Go name of a parameter: none that hides what Go itself has.
fn parameter(field: &Field) -> String {
    match camel(&field.name) {
        name if name == "error" => "failure".into(),
        // That is what a call sends.
        name if name == "arguments" => "args".into(),
        name => name,
    }
}

#[cfg(test)]
mod tests;
