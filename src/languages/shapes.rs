//! The shapes of the words of a list: a filter before it, since most words are in no list.

/// The first letters of words by their length and their last letter. It may say of a word that is in no list that a list may
/// hold it, never the other way round.
type Table = [[u32; 16]; 16];

/// The shapes of words that are written in any case.
#[derive(Debug, Default)]
pub(super) struct Shapes(Table);

impl Shapes {
    /// Those of `words`.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self(table(words.into_iter().filter_map(shape)))
    }

    /// Whether `word`, in any case, may be one of them.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        shape(word).is_none_or(|(length, last, first)| self.0[length][last] & first != 0)
    }
}

/// The shapes of words that are written as their list has them.
#[derive(Debug, Default)]
pub(super) struct ExactShapes(Table);

impl ExactShapes {
    /// Those of `words`.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self(table(words.into_iter().map(exact_shape)))
    }

    /// Whether `word` may be one of them.
    #[inline]
    pub(super) fn may_hold(&self, word: &str) -> bool {
        let (length, last, first) = exact_shape(word);
        self.0[length][last] & first != 0
    }
}

fn table(shapes: impl Iterator<Item = (usize, usize, u32)>) -> Table {
    let mut table = Table::default();
    for (length, last, first) in shapes {
        table[length][last] |= first;
    }
    table
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

/// The length of `word`, what its last letter has the same in both cases, and its first letter as a bit. `None` where it has
/// letters whose cases may differ in length: all but those of ASCII, Latin-1 and Cyrillic.
fn shape(word: &str) -> Option<(usize, usize, u32)> {
    let steady = word.bytes().all(|byte| byte < 0xc0 || matches!(byte, 0xc3 | 0xd0 | 0xd1));
    let (&first, &last) = word.as_bytes().first().zip(word.as_bytes().last()).filter(|_| steady)?;
    let first = if first.is_ascii() { 1 << (first & 0x1f) } else { 1 };
    Some((word.len().min(15), usize::from(last & 0xf), first))
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
