//! List markers: `1.`, `2)`, `(c)`, `iv)`, `1.)`, and bullets.

use super::mark::Mark;

/// How the counter of a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counter {
    Number(u16),
    /// A single letter, and what it is as a Roman numeral where it is one.
    Letter(char),
    Roman(u16),
}

/// What stands around the counter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::text) enum Frame {
    /// `1.`
    Stop,
    /// `1)`
    Bracket,
    /// `(1)`
    Brackets,
    /// `1.)`
    StopBracket,
}

/// A list marker at the start of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::text) struct Marker {
    counter: Counter,
    /// What stands around the counter.
    pub(in crate::text) frame: Frame,
    /// Its length in bytes.
    pub(in crate::text) len: usize,
}

impl Marker {
    /// The marker that `text` starts with. A bullet before it is part of it.
    pub(in crate::text) fn read(text: &str) -> Option<Self> {
        if !Self::may_start(text) {
            return None;
        }
        let bullet = text.chars().next().filter(|&c| Mark::of(c) == Mark::Bullet).map_or(0, char::len_utf8);
        let gap = text[bullet..].bytes().take(3).take_while(|&byte| byte == b' ').count();
        let unbulleted = &text[bullet + gap..];
        let bare = unbulleted.strip_prefix('(');
        let rest = bare.unwrap_or(unbulleted);
        let len = rest.bytes().take(5).take_while(u8::is_ascii_alphanumeric).count();
        let after = &rest.as_bytes()[len..];
        let (frame, tail) = match (bare.is_some(), after) {
            (true, [b')', ..]) => (Frame::Brackets, 1),
            (false, [b'.', b')', ..]) => (Frame::StopBracket, 2),
            (false, [b')', ..]) => (Frame::Bracket, 1),
            (false, [b'.', ..]) => (Frame::Stop, 1),
            _ => return None,
        };
        let counter = Counter::read(&rest[..len])?;
        Some(Self { counter, frame, len: text.len() - rest.len() + len + tail })
    }

    /// Whether `text` may start with one. A counter of several letters is a Roman numeral, so nearly all text is told from
    /// one by two letters.
    #[inline]
    pub(in crate::text) fn may_start(text: &str) -> bool {
        match *text.as_bytes() {
            [first, second, ..] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                roman_digit(first).is_some() && roman_digit(second).is_some()
            }
            _ => true,
        }
    }

    /// Whether it marks the item after the one that `previous` marks.
    pub(in crate::text) fn follows(&self, previous: &Self) -> bool {
        self.frame == previous.frame
            && match (previous.counter, self.counter) {
                (Counter::Number(a), Counter::Number(b)) => a.checked_add(1) == Some(b),
                (Counter::Letter(a), Counter::Letter(b)) if u32::from(a) + 1 == u32::from(b) => true,
                (a, b) => a.roman().zip(b.roman()).is_some_and(|(a, b)| a + 1 == b),
            }
    }

    /// Whether a list starts with it.
    pub(in crate::text) fn is_first(&self) -> bool {
        matches!(self.counter, Counter::Number(1) | Counter::Letter('a' | 'A' | 'i' | 'I'))
    }

    /// Whether its counter is a number.
    pub(in crate::text) fn is_number(&self) -> bool {
        matches!(self.counter, Counter::Number(_))
    }

    /// Whether its counter is a capital letter, so that it may be an initial.
    pub(in crate::text) fn is_capital(&self) -> bool {
        matches!(self.counter, Counter::Letter(c) if c.is_uppercase())
    }
}

impl Counter {
    fn read(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [] => None,
            [b'0'..=b'9', ..] if text.len() <= 3 => text.parse().ok().map(Self::Number),
            [c] if c.is_ascii_alphabetic() => Some(Self::Letter(char::from(*c))),
            _ => roman(text).map(Self::Roman),
        }
    }

    fn roman(self) -> Option<u16> {
        match self {
            Self::Number(_) => None,
            Self::Letter(c) => roman(c.encode_utf8(&mut [0; 4])),
            Self::Roman(value) => Some(value),
        }
    }
}

/// The value of a Roman numeral of up to 39, written in small or capital letters.
fn roman(text: &str) -> Option<u16> {
    let (mut value, mut last) = (0_u16, 10);
    for byte in text.bytes() {
        let digit = roman_digit(byte)?;
        value += digit;
        if digit > last {
            value = value.checked_sub(2 * last)?;
        }
        last = digit;
    }
    (1..40).contains(&value).then_some(value)
}

/// The value of a letter of such numerals.
fn roman_digit(byte: u8) -> Option<u16> {
    match byte.to_ascii_lowercase() {
        b'i' => Some(1),
        b'v' => Some(5),
        b'x' => Some(10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long the marker at the start of `text` is; 0 where there is none.
    #[track_caller]
    fn check(text: &str, expected: usize) {
        assert_eq!(Marker::read(text).map_or(0, |marker| marker.len), expected, "{text:?}");
    }

    #[test]
    fn counters_in_all_frames_are_markers() {
        check("1. flour", 2);
        check("2) eggs", 2);
        check("(c) salt", 3);
        check("iv) oil", 3);
        check("10.) more", 4);
        check("• 3. bulleted", "• 3.".len());
    }

    #[test]
    fn words_and_years_are_no_markers() {
        check("Mix. The", 0);
        check("2024. The", 0);
        check("No. 5", 0);
        check("1 000", 0);
    }

    #[test]
    fn a_counter_follows_the_one_before_in_the_same_frame() {
        let follows = |a, b| Marker::read(b).unwrap().follows(&Marker::read(a).unwrap());
        assert!(follows("1. a", "2. b") && follows("h) a", "i) b") && follows("i) a", "ii) b"));
        assert!(!follows("1. a", "3. b") && !follows("1. a", "2) b") && !follows("b) a", "a) b"));
    }

    #[test]
    fn roman_numerals_are_read_to_39() {
        assert_eq!(
            [roman("iv"), roman("IX"), roman("xxxix"), roman("iiiiiiii"), roman("mix")],
            [Some(4), Some(9), Some(39), Some(8), None]
        );
    }
}
