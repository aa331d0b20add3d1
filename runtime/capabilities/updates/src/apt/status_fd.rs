//! Reading the lines of `APT::Status-Fd`.

use crate::provider::Progress;

/// One status line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// The package; a number while packages are fetched.
    pub(super) package: String,
    pub(super) percent: f32,
    pub(super) text: String,
}

/// What a line tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Fetching.
    Fetching,
    /// Installing.
    Working,
    /// A package failed.
    Failed,
    /// dpkg asks about a configuration file; it never waits for an answer here.
    Conffile,
}

/// `kind:package:percent:text`; the package may carry an architecture, the text may hold colons.
pub(super) fn parse(line: &str) -> Option<Line> {
    let (kind, rest) = line.split_once(':')?;
    let kind = match kind {
        "dlstatus" => Kind::Fetching,
        "pmstatus" => Kind::Working,
        "pmerror" => Kind::Failed,
        "pmconffile" => Kind::Conffile,
        _ => return None,
    };
    let (package, rest) = rest.split_once(':')?;
    let (percent, text) = rest.split_once(':')?;
    if let Ok(percent) = percent.parse() {
        return Some(Line { kind, package: package.into(), percent, text: text.into() });
    }
    let (percent, text) = text.split_once(':')?;
    Some(Line { kind, package: package.into(), percent: percent.parse().ok()?, text: text.into() })
}

/// What people see of a line: fetching is the first fifth of the way, installing the rest.
pub(super) fn progress(line: &Line) -> Progress {
    let whole = match line.kind {
        Kind::Fetching => line.percent * 0.2,
        _ => 20.0 + line.percent * 0.8,
    };
    Progress { activity: line.text.clone(), percent: Some(whole.clamp(0.0, 100.0) as u8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_are_read_with_and_without_an_architecture() {
        let rows = [
            (
                "dlstatus:2:32.4823:Retrieving file 2 of 3",
                Kind::Fetching,
                "2",
                6,
                "Retrieving file 2 of 3",
            ),
            (
                "pmstatus:alibdep:0.0000:Preparing alibdep (amd64)",
                Kind::Working,
                "alibdep",
                20,
                "Preparing alibdep (amd64)",
            ),
            (
                "pmstatus:libc6:i386:50.0:Unpacking libc6:i386",
                Kind::Working,
                "libc6",
                60,
                "Unpacking libc6:i386",
            ),
            (
                "pmerror:beta:53.8462:script returned: 1",
                Kind::Failed,
                "beta",
                63,
                "script returned: 1",
            ),
            (
                "pmconffile:/etc/a:100.0:'/etc/a' '/etc/a.new' 1 1",
                Kind::Conffile,
                "/etc/a",
                100,
                "'/etc/a' '/etc/a.new' 1 1",
            ),
        ];
        for (text, kind, package, percent, activity) in rows {
            let line = parse(text).expect(text);
            assert_eq!((line.kind, line.package.as_str()), (kind, package));
            let wanted = Progress { activity: activity.into(), percent: Some(percent) };
            assert_eq!(progress(&line), wanted, "{text}");
        }
        for text in ["", "pmstatus:alpha", "media-change: x:y:z", "pmstatus:a:b:c:d"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
