//! Short strings in place, as most words are: compared and hashed at once, without a look elsewhere.

use std::str;

use crate::text::span::Span;

/// How many bytes one takes: those of the string, zeros, and its length.
const SIZE: usize = 24;

/// How many bytes it can hold.
const LONGEST: usize = SIZE - 1;

/// A string of 23 bytes at most.
#[derive(Debug, Clone, Copy, Eq)]
pub(super) struct Short([u8; SIZE]);

impl Short {
    /// What equals no string.
    pub(super) const NO_STRING: Self = Self([u8::MAX; SIZE]);

    /// `string`, if it is short.
    pub(super) fn new(string: &str) -> Option<Self> {
        Self::of(string, Span::new(0, string.len()))
    }

    /// `span` of `text`, if it is short.
    #[inline]
    pub(super) fn of(text: &str, span: Span) -> Option<Self> {
        let length = span.end - span.start;
        let mask = MASKS.get(length)?;
        let rest = text.as_bytes().get(span.start..)?;
        // What follows in the text is read too and cleared: all strings take the same few steps.
        let mut short = Self(match rest.first_chunk() {
            Some(bytes) => *bytes,
            None => padded(rest),
        });
        let [first, second, third] = short.words();
        let length_last = u64::try_from(length).ok()? << (u64::BITS - u8::BITS);
        let words = [first & mask[0], second & mask[1], third & mask[2] | length_last];
        for (part, word) in short.0.as_chunks_mut().0.iter_mut().zip(words) {
            *part = word.to_le_bytes();
        }
        Some(short)
    }

    /// The string.
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.0[..usize::from(self.0[LONGEST])]).unwrap_or_default()
    }

    /// A multilinear hash (Lemire and Kaser, "Strongly universal string hashing is fast", 2014). A byte has a part in the bits
    /// from its own place upwards: in the highest ones, each of them has.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        let [first, second, third] = self.words();
        first
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(second.wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
            .wrapping_add(third.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// Eight bytes at a time.
    #[inline]
    fn words(&self) -> [u64; SIZE / 8] {
        let mut words = [0; SIZE / 8];
        for (word, part) in words.iter_mut().zip(self.0.as_chunks().0) {
            *word = u64::from_le_bytes(*part);
        }
        words
    }
}

impl PartialEq for Short {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let differences = self.words().into_iter().zip(other.words()).map(|(one, other)| one ^ other);
        differences.fold(0, |all, difference| all | difference) == 0
    }
}

/// The bytes of a string of each length, as the words that hold them have them.
static MASKS: [[u64; SIZE / 8]; SIZE] = {
    let mut masks = [[0; SIZE / 8]; SIZE];
    let mut length = 0;
    while length < SIZE {
        let mut at = 0;
        while at < length {
            masks[length][at / 8] |= 0xff << (at % 8 * 8);
            at += 1;
        }
        length += 1;
    }
    masks
};

/// The few bytes at the end of a text.
#[cold]
fn padded(rest: &[u8]) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..rest.len()].copy_from_slice(rest);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_23_bytes_is_short() {
        for word in ["", "a", "word", "слово", "a word of 23 bytes here"] {
            assert_eq!(Short::new(word).map(|short| short.as_str().to_owned()).as_deref(), Some(word));
        }
        assert_eq!(Short::new("a word of 24 bytes  here"), None);
    }

    #[test]
    fn what_stands_around_a_word_says_nothing() {
        let text = "word, and then a word that is followed by much more than the last word";
        let words: Vec<Short> = text
            .match_indices("word")
            .filter_map(|(at, word)| Short::of(text, Span::new(at, at + word.len())))
            .collect();
        assert_eq!(words.len(), 3);
        assert!(words.iter().all(|&word| Some(word) == Short::new("word")));
        assert_ne!(Short::new("word"), Short::new("word\0"));
    }
}
