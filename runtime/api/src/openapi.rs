//! The OpenAPI 3.1 document, made from [`ROUTES`] and the types, without a server.
//!
//! `runtime/api/openapi.json` is the same text, committed: a change of the contract shows as a
//! diff.

use crate::{
    problem::{self, Problem},
    routes::{Access, Body, ROUTES, Route, SchemaOf},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// The document as a value.
pub fn openapi() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(route, &mut generator);
    }
    let problem = Problem::json_schema(&mut generator);
    let queries: Vec<_> = ROUTES.iter().filter_map(|r| name_of(r.query?, &mut generator)).collect();
    let mut schemas = generator.take_definitions(true);
    for query in queries {
        schemas.remove(&query);
    }
    schemas.insert("Problem".to_owned(), problem.to_value());
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bindery",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Sandboxed runbooks, and the patching of a fleet.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "An error with a stable code and what to do about it",
                "content": {
                    problem::MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } }
                },
            } },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

/// The document as it is committed.
pub fn openapi_text() -> String {
    // Serialising a `Value` cannot fail.
    let mut text = serde_json::to_string_pretty(&openapi()).unwrap_or_default();
    text.push('\n');
    text
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split('/').rfind(|part| is_noun(part)).unwrap_or("v1")],
        "security": match route.access {
            Access::Public => json!([]),
            Access::AtLeast(_) => json!([{ "token": [] }]),
        },
    });
    if let Access::AtLeast(role) = route.access {
        operation["x-minimum-role"] = json!(role);
    }
    let mut parameters = path_parameters(route.path);
    if let Some(query) = route.query {
        parameters.extend(query_parameters(query, generator));
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(content) = content(&route.request, generator) {
        let optional = matches!(
            route.request,
            Body::Json { optional: true, .. } | Body::Bytes { optional: true, .. }
        );
        operation["requestBody"] = json!({ "required": !optional, "content": content });
    }
    let mut success = json!({ "description": reason(route.status) });
    if let Some(content) = content(&route.response, generator) {
        success["content"] = content;
    }
    operation["responses"] = json!({
        route.status.to_string(): success,
        "default": { "$ref": "#/components/responses/Problem" },
    });
    operation
}

fn operation_id(route: &Route) -> String {
    let name = route.id.as_str();
    name[..1].to_ascii_lowercase() + &name[1..]
}

/// What a path is about: the last of its parts that is a noun of the API.
fn is_noun(part: &str) -> bool {
    const NOUNS: &str = "accounts agent computers deployments enrol groups health jobs log modules runbooks runs \
                         tokens trust updates workers workspace";
    !part.is_empty() && NOUNS.split(' ').any(|noun| noun == part)
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("OK")
}

fn path_parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect()
}

/// One parameter for each property of the query's struct; the struct itself does not become a
/// schema of its own.
fn query_parameters(query: SchemaOf, generator: &mut SchemaGenerator) -> Vec<Value> {
    let schema =
        name_of(query, generator).and_then(|name| generator.definitions_mut().get(&name).cloned());
    let Some(Value::Object(properties)) = schema.map(|mut schema| schema["properties"].take())
    else {
        return vec![];
    };
    let one = |(name, mut schema): (String, Value)| {
        let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({ "name": name, "in": "query", "description": about, "schema": schema })
    };
    properties.into_iter().map(one).collect()
}

/// The name under which the generator keeps a struct.
fn name_of(schema: SchemaOf, generator: &mut SchemaGenerator) -> Option<String> {
    let reference = schema(generator).to_value();
    reference["$ref"].as_str()?.rsplit('/').next().map(str::to_owned)
}

fn content(body: &Body, generator: &mut SchemaGenerator) -> Option<Value> {
    let schema = match body {
        Body::None | Body::WebSocket => return None,
        Body::Json { schema, .. } => schema(generator).to_value(),
        Body::AnyJson => json!({ "type": "object" }),
        Body::Bytes { .. } => json!({}),
        Body::Events(schema) => json!({
            "type": "string",
            "description": "Server-sent events; the data of each is JSON of `contentSchema`",
            "contentMediaType": "application/json",
            "contentSchema": schema(generator).to_value(),
        }),
    };
    let types = body.media_types().iter();
    Some(types.map(|media| ((*media).to_owned(), json!({ "schema": schema }))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn the_committed_document_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let text = openapi_text();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, text).expect("openapi.json can be written");
            return;
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "the API changed: run `cargo xtask bless` and commit {path:?}");
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = openapi();
        let mut missing = BTreeSet::new();
        walk(&document, &mut |reference| {
            let pointer = reference.strip_prefix('#').expect("a local reference");
            if document.pointer(pointer).is_none() {
                missing.insert(reference.to_owned());
            }
        });
        assert!(missing.is_empty(), "{missing:?}");
    }

    fn walk(value: &Value, found: &mut impl FnMut(&str)) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    found(reference);
                }
                object.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
}
