//! The rule against patching the wrong root: before a change apt itself is asked which root it
//! would use.

use super::Apt;
use bindery_core::code::{Code, Failure};
use std::path::{Path, PathBuf};

/// What apt says of the root that it would change.
#[derive(Debug, Default, PartialEq, Eq)]
struct Effective {
    /// dpkg's database.
    status: PathBuf,
    /// Every option that would send dpkg elsewhere.
    dpkg_roots: Vec<String>,
}

impl Apt {
    /// Refuses unless apt would read and change exactly the configured root.
    pub(super) async fn guard_root(&self) -> Result<(), Failure> {
        let dump = self.read("apt-config", &["dump"]).await?.or_fail()?;
        let effective = parse(&dump);
        let wanted = Effective {
            status: self.config.dpkg_folder().join("status"),
            dpkg_roots: match self.config.is_real() {
                true => vec![],
                false => vec![format!("--root={}", self.config.root_text())],
            },
        };
        if effective == wanted {
            return Ok(());
        }
        let message = format!(
            "apt would change `{}` with {:?}, but this agent looks after `{}`",
            effective.status.display(),
            effective.dpkg_roots,
            self.config.root_text(),
        );
        Err(Failure::new(Code::PackageManagerBroken, message))
    }
}

fn parse(dump: &str) -> Effective {
    let mut effective = Effective::default();
    let (mut base, mut state, mut status) = ("/", "var/lib/apt/", "/var/lib/dpkg/status");
    for line in dump.lines() {
        let Some((name, value)) = line.trim_end_matches(';').split_once(' ') else { continue };
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "dir" => base = value,
            "dir::state" => state = value,
            "dir::state::status" => status = value,
            "dpkg::options::" if redirects(value) => effective.dpkg_roots.push(value.to_owned()),
            // `RootDir` and a chroot are two more ways into another root.
            "rootdir" | "dir::rootdir" | "dpkg::chroot-directory"
                if !value.is_empty() && value != "/" =>
            {
                effective.dpkg_roots.push(format!("{name}={value}"));
            }
            _ => {}
        }
    }
    effective.status = Path::new(base).join(state).join(status);
    effective
}

fn redirects(option: &str) -> bool {
    ["--root", "--admindir", "--instdir"].iter().any(|prefix| option.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_that_apt_would_change_is_read_from_its_own_configuration() {
        let real = "Dir \"/\";\nDir::State \"var/lib/apt\";\nDir::State::status \"/var/lib/dpkg/status\";\n";
        let scratch = "Dir \"/s/\";\nDir::State \"/s/var/lib/apt/\";\nDir::State::status \"/s/var/lib/dpkg/status\";\n\
                       DPkg::Options \"\";\nDPkg::Options:: \"--root=/s\";\nDPkg::Options:: \"--force-not-root\";\n";
        let relative = "Dir \"/s/\";\nDir::State::status \"../dpkg/status\";\nDPkg::Chroot-Directory \"/c\";\n";
        let rows: [(&str, &str, &[&str]); 3] = [
            (real, "/var/lib/dpkg/status", &[]),
            (scratch, "/s/var/lib/dpkg/status", &["--root=/s"]),
            (relative, "/s/var/lib/apt/../dpkg/status", &["DPkg::Chroot-Directory=/c"]),
        ];
        for (dump, status, roots) in rows {
            let effective = parse(dump);
            assert_eq!(effective.status, Path::new(status));
            assert_eq!(effective.dpkg_roots, roots);
        }
    }
}
