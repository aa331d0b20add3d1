//! How the enums of the contract are spelt in JSON: PascalCase, as in journals and in the API.

use crate::bindings::bindery::runbook::{
    children, files, fleet_admin, fleet_inventory, job, update_installer, update_inventory,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

macro_rules! spelled {
    ($($type:path { $($case:ident),+ $(,)? })+) => { $(
        impl $type {
            /// Every case.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The spelling in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => stringify!($case)),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = String;
            /// The case of this spelling; the error lists what there is.
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $(stringify!($case) => Ok(Self::$case),)+
                    _ => Err(format!(
                        "`{text}` is none of {}", [$(stringify!($case)),+].join(", "),
                    )),
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).rsplit("::").next().unwrap_or_default().into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let cases: Vec<_> = Self::ALL.iter().map(|case| case.as_str()).collect();
                schemars::json_schema!({ "type": "string", "enum": cases })
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+ };
}

spelled! {
    job::Trigger { Unknown, Manual, TestDraft, Scheduled, Webhook, Internal, Watcher }
    files::EntryKind { File, Folder, Other }
    update_inventory::OsType { Linux, Windows }
    update_inventory::Classification {
        Unclassified, Critical, Security, UpdateRollup, FeaturePack, ServicePack, Definition, Tools,
        Updates, Other,
    }
    update_inventory::RebootBehavior { NeverReboots, CanRequestReboot }
    update_inventory::ActionKind { Install, Upgrade, Downgrade, Remove }
    update_installer::InstallStatus { Succeeded, Failed, NotAttempted }
    fleet_inventory::Compliance { Compliant, NonCompliant, NotAssessed }
    fleet_admin::ConfigureStatus {
        Configured, Unreachable, Refused,
    }
    children::JobStatus {
        New, Activating, Running, Completed, Failed, Stopped, Blocked, Suspended, Disconnected,
        Suspending, Stopping, Resuming, Removing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_read_back_and_a_wrong_one_lists_what_there_is() {
        for case in update_inventory::Classification::ALL {
            assert_eq!(case.as_str().parse(), Ok(*case));
        }
        let error = "Linus".parse::<update_inventory::OsType>().expect_err("a wrong one");
        assert_eq!(error, "`Linus` is none of Linux, Windows");
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn the_schema_of_an_enum_lists_its_spellings() {
        let schema = schemars::schema_for!(update_inventory::OsType);
        assert_eq!(schema.get("enum"), Some(&serde_json::json!(["Linux", "Windows"])));
    }
}
