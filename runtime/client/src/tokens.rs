//! Tokens, and the enrolment that uses one.

use crate::{Client, error::ClientError};
use bindery_api::{
    enrolment::{Enrol, Enrolled},
    page::{Page, PageQuery},
    routes::RouteId,
    tokens::{CreatedToken, NewToken, Token},
};

impl Client {
    /// Tokens, without their secrets.
    pub async fn list_tokens(&self, page: &PageQuery) -> Result<Page<Token>, ClientError> {
        self.to(RouteId::ListTokens, &[]).query(page).reply().await
    }

    /// Makes a token: the only reply that holds its secret.
    pub async fn create_token(&self, new: &NewToken) -> Result<CreatedToken, ClientError> {
        self.to(RouteId::CreateToken, &[]).json(new).reply().await
    }

    /// Revokes a token.
    pub async fn revoke_token(&self, token: &str) -> Result<(), ClientError> {
        self.to(RouteId::RevokeToken, &[("token", token)]).done().await
    }

    /// Makes an agent a computer of the workspace.
    pub async fn enrol(&self, agent: &Enrol) -> Result<Enrolled, ClientError> {
        self.to(RouteId::EnrolComputer, &[]).json(agent).reply().await
    }
}
