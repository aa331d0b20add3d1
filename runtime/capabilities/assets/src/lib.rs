//! Shared assets of the account: kept by the control plane.
//!
//! The control plane answers with an [`Asset`], whose secrets are names. A runbook gets a text in place
//! of each, which the gate knows to be this job's; see `bindery_sandbox::secrets`.

use bindery_core::{
    asset::{Asset, SecretName},
    code::{Code, Failure},
    name::Name,
    operation::{
        ASSETS_GET_CERTIFICATE, ASSETS_GET_CONNECTION, ASSETS_GET_CREDENTIAL, ASSETS_GET_VARIABLE,
        ASSETS_SET_VARIABLE, Operation,
    },
};
use bindery_sandbox::{
    capability::{Call, Capability},
    secrets::Secrets,
    upstream::Upstream,
};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};

/// The capability.
pub struct Assets {
    upstream: Arc<dyn Upstream>,
}

impl Assets {
    /// Over the way to the control plane.
    pub fn new(upstream: Arc<dyn Upstream>) -> Self {
        Self { upstream }
    }
}

#[async_trait::async_trait]
impl Capability for Assets {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![
            &ASSETS_GET_VARIABLE,
            &ASSETS_GET_CREDENTIAL,
            &ASSETS_GET_CERTIFICATE,
            &ASSETS_GET_CONNECTION,
            &ASSETS_SET_VARIABLE,
        ]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let (job, operation) = (call.job.id, call.operation);
        let answer = self.upstream.call(job, call.sequence, operation.name, call.arguments).await?;
        if *operation == ASSETS_SET_VARIABLE {
            return Ok(Value::Null);
        }
        let asset: Asset = serde_json::from_value(answer).map_err(|error| {
            let message = format!("the control plane's answer is no asset: {error}");
            Failure::new(Code::Internal, message)
        })?;
        Ok(record(operation, asset, call.secrets))
    }

    /// The control plane knows: it changes nothing for a dry run.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.perform(call).await
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        // An agent that is cut off waits for its control plane; the job's own deadline still holds.
        None
    }
}

/// The record of the contract.
fn record(operation: &Operation, asset: Asset, secrets: &Secrets) -> Value {
    let Asset { kind, name, mut fields, secrets: names, .. } = asset;
    let refer = |field: &Name| {
        secrets.refer(&SecretName { kind, asset: name.clone(), field: field.clone() })
    };
    if *operation == ASSETS_GET_CONNECTION {
        let kind = fields.shift_remove("type").unwrap_or_default();
        let secrets: Vec<_> =
            names.iter().map(|name| json!({ "name": name, "secret": refer(name) })).collect();
        let fields = Value::Object(fields).to_string();
        return json!({ "connectionType": kind, "fields": fields, "secrets": secrets });
    }
    if *operation == ASSETS_GET_VARIABLE {
        let secret = names.first().map(refer);
        let value = fields.get("value").map(Value::to_string);
        return json!({ "value": value, "secret": secret });
    }
    let secret = |name: &Name| (name.as_str().to_owned(), refer(name).into());
    Value::Object(fields.into_iter().chain(names.iter().map(secret)).collect::<Map<_, _>>())
}
