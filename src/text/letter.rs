//! What Unicode says of letters, at once for those that text is full of: its tables take a search.

use std::str;

/// Whether `c` is a letter or a digit, as [`char::is_alphanumeric`] says.
#[inline]
pub(super) fn is_alphanumeric(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9')
        || is_plain(c)
        || !c.is_ascii() && !is_punctuation(c) && c.is_alphanumeric()
}

/// Whether `c` is one of the frequent marks between words beyond ASCII: of all scripts, and of Han and kana.
#[inline]
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

/// Whether `c` is a letter without case or in lower case, and one of the frequent ones; also no number and no blank.
#[inline]
pub(super) fn is_plain(c: char) -> bool {
    matches!(c, 'a'..='z' | '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{ff}' | '\u{430}'..='\u{45f}') || is_caseless(c)
}

/// Whether `c` is a letter without case, and one of the frequent ones: of Hebrew, Arabic, Devanagari, Thai, kana, Han, Hangul.
#[inline]
pub(super) fn is_caseless(c: char) -> bool {
    // Han first: its text is nothing else.
    matches!(c, '\u{4e00}'..='\u{9fff}')
        || matches!(c, '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{904}'..='\u{939}' | '\u{e01}'..='\u{e30}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}')
}

/// `c` in lower case; `None` where that takes a search, and perhaps more than one character.
#[inline]
pub(super) fn lower(c: char) -> Option<char> {
    let distance = match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        _ if c.is_ascii() || is_plain(c) || is_mark(c) => 0,
        _ => return None,
    };
    char::from_u32(u32::from(c) + distance)
}

/// Whether `c` is one of the frequent marks on letters: of Arabic, Devanagari and Thai, and the prolonged sound of kana.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94f}' | '\u{e31}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{30fc}')
}

/// A word in lower case, in memory of its own only where it is long.
pub(super) enum Lowered<'t> {
    /// It was in lower case.
    Same(&'t str),
    Short([u8; 40], usize),
    Long(String),
}

impl<'t> Lowered<'t> {
    pub(super) fn new(word: &'t str) -> Self {
        if word.chars().all(|c| lower(c) == Some(c)) {
            return Self::Same(word);
        }
        let (mut buffer, mut length) = ([0; 40], 0);
        for c in word.chars() {
            let Some(c) = lower(c).filter(|c| length + c.len_utf8() <= buffer.len()) else {
                return Self::Long(word.to_lowercase());
            };
            length += c.encode_utf8(&mut buffer[length..]).len();
        }
        Self::Short(buffer, length)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Same(word) => word,
            Self::Short(buffer, length) => str::from_utf8(&buffer[..*length]).unwrap_or_default(),
            Self::Long(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_unicode() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "U+{:04X}", u32::from(c));
            assert!(lower(c).is_none_or(|lower| c.to_lowercase().eq([lower])), "U+{:04X}", u32::from(c));
            assert!(
                !is_plain(c) || c.is_alphabetic() && !c.is_uppercase() && !c.is_numeric(),
                "U+{:04X}",
                u32::from(c)
            );
            assert!(!is_plain(c) || is_caseless(c) != c.is_lowercase(), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_word_is_put_in_lower_case() {
        for word in ["over", "Over", "ÜBER", "Ёлка", "İzmir", "ΟΔΟΣ", "ЧЕРЕЗ-ЧЕРЕЗ-ЧЕРЕЗ-ЧЕРЕЗ-ЧЕРЕЗ"]
        {
            assert_eq!(Lowered::new(word).as_str(), word.to_lowercase());
        }
    }
}
