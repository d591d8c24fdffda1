//! Simplified and traditional Chinese, told apart by the characters that only one of them has.

use std::sync::LazyLock;

use super::features::Word;

/// How many characters of each kind were seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Variants {
    simplified: u32,
    traditional: u32,
}

impl Variants {
    /// Counts the characters of a word.
    pub fn count(&mut self, word: &Word) {
        for letter in word.letters() {
            match KINDS.get(letter.wrapping_sub(FIRST) as usize) {
                Some(Kind::Simplified) => self.simplified += 1,
                Some(Kind::Traditional) => self.traditional += 1,
                Some(Kind::Common) | None => {}
            }
        }
    }

    /// The ISO 15924 code that most of them speak for; `None` where none does.
    pub fn script(self) -> Option<&'static str> {
        match self.traditional.cmp(&self.simplified) {
            std::cmp::Ordering::Greater => Some("Hant"),
            std::cmp::Ordering::Less => Some("Hans"),
            std::cmp::Ordering::Equal => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Common,
    Simplified,
    Traditional,
}

/// The block of CJK Unified Ideographs.
const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let mut kinds = vec![Kind::Common; (LAST - FIRST + 1) as usize];
    let lists = [
        (include_str!("han_simplified.txt"), Kind::Simplified),
        (include_str!("han_traditional.txt"), Kind::Traditional),
    ];
    for (list, kind) in lists {
        for c in list.lines().filter(|line| !line.starts_with('#')).flat_map(str::chars) {
            if let Some(slot) = kinds.get_mut(u32::from(c).wrapping_sub(FIRST) as usize) {
                *slot = kind;
            }
        }
    }
    kinds
});

#[cfg(test)]
mod tests {
    use super::super::{features::words, script::Script};
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let mut variants = Variants::default();
        words(text, |script, word| {
            if script == Script::Han {
                variants.count(word);
            }
        });
        assert_eq!(variants.script(), expected, "{text}");
    }

    #[test]
    fn simplified_characters_are_hans() {
        check("这个国家的经济发展", Some("Hans"));
    }

    #[test]
    fn traditional_characters_are_hant() {
        check("這個國家的經濟發展", Some("Hant"));
    }

    #[test]
    fn characters_of_both_are_undetermined() {
        check("北京大学", Some("Hans"));
        check("上海人口", None);
        check("", None);
    }
}
