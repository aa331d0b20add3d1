//! The limiter: counts all memory of a job together, however many memories and tables it has.

use crate::gate::Gate;
use bindery_core::code::{Code, Failure};
use std::sync::Arc;
use wasmtime::{Error, ResourceLimiter};

/// What an element of a table costs us.
const TABLE_ELEMENT_BYTES: usize = 16;

pub(crate) struct Limiter {
    gate: Arc<Gate>,
    used: usize,
}

impl Limiter {
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self { gate, used: 0 }
    }

    fn take(&mut self, more: usize) -> Result<bool, Error> {
        let limit = self.gate.limits().memory_bytes;
        let used = self.used.saturating_add(more);
        if used > limit {
            let message = format!("the job's memory would exceed {limit} bytes");
            return Err(self.gate.fail(Failure::new(Code::LimitExceeded, message)).into());
        }
        self.used = used;
        Ok(true)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        // Past the module's own maximum the guest gets -1, as anywhere.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.take(desired.saturating_sub(current))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.take(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT_BYTES))
    }
}
