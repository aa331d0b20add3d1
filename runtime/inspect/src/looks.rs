//! What a file looks like from its first bytes: core Wasm, a component, or something that people
//! mistake for either.

use bindery_core::{
    code::{Code, Failure},
    text::shown,
};

/// What the preamble says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// A core module.
    Core,
    /// A component.
    Component,
}

const WASM: &[u8] = b"\0asm";

/// What is often imported by mistake: how it begins, what it is, and what to do instead.
const LOOKALIKES: &[(&[u8], &str)] = &[
    (b"\x7fELF", "a native Linux program (ELF): build for a WebAssembly target"),
    (b"MZ", "a native Windows program: build for a WebAssembly target"),
    (b"\xfe\xed\xfa", "a native macOS program: build for a WebAssembly target"),
    (b"\xcf\xfa\xed\xfe", "a native macOS program: build for a WebAssembly target"),
    (b"\x1f\x8b", "a gzip archive: unpack it and import the .wasm file in it"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it and import the .wasm file in it"),
    (b"\xfd7zXZ", "an xz archive: unpack it and import the .wasm file in it"),
    (b"PK\x03\x04", "a zip archive: unpack it and import the .wasm file in it"),
    (b"BZh", "a bzip2 archive: unpack it and import the .wasm file in it"),
    (b"!<arch>\n", "an archive of object files (.a, .rlib): link it to a module"),
    (b"BC\xc0\xde", "LLVM bitcode: link it to a module"),
    (b"BNDRYSL1", "a sealed bundle: it is verified first, and its module inspected then"),
    (b"version https://git-lfs", "a Git LFS pointer: fetch the file itself with `git lfs pull`"),
    (b"#!", "a script: a runbook is a WebAssembly file"),
    (b"<", "HTML or XML, perhaps an error page of a download"),
    (b"{", "JSON: a runbook is a WebAssembly file"),
];

/// Core module or component, by the eight bytes of the preamble.
pub(crate) fn encoding(bytes: &[u8]) -> Result<Encoding, Failure> {
    let Some(rest) = bytes.strip_prefix(WASM) else {
        return Err(invalid(other(bytes)));
    };
    match rest {
        [1, 0, 0, 0, ..] => Ok(Encoding::Core),
        [0x0d, 0, 1, 0, ..] => Ok(Encoding::Component),
        [_, _, 0, 0, ..] => Err(invalid("WebAssembly of an unknown version".to_owned())),
        [version, _, 1, 0, ..] => Err(invalid(format!(
            "a component of the draft {version}; components of today have 13: use newer tools"
        ))),
        [_, _, _, _, ..] => Err(invalid("WebAssembly of an unknown kind".to_owned())),
        _ => Err(invalid("a WebAssembly file that ends within its first 8 bytes".to_owned())),
    }
}

fn other(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty file".to_owned();
    }
    if WASM.starts_with(bytes) {
        return "a WebAssembly file that ends within its first 8 bytes".to_owned();
    }
    if let Some((_, what)) = LOOKALIKES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return (*what).to_owned();
    }
    let head = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(head);
    let code = text.trim_start();
    if code.starts_with("(module") || code.starts_with("(component") || code.starts_with(";;") {
        return "WebAssembly text (.wat): make a .wasm of it with `wasm-tools parse`".to_owned();
    }
    if text.contains('\u{fffd}') || text.contains('\0') {
        return "no format that Bindery knows".to_owned();
    }
    let line: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
    format!("a text that begins with `{}`", shown(&line))
}

fn invalid(looks: String) -> Failure {
    Failure::new(Code::InvalidModule, format!("this is not a Wasm module: it looks like {looks}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_are_told_apart() {
        assert_eq!(encoding(b"\0asm\x01\0\0\0"), Ok(Encoding::Core));
        assert_eq!(encoding(b"\0asm\x0d\0\x01\0"), Ok(Encoding::Component));
    }

    #[test]
    fn what_is_no_wasm_is_called_what_it_looks_like() {
        let rows: &[(&[u8], &str)] = &[
            (b"", "an empty file"),
            (b"\0as", "ends within its first 8 bytes"),
            (b"\0asm\x01", "ends within its first 8 bytes"),
            (b"\0asm\x02\0\0\0", "unknown version"),
            (b"\0asm\x0a\0\x01\0", "a component of the draft 10"),
            (b"\0asm\x01\0\x07\0", "unknown kind"),
            (b"\x7fELF\x02", "ELF"),
            (b"MZ\x90", "Windows program"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"PK\x03\x04", "zip archive"),
            (b"!<arch>\nx", "archive of object files"),
            (b"  (module)", ".wat"),
            (b";; comment\n(component)", ".wat"),
            (b"BNDRYSL1", "a sealed bundle"),
            (b"<!doctype html>", "HTML"),
            (b"Get-Update \x1b[31m\nmore", "begins with `Get-Update \\u{1b}[31m`"),
            (b"\xff\xfe\x00", "no format that Bindery knows"),
        ];
        for (bytes, looks) in rows {
            let failure = encoding(bytes).expect_err(looks);
            assert_eq!(failure.code, Code::InvalidModule);
            assert!(failure.message.contains(looks), "{failure} for {looks}");
        }
    }
}
