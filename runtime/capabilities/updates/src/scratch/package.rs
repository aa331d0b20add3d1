//! What a scratch package is like, before and after its update.

/// One package of a scratch world.
#[derive(Debug, Clone)]
pub struct Package {
    pub(super) name: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) security: bool,
    pub(super) depends: Vec<String>,
    pub(super) conflicts: Vec<String>,
    pub(super) conffile: bool,
    pub(super) postinst: Vec<String>,
    pub(super) bytes: usize,
}

/// One version of a package, ready to be built.
#[derive(Debug)]
pub(super) struct Release<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) depends: &'a [String],
    pub(super) conflicts: &'a [String],
    pub(super) conffile: bool,
    pub(super) postinst: &'a [String],
    pub(super) bytes: usize,
}

impl Package {
    /// A package that is installed as `old` and for which the repository has `new`.
    pub fn new(name: &str, old: &str, new: &str) -> Self {
        Self {
            name: name.into(),
            old: Some(old.into()),
            new: Some(new.into()),
            security: false,
            depends: vec![],
            conflicts: vec![],
            conffile: false,
            postinst: vec![],
            bytes: 0,
        }
    }

    /// A package that only the repository has: a new dependency of others.
    pub fn only_in_repository(name: &str, version: &str) -> Self {
        Self { old: None, ..Self::new(name, "", version) }
    }

    /// A package that is installed and up to date.
    pub fn up_to_date(name: &str, version: &str) -> Self {
        Self { new: None, ..Self::new(name, version, "") }
    }

    /// Its update comes from the security repository.
    #[must_use]
    pub fn security(self) -> Self {
        Self { security: true, ..self }
    }

    /// Its new version depends on `what`, as a control file writes it.
    #[must_use]
    pub fn depends(mut self, what: &str) -> Self {
        self.depends.push(what.into());
        self
    }

    /// Its new version cannot be there beside `what`.
    #[must_use]
    pub fn conflicts(mut self, what: &str) -> Self {
        self.conflicts.push(what.into());
        self
    }

    /// It has a configuration file, `/etc/<name>.conf`, whose content differs in every version.
    #[must_use]
    pub fn conffile(self) -> Self {
        Self { conffile: true, ..self }
    }

    /// Configuring its new version asks for a reboot, as Debian's packages do.
    #[must_use]
    pub fn asks_for_reboot(self) -> Self {
        let name = self.name.clone();
        self.line("mkdir -p \"$DPKG_ROOT/var/run\"")
            .line("touch \"$DPKG_ROOT/var/run/reboot-required\"")
            .line(&format!("echo {name} >> \"$DPKG_ROOT/var/run/reboot-required.pkgs\""))
    }

    /// Configuring its new version fails, saying `words` (which hold no `'`).
    #[must_use]
    pub fn fails(self, words: &str) -> Self {
        self.line(&format!("echo '{words}' >&2; exit 1"))
    }

    /// Configuring its new version fails, saying `words`, unless `path` exists below the root.
    #[must_use]
    pub fn fails_without(self, path: &str, words: &str) -> Self {
        self.line(&format!("[ -e \"$DPKG_ROOT/{path}\" ] || {{ echo '{words}' >&2; exit 1; }}"))
    }

    /// Configuring its new version waits until `path` exists below the root.
    #[must_use]
    pub fn waits_for(self, path: &str) -> Self {
        self.line(&format!("while [ ! -e \"$DPKG_ROOT/{path}\" ]; do sleep 0.05; done"))
    }

    /// Its content weighs this much, about.
    #[must_use]
    pub fn bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    fn line(mut self, line: &str) -> Self {
        self.postinst.push(line.into());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that is installed at first, if it is.
    pub fn old_version(&self) -> Option<&str> {
        self.old.as_deref()
    }

    /// The version that is there after all updates, if the package is.
    pub fn newest_version(&self) -> Option<&str> {
        self.new.as_deref().or(self.old.as_deref())
    }

    /// The version that is installed at first: without new dependencies and scripts.
    pub(super) fn old_release(&self) -> Option<Release<'_>> {
        let version = self.old.as_deref()?;
        Some(Release {
            version,
            depends: &[],
            conflicts: &[],
            postinst: &[],
            ..self.release(version)
        })
    }

    /// The version in the repository.
    pub(super) fn new_release(&self) -> Option<Release<'_>> {
        self.new.as_deref().map(|version| self.release(version))
    }

    fn release<'a>(&'a self, version: &'a str) -> Release<'a> {
        Release {
            name: &self.name,
            version,
            depends: &self.depends,
            conflicts: &self.conflicts,
            conffile: self.conffile,
            postinst: &self.postinst,
            bytes: self.bytes,
        }
    }
}
