//! Name masks of `include` and `exclude`: package names or KB numbers with `*` and `?`. Case does
//! not count.

use serde::{Deserialize, Serialize};

/// A name mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mask(String);

impl Mask {
    /// The mask that `text` spells.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The mask as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `name` fits; never slower than the product of both lengths.
    pub fn fits(&self, name: &str) -> bool {
        let mask: Vec<char> = self.0.to_lowercase().chars().collect();
        let name: Vec<char> = name.to_lowercase().chars().collect();
        // `reach[i]`: whether the part of the mask so far fits the first `i` characters of the
        // name.
        let mut reach = vec![false; name.len() + 1];
        reach[0] = true;
        for part in mask {
            let mut next = vec![false; name.len() + 1];
            for i in 0..=name.len() {
                next[i] = match part {
                    '*' => reach[i] || (i > 0 && next[i - 1]),
                    '?' => i > 0 && reach[i - 1],
                    exact => i > 0 && reach[i - 1] && name[i - 1] == exact,
                };
            }
            reach = next;
        }
        reach[name.len()]
    }
}

/// The first of `masks` that fits one of `names`.
pub fn first<'a>(masks: &'a [Mask], names: &[&str]) -> Option<&'a Mask> {
    masks.iter().find(|mask| names.iter().any(|name| mask.fits(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_fit_as_people_expect() {
        let rows = [
            ("*", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("linux-*", "linux-image-6.1", true),
            ("linux-*", "Linux-Image", true),
            ("*ssl*", "openssl", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbx", false),
            ("KB50*", "kb5031356", true),
        ];
        for (mask, name, fits) in rows {
            assert_eq!(Mask::new(mask).fits(name), fits, "{mask} over {name}");
        }
    }
}
