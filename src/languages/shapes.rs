//! The shapes of the words of a list: a filter before it, since most words are in no list.

/// A set of the shapes of words that are written in any case: length, first two letters and last. It may say of a word that
/// is in no list that a list may hold it, never the other way round.
#[derive(Debug)]
pub(super) struct Shapes([u64; 128]);

impl Shapes {
    /// Those of `words`.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut shapes = Self::default();
        for shape in words.into_iter().filter_map(shape) {
            shapes.0[shape / 64] |= 1 << (shape % 64);
        }
        shapes
    }

    /// Whether `word`, in any case, may be one of them.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        shape(word).is_none_or(|shape| self.0[shape / 64] >> (shape % 64) & 1 == 1)
    }
}

impl Default for Shapes {
    fn default() -> Self {
        Self([0; 128])
    }
}

/// The shapes of words that are written as their list has them.
#[derive(Debug, Default)]
pub(super) struct ExactShapes([[u32; 16]; 16]);

impl ExactShapes {
    /// Those of `words`.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut shapes = Self::default();
        for (length, last, first) in words.into_iter().map(exact_shape) {
            shapes.0[length][last] |= first;
        }
        shapes
    }

    /// Whether `word` may be one of them.
    #[inline]
    pub(super) fn may_hold(&self, word: &str) -> bool {
        let (length, last, first) = exact_shape(word);
        self.0[length][last] & first != 0
    }
}

/// The length of `word`, the low bits of its last letter, and those of its first letter as a bit.
#[inline]
fn exact_shape(word: &str) -> (usize, usize, u32) {
    let first = match word.as_bytes() {
        [0xe0..=0xff, _, third, ..] => third,
        [0xc0..=0xdf, second, ..] => second,
        [first, ..] => first,
        [] => &0,
    };
    let last = word.as_bytes().last().unwrap_or(&0);
    (word.len().min(15), usize::from(last & 0xf), 1 << (first & 0x1f))
}

/// The hash of what `word` has the same in both cases. `None` where it has letters whose cases may differ in length: all but
/// those of ASCII, Latin-1 and Cyrillic.
fn shape(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let (&first, &last) = bytes.first().zip(bytes.last())?;
    // Beyond ASCII the cases of a letter share half of its second byte.
    let (first, second, last) = if word.is_ascii() {
        (first & 0x1f, bytes.get(1).unwrap_or(&0) & 0x1f, last & 0x1f)
    } else if bytes.iter().all(|byte| matches!(byte, ..0xc0 | 0xc3 | 0xd0 | 0xd1)) {
        let letter = |at: usize| match bytes.get(at..at + 2) {
            Some(&[byte, second]) => {
                if byte.is_ascii() {
                    byte & 0x1f
                } else {
                    second & 0xf
                }
            }
            _ => 0,
        };
        let last = if last.is_ascii() { last & 0x1f } else { last & 0xf };
        (letter(0), letter(if first.is_ascii() { 1 } else { 2 }), last)
    } else {
        return None;
    };
    let length = u32::try_from(bytes.len().min(15)).unwrap_or(15);
    let shape = length << 15 | u32::from(first) << 10 | u32::from(second) << 5 | u32::from(last);
    Some((shape.wrapping_mul(0x9e37_79b1) >> 19) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_be_held_in_any_case() {
        let words = ["prof", "über", "ёлка", "стр", "z.b", "ул", "σελ", ""];
        let shapes = Shapes::of(words);
        for word in words {
            assert!(shapes.may_hold(word) && shapes.may_hold(&word.to_uppercase()), "{word}");
        }
    }

    #[test]
    fn most_words_are_held_by_no_list() {
        let shapes = Shapes::of(["prof", "dr"]);
        assert!(!["proof", "of", "harbour", "Dry"].iter().any(|word| shapes.may_hold(word)));
        let shapes = ExactShapes::of(["prof", "сам", "他们", "但是"]);
        assert!(!["proof", "Dr", "там", "政府", "他", "他们的"].iter().any(|word| shapes.may_hold(word)));
    }

    #[test]
    fn a_word_of_a_list_is_held_as_it_is_written() {
        let words = ["", "a", "z.b", "ёлка", "他", "-此前", "だから", "𠮷", "donnerstagabends"];
        let shapes = ExactShapes::of(words);
        assert!(words.iter().all(|word| shapes.may_hold(word)));
    }
}
