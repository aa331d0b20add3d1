//! Update ids: `package:architecture=version`.

use super::packages::qualified;

/// One update, as its id names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) package: String,
    pub(super) architecture: String,
    pub(super) version: String,
}

impl Pin {
    /// Reads an id; the reason why it is none otherwise.
    pub(super) fn parse(id: &str) -> Result<Self, String> {
        let fields = id.split_once('=').and_then(|(name, version)| {
            let (package, architecture) = name.split_once(':')?;
            Some((package, architecture, version))
        });
        let Some((package, architecture, version)) = fields else {
            return Err("not an id of an update (expected `package:architecture=version`)".into());
        };
        // Whatever reaches apt's command line is no option, no mask and no second word.
        let plain = |text: &str, more: &str| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        if !(plain(package, "+-.") && plain(architecture, "-") && plain(version, "+-.~:")) {
            return Err(
                "a package, architecture or version that Debian's rules do not allow".into()
            );
        }
        Ok(Self {
            package: package.into(),
            architecture: architecture.into(),
            version: version.into(),
        })
    }

    /// The argument by which apt-get takes exactly this version.
    pub(super) fn argument(&self) -> String {
        format!("{}={}", qualified(&self.package, &self.architecture), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_becomes_the_argument_of_exactly_this_version() {
        let rows = [
            ("alpha:all=1.2", Ok("alpha=1.2")),
            (
                "libstdc++6:amd64=1:12.2.0-14+deb12u1~x",
                Ok("libstdc++6:amd64=1:12.2.0-14+deb12u1~x"),
            ),
            ("alpha", Err("not an id")),
            ("-oX:all=1", Err("do not allow")),
            ("alpha:all=1 beta", Err("do not allow")),
        ];
        for (id, wanted) in rows {
            match (Pin::parse(id).map(|pin| pin.argument()), wanted) {
                (Ok(argument), Ok(wanted)) => assert_eq!(argument, wanted),
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{id}: {reason}"),
                (had, wanted) => panic!("{id}: {had:?}, not {wanted:?}"),
            }
        }
    }
}
