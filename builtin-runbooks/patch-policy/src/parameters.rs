//! The five parameters of both runbooks.

use crate::options::Options;
use bindery_sdk::fleet::Selection;
use serde::{Deserialize, Serialize};

/// The parameters, under the names that the field knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The workspace.
    #[serde(rename = "WorkspaceID")]
    pub workspace: String,
    /// The maintenance window in minutes.
    #[serde(rename = "Duration")]
    pub duration: u32,
    /// The name of the update deployment.
    #[serde(rename = "ScheduleName")]
    pub schedule: String,
    /// Which computers.
    #[serde(rename = "ComputerIDList")]
    pub computers: ComputerList,
    /// How.
    #[serde(rename = "AdditionalOptions", default)]
    pub options: Options,
}

/// Ids written out, or `snapshot:<id>` of a stored list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum ComputerList {
    /// Written out.
    Ids(Vec<String>),
    /// Stored.
    Snapshot(String),
}

impl ComputerList {
    /// The question to the fleet that lists them.
    pub fn selection(&self) -> Selection {
        match self {
            ComputerList::Ids(ids) => Selection::Ids(ids.clone()),
            ComputerList::Snapshot(id) => Selection::Snapshot(id.clone()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Ids(Vec<String>),
    Text(String),
}

impl TryFrom<Written> for ComputerList {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Ids(ids) => Ok(ComputerList::Ids(ids)),
            Written::Text(text) => match text.strip_prefix("snapshot:") {
                Some(id) if !id.is_empty() => Ok(ComputerList::Snapshot(id.to_owned())),
                _ => Err(format!("`{text}` is neither an array of ids nor `snapshot:<id>`")),
            },
        }
    }
}

impl From<ComputerList> for Written {
    fn from(list: ComputerList) -> Self {
        match list {
            ComputerList::Ids(ids) => Written::Ids(ids),
            ComputerList::Snapshot(id) => Written::Text(format!("snapshot:{id}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_an_array_or_a_snapshot_and_nothing_else() {
        for good in [r#"["a","b"]"#, "[]", r#""snapshot:7""#] {
            let list: ComputerList = serde_json::from_str(good).expect(good);
            assert_eq!(serde_json::to_string(&list).expect("text"), good);
        }
        for bad in [r#""a""#, r#""snapshot:""#, "7", "null"] {
            assert!(serde_json::from_str::<ComputerList>(bad).is_err(), "{bad}");
        }
    }
}
