//! Modules of an account.

use crate::{Client, error::ClientError};
use bindery_api::{
    modules::{ImportModule, Module, ModuleWit},
    page::{Page, PageQuery},
    routes::RouteId,
};
use bytes::Bytes;

impl Client {
    /// The modules of an account.
    pub async fn list_modules(
        &self,
        account: &str,
        page: &PageQuery,
    ) -> Result<Page<Module>, ClientError> {
        self.to(RouteId::ListModules, &[("account", account)]).query(page).reply().await
    }

    /// Imports a component, or a sealed bundle of one.
    pub async fn import_module(
        &self,
        account: &str,
        how: &ImportModule,
        file: Bytes,
    ) -> Result<Module, ClientError> {
        let request = self.to(RouteId::ImportModule, &[("account", account)]).query(how);
        request.bytes(crate::runbooks::media_type(&file), file).reply().await
    }

    /// One module.
    pub async fn module(&self, account: &str, module: &str) -> Result<Module, ClientError> {
        self.to(RouteId::GetModule, &[("account", account), ("module", module)]).reply().await
    }

    /// The WIT of what a module exports.
    pub async fn module_wit(&self, account: &str, module: &str) -> Result<ModuleWit, ClientError> {
        self.to(RouteId::GetModuleWit, &[("account", account), ("module", module)]).reply().await
    }

    /// Deletes a module.
    pub async fn delete_module(&self, account: &str, module: &str) -> Result<(), ClientError> {
        self.to(RouteId::DeleteModule, &[("account", account), ("module", module)]).done().await
    }
}
