//! What is a path: absolute, plain, and so the same to a grant's mask and to the kernel.

use bindery_core::{
    code::{Code, Failure},
    text::shown,
};

/// A path that was found plain: absolute, without `.`, `..`, empty parts and NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain<'a>(&'a str);

impl<'a> Plain<'a> {
    /// The path that `text` spells; `/` is one.
    pub fn new(text: &'a str) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            let message = format!("`{}` {reason}", shown(text));
            Err(Failure::new(Code::InvalidArguments, message))
        };
        let Some(rest) = text.strip_prefix('/') else {
            return wrong("is no absolute path: it must begin with `/`");
        };
        if text.contains('\0') {
            return wrong("has a NUL in it");
        }
        if !rest.is_empty() && rest.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            return wrong("must be written without `.`, `..`, `//` and a `/` at its end");
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Its folder, and its name there; `/` is no file.
    pub fn file(self) -> Result<(&'a str, &'a str), Failure> {
        match self.0.rsplit_once('/') {
            Some((folder, name)) if !name.is_empty() => {
                Ok((if folder.is_empty() { "/" } else { folder }, name))
            }
            _ => Err(Failure::new(Code::InvalidArguments, "`/` is a folder, and no file")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_absolute_and_plain() {
        for good in ["/", "/a", "/a/b.txt", "/a/..b/.c", "/a b/\u{fc}"] {
            assert_eq!(Plain::new(good).expect(good).text(), good);
        }
        for bad in ["", "a", "./a", "/a/", "//a", "/a//b", "/.", "/a/..", "/a/./b", "/../a", "/a\0"]
        {
            let refusal = Plain::new(bad).expect_err(bad);
            assert_eq!(refusal.code, Code::InvalidArguments);
            assert!(!refusal.message.contains('\0'));
        }
    }

    #[test]
    fn a_file_has_a_folder_and_a_name() {
        let of = |text| Plain::new(text).expect("a path").file();
        assert_eq!(of("/a/b"), Ok(("/a", "b")));
        assert_eq!(of("/b"), Ok(("/", "b")));
        assert_eq!(of("/").expect_err("a folder").code, Code::InvalidArguments);
    }
}
