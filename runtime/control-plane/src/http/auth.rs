//! Who may use a route: the bearer token is held against the route's line in the table, here and
//! nowhere else.

use crate::{app::tokens::Caller, http::problem::Refusal, plane::ControlPlane};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use bindery_api::routes::{Access, Route};
use bindery_core::{
    account::Role,
    code::{Code, Failure},
};

/// Lets a request through to the handler of `route`, with its [`Caller`] unless the route is
/// public; gives the reply the status of the table.
pub(super) async fn admit(
    State((plane, route)): State<(ControlPlane, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if let Access::AtLeast(role) = route.access {
        let caller = caller(&plane, request.headers(), role).await?;
        request.extensions_mut().insert(caller);
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::from_u16(route.status).unwrap_or(StatusCode::OK);
    }
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    Ok(response)
}

async fn caller(plane: &ControlPlane, headers: &HeaderMap, role: Role) -> Result<Caller, Failure> {
    let secret = bearer(headers)
        .ok_or_else(|| Failure::new(Code::Unauthenticated, "the request has no bearer token"))?;
    let caller = plane.authenticate(secret).await?;
    if caller.role >= role {
        return Ok(caller);
    }
    let message =
        format!("the token `{}` is for {:?}; this needs {role:?}", caller.name, caller.role);
    Err(Failure::new(Code::Forbidden, message))
}

/// The token of `Authorization: Bearer …`; the scheme's case does not count.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_taken() {
        let of = |value: &'static str| {
            let headers = [(header::AUTHORIZATION, HeaderValue::from_static(value))];
            bearer(&headers.into_iter().collect()).map(str::to_owned)
        };
        assert_eq!(of("Bearer bnd-api.x").as_deref(), Some("bnd-api.x"));
        assert_eq!(of("bearer  bnd-api.x ").as_deref(), Some("bnd-api.x"));
        assert_eq!(of("Basic bnd-api.x"), None);
        assert_eq!(of("bnd-api.x"), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
