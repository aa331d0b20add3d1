//! The accounts whose Hybrid Runbook Worker this is: `accounts.json`, each as the workspace key
//! signed it.
//!
//! An account is in force only once it is on the disk.

use crate::{
    allow::Allow,
    files::{self, FileError},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
};
use bindery_protocol::order::{CONFIGURE_ORDER, ConfigureOrder};
use bindery_seal::{envelope::Envelope, key::PublicKey};
use parking_lot::RwLock;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const FILE: &str = "accounts.json";

/// An account that may send job orders.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) order: ConfigureOrder,
    pub(crate) key: PublicKey,
}

/// The accounts, by the key of their name.
#[derive(Debug)]
pub(crate) struct Accounts {
    path: PathBuf,
    known: RwLock<BTreeMap<String, Known>>,
}

impl Accounts {
    /// The accounts in the file of `folder`.
    pub(crate) fn open(folder: &Path) -> Result<Self, FileError> {
        let path = folder.join(FILE);
        let orders: Vec<ConfigureOrder> = files::read_json(&path)?.unwrap_or_default();
        let mut known = BTreeMap::new();
        for order in orders {
            match order.order_key.parse() {
                Ok(key) => drop(known.insert(order.account.key(), Known { order, key })),
                Err(error) => tracing::error!(account = %order.account, %error, "no order key"),
            }
        }
        Ok(Self { path, known: RwLock::new(known) })
    }

    /// Takes a signed configure order: durable when this returns.
    ///
    /// `BadSignature`, `ChangesNotAllowed`, `RefusedByComputer`, `NotValidNow` for one that is
    /// older than what is known and says something else, `Internal` if it cannot be written.
    pub(crate) fn configure(
        &self,
        envelope: &Envelope,
        workspace: &PublicKey,
        allow: &Allow,
    ) -> Result<(), Failure> {
        let order: ConfigureOrder = envelope.open(CONFIGURE_ORDER, workspace)?;
        let key = order.order_key.parse().map_err(|error| {
            Failure::new(Code::BadSignature, format!("the order key of {}: {error}", order.account))
        })?;
        allow.check_most(&order.most)?;
        let mut known = self.known.write();
        let name = order.account.key();
        if let Some(Known { order: newer, .. }) = known.get(&name)
            && newer.issued_at > order.issued_at
        {
            // Two that were issued at once may come the other way round.
            if *newer == (ConfigureOrder { issued_at: newer.issued_at, ..order.clone() }) {
                return Ok(());
            }
            let message = format!("a newer configure order for {} is known", order.account);
            return Err(Failure::new(Code::NotValidNow, message));
        }
        let mut next = known.clone();
        next.insert(name, Known { order, key });
        let orders: Vec<_> = next.values().map(|known| &known.order).collect();
        files::write_json(&self.path, &orders).map_err(|error| {
            Failure::new(Code::Internal, format!("the account cannot be kept: {error}"))
        })?;
        *known = next;
        Ok(())
    }

    /// The account whose order key has this id.
    pub(crate) fn of_key(&self, key: Digest) -> Option<Known> {
        self.known.read().values().find(|known| known.key.key_id() == key).cloned()
    }
}
