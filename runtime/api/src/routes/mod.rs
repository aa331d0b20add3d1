//! Routes: what paths there are, who may use them, what they take and what they answer.
//!
//! [`ROUTES`] is the only list of paths: the server builds its router from it, the client its
//! requests, and [`crate::openapi`] the document.

mod table;
mod url;

pub use table::{ROUTES, RouteId};
pub use url::url;

use bindery_core::account::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// How a path is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// It only reads.
    Get,
    /// It changes something.
    Post,
    /// It removes something.
    Delete,
}

impl Method {
    /// The spelling in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Delete => http::Method::DELETE,
        }
    }
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: without a token, or with something else that the handler checks.
    Public,
    /// The bearer of a token with at least this role.
    AtLeast(Role),
}

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What is in the body of a request or reply.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON of a type; `optional` if a request may leave it out.
    Json { schema: SchemaOf, optional: bool },
    /// Any JSON object: a schema or the OpenAPI document itself.
    AnyJson,
    /// Bytes of one of these media types; `optional` if a request may leave them out.
    Bytes { types: &'static [&'static str], optional: bool },
    /// Server-sent events, each with JSON of a type as its data.
    Events(SchemaOf),
    /// The connection becomes a WebSocket.
    WebSocket,
}

impl Body {
    /// The media types that it may have.
    pub fn media_types(&self) -> &'static [&'static str] {
        match self {
            Body::None | Body::WebSocket => &[],
            Body::Json { .. } | Body::AnyJson => &["application/json"],
            Body::Bytes { types, .. } => types,
            Body::Events(_) => &["text/event-stream"],
        }
    }
}

/// One method of one path.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Its name; in OpenAPI the `operationId`.
    pub id: RouteId,
    /// The method.
    pub method: Method,
    /// The path with its parameters, as in `/v1/runs/{run}`.
    pub path: &'static str,
    /// One sentence without full stop.
    pub summary: &'static str,
    /// Who may use it.
    pub access: Access,
    /// The query parameters: the properties of a struct.
    pub query: Option<SchemaOf>,
    /// What it takes.
    pub request: Body,
    /// What it answers when all is well.
    pub response: Body,
    /// The HTTP status when all is well.
    pub status: u16,
}

impl RouteId {
    /// The route of this name.
    pub fn route(self) -> &'static Route {
        &ROUTES[self as usize]
    }

    /// The method, for a router.
    pub fn method(self) -> http::Method {
        self.route().method.into()
    }

    /// The path with its parameters, for a router.
    pub fn path(self) -> &'static str {
        self.route().path
    }

    /// The path with `values` in place of its parameters; see [`url`].
    pub fn url(self, values: &[(&str, &str)]) -> String {
        url(self.path(), values)
    }
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The words of the table. Each takes a route and gives it back with one thing more.
impl Route {
    const fn new(id: RouteId, method: Method, path: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            summary,
            access: Access::AtLeast(Role::Reader),
            query: None,
            request: Body::None,
            response: Body::None,
            status: 200,
        }
    }

    const fn public(self) -> Self {
        Self { access: Access::Public, ..self }
    }

    const fn for_role(self, role: Role) -> Self {
        Self { access: Access::AtLeast(role), ..self }
    }

    const fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(schema_of::<T>), ..self }
    }

    const fn takes<T: JsonSchema>(self) -> Self {
        Self { request: Body::Json { schema: schema_of::<T>, optional: false }, ..self }
    }

    const fn may_take<T: JsonSchema>(self) -> Self {
        Self { request: Body::Json { schema: schema_of::<T>, optional: true }, ..self }
    }

    const fn takes_bytes(self, types: &'static [&'static str]) -> Self {
        Self { request: Body::Bytes { types, optional: false }, ..self }
    }

    const fn may_take_bytes(self, types: &'static [&'static str]) -> Self {
        Self { request: Body::Bytes { types, optional: true }, ..self }
    }

    const fn answers<T: JsonSchema>(self) -> Self {
        Self { response: Body::Json { schema: schema_of::<T>, optional: false }, ..self }
    }

    const fn answers_any_json(self) -> Self {
        Self { response: Body::AnyJson, ..self }
    }

    const fn answers_bytes(self, types: &'static [&'static str]) -> Self {
        Self { response: Body::Bytes { types, optional: false }, ..self }
    }

    const fn answers_events<T: JsonSchema>(self) -> Self {
        Self { response: Body::Events(schema_of::<T>), ..self }
    }

    const fn becomes_websocket(self) -> Self {
        Self { response: Body::WebSocket, status: 101, ..self }
    }

    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_stands_at_its_own_place_and_no_two_share_method_and_path() {
        let mut seen = BTreeSet::new();
        for (place, route) in ROUTES.iter().enumerate() {
            assert_eq!(route.id as usize, place, "{:?}", route.id);
            assert!(seen.insert((route.method.as_str(), route.path)), "{:?}", route.id);
        }
    }

    #[test]
    fn every_path_is_versioned_and_every_summary_is_a_sentence_without_full_stop() {
        for route in ROUTES {
            assert!(route.path.starts_with("/v1/"), "{}", route.path);
            assert!(!route.summary.ends_with('.'), "{}", route.summary);
            assert!(route.summary.starts_with(char::is_uppercase), "{}", route.summary);
        }
    }

    #[test]
    fn whatever_changes_something_needs_more_than_a_reader() {
        for route in ROUTES.iter().filter(|route| route.method != Method::Get) {
            let previews = matches!(route.id, RouteId::PreviewDeployment | RouteId::EnrolComputer);
            let allowed = route.access == Access::AtLeast(Role::Reader);
            assert!(previews || !allowed, "{:?}", route.id);
        }
    }
}
