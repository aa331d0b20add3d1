//! How each update of a plan ended: by what dpkg has now, and by what was printed meanwhile.

use super::{
    failure,
    packages::Packages,
    pins::Pin,
    status_fd::{self, Kind},
};
use bindery_core::update::{InstallStatus, Plan, UpdateResult};

/// What a transaction left behind.
pub(super) struct Traces<'a> {
    /// dpkg's packages after it.
    pub(super) packages: &'a Packages,
    /// The lines of apt's status descriptor.
    pub(super) status: &'a str,
    /// Everything that was printed.
    pub(super) output: &'a str,
}

impl Traces<'_> {
    /// Whether dpkg began to change anything.
    pub(super) fn show_work(&self) -> bool {
        let mut lines = self.status.lines().filter_map(status_fd::parse);
        lines.any(|line| line.kind != Kind::Fetching)
    }

    fn touched(&self, package: &str) -> bool {
        let mut lines = self.status.lines().filter_map(status_fd::parse);
        lines.any(|line| line.kind != Kind::Fetching && line.package == package)
    }

    fn error_of(&self, package: &str) -> Option<String> {
        let failed = |line: &status_fd::Line| line.kind == Kind::Failed && line.package == package;
        let mut lines = self.status.lines().filter_map(status_fd::parse);
        words_about(package, self.output).or_else(|| lines.find(failed).map(|line| line.text))
    }
}

/// One result per update of `plan`.
pub(super) fn results(plan: &Plan, traces: &Traces<'_>) -> Vec<UpdateResult> {
    plan.updates.iter().map(|id| result(id, plan, traces)).collect()
}

fn result(id: &str, plan: &Plan, traces: &Traces<'_>) -> UpdateResult {
    let (status, error) = match Pin::parse(id) {
        Err(reason) => (InstallStatus::NotAttempted, Some(reason)),
        Ok(pin) => verdict(id, &pin, plan, traces),
    };
    UpdateResult { update: id.to_owned(), status, error }
}

fn verdict(
    id: &str,
    pin: &Pin,
    plan: &Plan,
    traces: &Traces<'_>,
) -> (InstallStatus, Option<String>) {
    let package = traces.packages.get(&pin.package, &pin.architecture);
    if package.is_some_and(|p| p.version == pin.version && p.is_installed()) {
        return (InstallStatus::Succeeded, None);
    }
    if let Some(left) = plan.left_out.iter().find(|left| left.update == id) {
        return (InstallStatus::NotAttempted, Some(left.reason.clone()));
    }
    if let Some(error) = traces.error_of(&pin.package) {
        return (InstallStatus::Failed, Some(error));
    }
    let state = package.map_or("not installed", |package| package.status.as_str());
    if traces.touched(&pin.package) {
        return (InstallStatus::Failed, Some(format!("dpkg left it as `{state}`")));
    }
    (InstallStatus::NotAttempted, Some(failure::from_words(traces.output).message))
}

/// What was printed about a package that failed: from where dpkg took it up to its error and the
/// error's own lines.
fn words_about(package: &str, output: &str) -> Option<String> {
    let lines: Vec<&str> = output.lines().collect();
    let names = |line: &str| line.split([' ', ':', '/', '_']).any(|word| word == package);
    let error = lines.iter().position(|l| l.starts_with("dpkg: error processing") && names(l))?;
    let marks = ["Setting up ", "Preparing to unpack ", "Unpacking ", "(Reading database"];
    let begin = lines[..error]
        .iter()
        .rposition(|line| marks.iter().any(|mark| line.starts_with(mark)))
        .map_or_else(|| before_unpacking(&lines[..error]), |at| at + 1);
    let more = lines[error + 1..].iter().take_while(|line| line.starts_with(' ')).count();
    Some(failure::tail(&lines[begin..=error + more].join("\n")).to_owned())
}

/// Where the words of an archive begin that could not even be opened.
fn before_unpacking(lines: &[&str]) -> usize {
    let of_archive = |line: &&&str| line.starts_with("tar: ") || line.starts_with("dpkg-deb: ");
    lines.len() - lines.iter().rev().take_while(of_archive).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_about_an_archive_that_cannot_be_opened_say_why() {
        let output = "Get:1 file:/repo ./ nginx 1.22 [9360 B]\n\
            tar: ./control: Cannot write: No space left on device\n\
            dpkg-deb: error: tar subprocess returned error exit status 2\n\
            dpkg: error processing archive /repo/./nginx_1.22_all.deb (--unpack):\n dpkg-deb failed\n";
        let words = words_about("nginx", output).expect("words");
        assert!(words.starts_with("tar: ./control: Cannot write: No space left"), "{words}");
    }

    #[test]
    fn the_words_about_a_package_are_those_between_its_beginning_and_its_error() {
        let output = "Unpacking beta (2.0) over (1.0) ...\nSetting up beta (2.0) ...\npostinst boom\n\
            dpkg: error processing package beta (--configure):\n installed beta package returned 1\n\
            Setting up alpha (1.2) ...\nErrors were encountered while processing:\n beta\n";
        assert_eq!(
            words_about("beta", output).as_deref(),
            Some(
                "postinst boom\ndpkg: error processing package beta (--configure):\n \
                 installed beta package returned 1"
            ),
        );
        assert_eq!(words_about("alpha", output), None);
        assert_eq!(words_about("bet", output), None);
    }
}
