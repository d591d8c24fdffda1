//! How words end: a filter before the list of abbreviations, since most words end as none of them does.

/// The last letters of a word, four at most, as a word of letters of ASCII ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tail {
    /// In lower case, the first in the highest byte; zero after the last.
    letters: u32,
}

/// A set of tails that may hold others too, by their hash.
#[derive(Debug)]
pub(super) struct Tails([u64; 64]);

impl Tail {
    /// That of the word that `text` ends with. `None` where it ends with fewer than two letters of ASCII, or with fewer than
    /// four and no space before them.
    #[inline]
    pub fn of(text: &[u8]) -> Option<Self> {
        let four = u32::from_be_bytes(*text.last_chunk()?);
        let lowered = four | 0x2020_2020;
        match trailing_letters(four) {
            4 => Some(Self { letters: lowered }),
            3 if four >> 24 == 0x20 => Some(Self { letters: lowered << 8 }),
            2 if four >> 16 & 0xff == 0x20 => Some(Self { letters: lowered << 16 }),
            _ => None,
        }
    }

    /// That of a `word` that stands alone.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::of(&[b"   ", word.as_bytes()].concat())
    }

    /// Whether the tail, which is that of `text`, is a whole word after a space.
    #[inline]
    pub fn is_word_of(self, text: &[u8]) -> bool {
        self.letters & 0xff == 0 || matches!(text, [.., b' ', _, _, _, _])
    }

    /// Whether one of the letters is among `set`, the bits of letters as [`Self::set`] makes them.
    #[inline]
    pub fn has_one_of(self, set: u32) -> bool {
        let bit = |byte: u8| 1_u32 << (byte & 0x1f);
        let [first, second, third, fourth] = self.letters.to_be_bytes();
        (bit(first) | bit(second) | bit(third) | bit(fourth)) & set != 0
    }

    /// The bits of `letters`, which are small ones of ASCII.
    pub const fn set(letters: &[u8]) -> u32 {
        let (mut set, mut i) = (0, 0);
        while i < letters.len() {
            set |= 1 << (letters[i] & 0x1f);
            i += 1;
        }
        set
    }

    fn hash(self) -> usize {
        (self.letters.wrapping_mul(0x9e37_79b1) >> 20) as usize
    }
}

/// How many letters of ASCII the four bytes of `four`, the first in the highest, end with, all four at once.
#[inline]
fn trailing_letters(four: u32) -> u32 {
    super::heads::others(four).trailing_zeros() / 8
}

impl Tails {
    /// Those of `words`, as far as they have one.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut tails = Self::default();
        for word in words {
            if let Some(tail) = Tail::of_word(word) {
                tails.0[tail.hash() / 64] |= 1 << (tail.hash() % 64);
            }
        }
        tails
    }

    /// Whether a word that ends with `tail` may be one of them.
    #[inline]
    pub(super) fn may_hold(&self, tail: Tail) -> bool {
        self.0[tail.hash() / 64] >> (tail.hash() % 64) & 1 == 1
    }
}

impl Default for Tails {
    fn default() -> Self {
        Self([0; 64])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the word that `text` ends with may be one of four; `None` where it has no tail.
    #[track_caller]
    fn check(text: &str, expected: Option<bool>) {
        let tails = Tails::of(["dr", "prof", "z.b", "übers"]);
        assert_eq!(Tail::of(text.as_bytes()).map(|tail| tails.may_hold(tail)), expected, "{text:?}");
    }

    #[test]
    fn a_word_of_the_list_is_held_in_any_case() {
        check("by Dr", Some(true));
        check("by PROF", Some(true));
        check("Übers", Some(true));
    }

    #[test]
    fn most_words_end_as_none_of_the_list() {
        check("the ferry", Some(false));
        check("the oar", Some(false));
        check("well-being", Some(false));
    }

    #[test]
    fn what_is_no_word_of_letters_has_no_tail() {
        check("z.b", None);
        check("of A", None);
        check("(dr", None);
        check("in 1990", None);
        check("dr", None);
        check("größ", None);
    }

    #[test]
    fn letters_of_ascii_are_counted_back_to_the_last_other_byte() {
        for byte in 0..=u8::MAX {
            for place in 0..4 {
                let mut four = *b"azAZ";
                four[place] = byte;
                let expected = if byte.is_ascii_alphabetic() { 4 } else { 3 - place };
                assert_eq!(trailing_letters(u32::from_be_bytes(four)) as usize, expected, "{four:?}");
            }
        }
    }

    #[test]
    fn a_letter_of_a_set_is_found_in_a_tail() {
        let vowels = Tail::set(b"aeiou");
        let has_vowel = |text: &str| Tail::of(text.as_bytes()).unwrap().has_one_of(vowels);
        assert!(has_vowel("the ferry") && has_vowel("by US") && !has_vowel("a myth"));
    }
}
