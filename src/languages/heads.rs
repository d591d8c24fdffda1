//! How texts start: a filter before lists of phrases, since most text starts with none of them.

/// How a text starts, as far as a filter needs to know, where it starts with one of the frequent letters.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// The hash of its first letters in lower case: of Latin and Cyrillic words four at most, in other scripts, where a phrase
    /// may end inside a word, one.
    hash: usize,
    /// The character after them, or after one space more, as a bit; all bits where it may be any.
    next: u32,
}

/// A set of heads that may hold others too.
#[derive(Debug)]
pub(super) struct Heads {
    /// By the hash the characters after the letters.
    next: [u32; 512],
    /// The hashes of the first four bytes, where they are an [`opening`], as bits.
    openings: [u64; 256],
    /// By the same hashes the fifth bytes.
    fifths: [u32; 256],
}

impl Head {
    /// That of `text`; `None` where it starts with no frequent letter or mark, or a rare one follows before the fourth letter.
    #[inline]
    fn of(text: &str) -> Option<Self> {
        if text.as_bytes().first()?.is_ascii() { Self::of_ascii(text.as_bytes()) } else { Self::of_others(text) }
    }

    fn of_ascii(bytes: &[u8]) -> Option<Self> {
        // The letters, a space and the character after it are all that is looked at; the first byte is the highest.
        let start = u64::from_be_bytes(bytes.first_chunk().copied().unwrap_or_else(|| padded(bytes)));
        let four = u32::try_from(start >> 32).unwrap_or_default();
        let letters = leading_letters(four);
        if bytes[0].is_ascii_punctuation() {
            return Some(Self { hash: hash(u32::from(bytes[0])), next: u32::MAX });
        }
        let after = start << (8 * letters);
        if letters == 0 || letters < 4 && after >> 63 == 1 {
            return None;
        }
        let key = (four | 0x2020_2020) >> (32 - 8 * letters);
        let after = if after >> 56 == 0x20 { after << 8 } else { after };
        let next = match after.to_be_bytes()[0] {
            byte @ (b'!'..=b'/' | b':'..=b'~') => 1 << (byte & 0x1f),
            _ => u32::MAX,
        };
        Some(Self { hash: hash(key), next })
    }

    fn of_others(text: &str) -> Option<Self> {
        let mut rest = text.chars();
        let first = rest.next()?;
        if is_mark(first) {
            return Some(Self { hash: hash(u32::from(first)), next: u32::MAX });
        }
        if is_caseless(first) {
            return Some(Self { hash: hash(u32::from(first)), next: bit(rest.next()) });
        }
        let mut key = lower(first)?;
        for _ in 1..4 {
            let mut after = rest.clone();
            let Some(c) = after.next() else { break };
            match lower(c) {
                Some(letter) => key = key << 8 ^ letter,
                None if c.is_ascii() => break,
                None => return None,
            }
            rest = after;
        }
        let next = rest.next();
        Some(Self { hash: hash(key), next: bit(if next == Some(' ') { rest.next() } else { next }) })
    }
}

/// How many letters of ASCII the four bytes of `four`, the first in the highest, start with.
#[inline]
fn leading_letters(four: u32) -> u32 {
    others(four).leading_zeros() / 8
}

/// A text of less than eight bytes with zeros after it.
#[cold]
fn padded(bytes: &[u8]) -> [u8; 8] {
    let mut start = [0; 8];
    start[..bytes.len()].copy_from_slice(bytes);
    start
}

/// The highest bit of each byte of `four` that is no letter of ASCII, all four at once.
#[inline]
pub(super) fn others(four: u32) -> u32 {
    let each = |byte: u8| u32::from_ne_bytes([byte; 4]);
    let lowered = (four | each(0x20)) & each(0x7f);
    // The sums set the highest bit of a byte where it is at least `a`, or beyond `z`.
    let (from_a, beyond_z) = (lowered + each(0x80 - b'a'), lowered + each(0x7f - b'z'));
    (!from_a | beyond_z | four) & each(0x80)
}

fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 23) as usize
}

/// The bit of `next`; all where it is nothing, or what is written in more than one way.
fn bit(next: Option<char>) -> u32 {
    match next {
        Some(c) if lower(c).is_some() || is_caseless(c) || c.is_ascii_punctuation() => {
            1 << (lower(c).unwrap_or(u32::from(c)) & 0x1f)
        }
        _ => u32::MAX,
    }
}

/// A letter of Cyrillic, in lower case.
#[inline]
fn lower(c: char) -> Option<u32> {
    match c {
        '\u{430}'..='\u{45f}' => Some(u32::from(c)),
        '\u{410}'..='\u{42f}' => Some(u32::from(c) + 0x20),
        '\u{400}'..='\u{40f}' => Some(u32::from(c) + 0x50),
        _ => None,
    }
}

/// Whether `c` is a frequent mark beyond ASCII: a dash, a quotation mark, a bullet, an ellipsis.
#[inline]
fn is_mark(c: char) -> bool {
    matches!(c, '«' | '»' | '\u{2010}'..='\u{2027}')
}

/// Whether `c` is a frequent letter without case: of Hebrew, Arabic, Devanagari, Thai, kana, Han, Hangul.
#[inline]
fn is_caseless(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{904}'..='\u{939}' | '\u{e01}'..='\u{e30}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

impl Heads {
    /// Adds that of `phrase`, in lower case; one without is not held back by the filter.
    pub(super) fn insert(&mut self, phrase: &str) {
        if let Some(head) = Head::of(phrase) {
            self.next[head.hash] |= head.next;
        }
        match *phrase.as_bytes() {
            [first, second] => {
                (b'a'..=b'z').for_each(|next| self.insert_opening([first, second, b' ', next], u32::MAX))
            }
            [first, second, third] => self.insert_opening([first, second, third, b' '], u32::MAX),
            [first, second, third, fourth] => self.insert_opening([first, second, third, fourth], u32::MAX),
            [first, second, third, fourth, fifth, ..] => {
                self.insert_opening([first, second, third, fourth], 1 << (fifth & 0x1f));
            }
            // A letter alone opens no text that starts with two.
            [_] | [] => {}
        }
    }

    fn insert_opening(&mut self, four: [u8; 4], fifths: u32) {
        if let Some((word, bit)) = opening(u32::from_be_bytes(four)) {
            self.openings[word] |= bit;
            self.fifths[word] |= fifths;
        }
    }

    /// Whether a phrase that `text` may go on with at `at` was added.
    #[inline]
    pub(super) fn may_start(&self, text: &str, at: usize) -> bool {
        // Most text is told by its first four characters.
        let four = text.as_bytes()[at..].first_chunk().map(|four| u32::from_be_bytes(*four));
        if let Some((word, bit)) = four.and_then(opening)
            && self.openings[word] & bit == 0
        {
            return false;
        }
        self.may_start_with_head(&text[at..])
    }

    /// The same where the first four bytes do not tell.
    #[inline(never)]
    fn may_start_with_head(&self, text: &str) -> bool {
        if let [first, second, third, fourth, fifth, ..] = *text.as_bytes() {
            let four = opening(u32::from_be_bytes([first, second, third, fourth]));
            if four.is_some_and(|(word, _)| self.fifths[word] & fifth_bits(fifth) == 0) {
                return false;
            }
        }
        Head::of(text).is_none_or(|head| self.may_hold(head))
    }

    /// Whether a phrase that a text with this `head` may start with was added.
    fn may_hold(&self, head: Head) -> bool {
        self.next[head.hash] & head.next != 0
    }
}

impl Default for Heads {
    fn default() -> Self {
        Self { next: [0; 512], openings: [0; 256], fifths: [0; 256] }
    }
}

/// The place in a set, as a word and a bit of it, of the four bytes of `four`, the first in the highest, in any case: two
/// letters of ASCII, and two more or one and a space before or after it. `None` where they are others.
#[inline]
fn opening(four: u32) -> Option<(usize, u64)> {
    let known = match others(four) {
        0 => true,
        0x80 => four & 0xff == 0x20,
        0x8000 => four >> 8 & 0xff == 0x20,
        _ => false,
    };
    let hash = (four | 0x2020_2020).wrapping_mul(0x9e37_79b1) >> 18;
    known.then_some(((hash >> 6) as usize, 1 << (hash & 0x3f)))
}

/// The bit of the fifth byte, in any case; all where what it stands for is written in more than one way.
#[inline]
fn fifth_bits(fifth: u8) -> u32 {
    if (b':'..=b'~').contains(&fifth) { 1 << (fifth & 0x1f) } else { u32::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `text` may start with one of some phrases.
    #[track_caller]
    fn check(text: &str, expected: bool) {
        let mut heads = Heads::default();
        ["follow us", "by", "ad", "fax", "tag:", "the latest", "fußball", "0 comments", "фото:", "扫码", "»", "(photo"]
            .iter()
            .for_each(|phrase| heads.insert(phrase));
        assert_eq!(heads.may_start(text, 0), expected, "{text:?}");
    }

    #[test]
    fn a_phrase_may_start_a_text_in_any_case_and_spacing() {
        check("Follow us on", true);
        check("FOLLOW  US", true);
        check("Follow\tus", true);
        check("By Ada", true);
        check("BY ADA", true);
        check("by", true);
        check("by: Ada", true);
        check("Ad", true);
        check("Ad Ada", true);
        check("Fax 12", true);
        check("Fax\u{a0}12", true);
        check("Tag: sea", true);
        check("Fußball", true);
        check("The latest", true);
        check("THE  LATEST", true);
        check("» More", true);
        check("(Photo", true);
        check("12 comments", true);
        check("Фото: Ада", true);
        check("扫码关注", true);
    }

    #[test]
    fn letters_of_ascii_are_counted_up_to_the_first_other_byte() {
        for byte in 0..=u8::MAX {
            for place in 0..4 {
                let mut four = *b"azAZ";
                four[place] = byte;
                let expected = if byte.is_ascii_alphabetic() { 4 } else { place };
                assert_eq!(leading_letters(u32::from_be_bytes(four)) as usize, expected, "{four:?}");
            }
        }
    }

    #[test]
    fn most_texts_start_with_no_phrase() {
        check("Folly", false);
        check("Bypasses", false);
        check("The ferry", false);
        check("“The latest", false);
        check("\"The latest", false);
        check("Byte by byte", false);
        check("Faxes came", false);
        check("Фотограф", false);
        check("扫地", false);
        check("A", false);
    }
}
