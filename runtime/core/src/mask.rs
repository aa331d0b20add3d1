//! Masks: patterns of names.

/// A name pattern: `*` stands for any characters, `?` for one. Case does not count, but
/// where a function says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(String);

impl Mask {
    /// The mask that `text` spells.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every name that fits `other` surely fits this mask. It may say no where the answer
    /// is yes.
    pub fn contains(&self, other: &Mask) -> bool {
        Mask(self.0.to_lowercase()).contains_exactly(&Mask(other.0.to_lowercase()))
    }

    /// The same where upper and lower case are told apart.
    pub fn contains_exactly(&self, other: &Mask) -> bool {
        let wild = ['*', '?'];
        if self == other {
            return true;
        }
        match self.0.strip_suffix('*') {
            Some(prefix) if !prefix.contains(wild) => other.0.starts_with(prefix),
            _ => !other.0.contains(wild) && self.fits_exactly(&other.0),
        }
    }

    /// Whether `name` fits, in time linear in both for one star and never worse than their product.
    pub fn fits(&self, name: &str) -> bool {
        Mask(self.0.to_lowercase()).fits_exactly(&name.to_lowercase())
    }

    /// The same where upper and lower case are told apart.
    pub fn fits_exactly(&self, name: &str) -> bool {
        let mask: Vec<char> = self.0.chars().collect();
        let name: Vec<char> = name.chars().collect();
        let (mut m, mut n, mut retry) = (0, 0, None);
        while n < name.len() {
            match mask.get(m) {
                Some('*') => {
                    retry = Some((m, n));
                    m += 1;
                }
                Some(&c) if c == '?' || c == name[n] => {
                    m += 1;
                    n += 1;
                }
                _ => match retry {
                    None => return false,
                    Some((star, start)) => {
                        retry = Some((star, start + 1));
                        m = star + 1;
                        n = start + 1;
                    }
                },
            }
        }
        mask[m..].iter().all(|&c| c == '*')
    }
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
        ];
        for (mask, name, fits) in rows {
            assert_eq!(Mask::new(mask).fits(name), fits, "{mask} over {name}");
        }
    }
}
