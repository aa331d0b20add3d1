//! Modules of an account: components that its runbooks import.

use crate::{digest::Digest, grant::Grant, name::Name, runbook::Linked, seal::Publisher};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A module: what is known of it, and never its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Module {
    /// The account that it belongs to.
    pub account: Name,
    /// Its name.
    pub name: Name,
    /// As its author counts.
    pub version: String,
    /// One or two sentences.
    pub description: String,
    /// Who sealed it, if it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Publisher>,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Size of its bytes.
    pub bytes: u64,
    /// The interfaces that it exports: what runbooks import.
    pub exports: Vec<String>,
    /// The interfaces of the host that it imports: the most that it can do.
    pub imports: Vec<String>,
    /// The interfaces that other modules are to give it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_modules: Vec<String>,
    /// The grants that a runbook needs for it.
    pub grants: Vec<Grant>,
    /// Whether it came with Bindery.
    pub preloaded: bool,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// Who imported it.
    pub imported_by: String,
}

impl Module {
    /// Whether it may export what `need` names: the same interface, in whatever version.
    pub fn may_give(&self, need: &str) -> bool {
        let interface = |name: &str| name.split('@').next().map(str::to_owned);
        self.exports.iter().any(|export| interface(export) == interface(need))
    }

    /// As a version of a runbook has it.
    pub fn linked(&self) -> Linked {
        Linked { name: self.name.clone(), version: self.version.clone(), digest: self.digest }
    }
}

/// Of `modules` those that may have to be linked for `needs`, with what they need themselves.
pub fn closure<'a>(modules: &'a [Module], needs: &[String]) -> Vec<&'a Module> {
    let mut chosen: Vec<&Module> = vec![];
    let mut open: Vec<&str> = needs.iter().map(String::as_str).collect();
    while let Some(need) = open.pop() {
        for module in modules.iter().filter(|module| module.may_give(need)) {
            if !chosen.iter().any(|known| known.digest == module.digest) {
                chosen.push(module);
                open.extend(module.from_modules.iter().map(String::as_str));
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, exports: &str, needs: &[&str]) -> Module {
        Module {
            account: "A".parse().expect("a name"),
            name: name.parse().expect("a name"),
            version: String::new(),
            description: String::new(),
            publisher: None,
            digest: Digest::of(name.as_bytes()),
            bytes: 1,
            exports: vec![exports.to_owned()],
            imports: vec![],
            from_modules: needs.iter().map(|need| (*need).to_owned()).collect(),
            grants: vec![],
            preloaded: false,
            imported_at: Timestamp::UNIX_EPOCH,
            imported_by: String::new(),
        }
    }

    #[test]
    fn what_a_module_needs_is_linked_with_it_and_circles_end() {
        let modules = [
            module("a", "x:a/i@1.0.0", &["x:b/i@1.0.0"]),
            module("b", "x:b/i@1.2.0", &["x:a/i@1.0.0"]),
            module("c", "x:c/i@1.0.0", &[]),
        ];
        let names = |needs: &[&str]| -> Vec<&str> {
            let needs: Vec<_> = needs.iter().map(|need| (*need).to_owned()).collect();
            closure(&modules, &needs).iter().map(|module| module.name.as_str()).collect()
        };
        assert_eq!(names(&["x:a/i@1.0.0"]), ["a", "b"]);
        assert_eq!(names(&["x:c/i@1.0.0"]), ["c"]);
        assert!(names(&["x:d/i@1.0.0"]).is_empty());
    }
}
