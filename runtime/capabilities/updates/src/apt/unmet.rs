//! Reading why apt cannot do what it was asked: which packages' dependencies are not met.

use std::collections::BTreeMap;

/// By package, apt's reason; empty where apt names none.
pub(super) fn reasons(text: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut package = None;
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("have unmet dependencies"))
        .skip(1)
        .take_while(|line| line.starts_with(' '));
    for line in lines {
        // ` gamma : Depends: x (>= 3) but it is not installable`, and more of the same below it.
        let reason = match line.split_once(" : ") {
            Some((name, reason)) => {
                package = Some(name.trim().split(':').next().unwrap_or_default().to_owned());
                reason
            }
            None => line,
        };
        if let Some(package) = &package {
            let reasons = all.entry(package.clone()).or_default();
            if !reasons.is_empty() {
                reasons.push_str("; ");
            }
            reasons.push_str(reason.trim());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_has_all_its_reasons() {
        let text = "Some packages could not be installed.\n\n\
            The following packages have unmet dependencies:\n \
            beta:i386 : Breaks: delta (< 2) but 1 is to be installed\n \
            gamma : Depends: nothere (>= 3) but it is not installable\n         \
            Depends: other but it is not going to be installed\n\
            E: Unable to correct problems, you have held broken packages.\n";
        let all = reasons(text);
        assert_eq!(all["beta"], "Breaks: delta (< 2) but 1 is to be installed");
        assert_eq!(
            all["gamma"],
            "Depends: nothere (>= 3) but it is not installable; \
             Depends: other but it is not going to be installed",
        );
        assert!(reasons("E: Unable to locate package nosuch").is_empty());
    }
}
