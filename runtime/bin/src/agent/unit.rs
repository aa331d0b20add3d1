//! The text of the agent's systemd unit. It holds no token: the computer is enrolled by then.

use std::{ffi::OsStr, path::Path};

/// The unit's name.
pub(super) const NAME: &str = "bindery-agent.service";

/// The unit that runs `program` with `arguments`.
pub(super) fn text(program: &Path, arguments: &[String]) -> String {
    let mut line = quoted(program.as_os_str());
    for argument in arguments {
        line.push(' ');
        line.push_str(&quoted(OsStr::new(argument)));
    }
    format!(
        "[Unit]\n\
         Description=Bindery agent\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         \n\
         [Service]\n\
         Type=exec\n\
         ExecStart={line}\n\
         Restart=always\n\
         RestartSec=5\n\
         TimeoutStopSec=30\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n"
    )
}

/// A word of a command line as systemd reads it: in quotes where it must be, without specifiers.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let bare = |c: char| c.is_ascii_alphanumeric() || "/._-=:@+,".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return word.into_owned();
    }
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '%' | '$' => text.extend([c, c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_themselves_to_systemd() {
        let rows = [
            ("/usr/bin/bindery", "/usr/bin/bindery"),
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("100%", r#""100%%""#),
            ("$HOME", r#""$$HOME""#),
            (r#"a"\b"#, r#""a\"\\b""#),
            ("a\nExecStart=/bin/sh", r#""a\nExecStart=/bin/sh""#),
        ];
        for (word, expected) in rows {
            assert_eq!(quoted(OsStr::new(word)), expected);
        }
    }

    #[test]
    fn the_unit_runs_the_agent_for_ever() {
        let arguments = ["agent", "run", "--state", "/var/lib/b c"].map(str::to_owned);
        let unit = text(Path::new("/usr/bin/bindery"), &arguments);
        let line = "ExecStart=/usr/bin/bindery agent run --state \"/var/lib/b c\"\n";
        assert!(unit.contains(line), "{unit}");
        assert!(unit.contains("Restart=always\n"), "{unit}");
    }
}
