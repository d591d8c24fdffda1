//! What Unicode says of letters, at once for those that text is full of: its tables take a search.

use std::str;

/// Whether `c` is a letter or a digit, as [`char::is_alphanumeric`] says.
#[inline]
pub(super) fn is_alphanumeric(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9')
        || is_plain(c)
        || !c.is_ascii() && (is_cased(c) || !is_punctuation(c) && !is_sign(c) && c.is_alphanumeric())
}

/// Whether `c` is one of the frequent letters beyond ASCII of Latin, Greek and Cyrillic.
#[inline]
fn is_cased(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{3ac}'..='\u{3ce}' | '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' | '\u{1e00}'..='\u{1eff}')
}

/// Whether `c` is one of the frequent marks between words beyond ASCII: of all scripts, and of Tibetan, Han and kana.
#[inline]
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{2000}'..='\u{206f}' | '\u{f0b}'..='\u{f14}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

/// Whether `c` is a letter without case or in lower case, and one of the frequent ones; also no number and no blank.
#[inline]
pub(super) fn is_plain(c: char) -> bool {
    matches!(c, 'a'..='z' | '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{ff}' | '\u{430}'..='\u{45f}')
        || is_caseless(c)
        // Armenian and Georgian.
        || matches!(c, '\u{561}'..='\u{586}' | '\u{10d0}'..='\u{10fa}')
}

/// Whether `c` is a letter without case, or a sign that counts as one, and one of the frequent ones: of Hebrew to Khmer, kana,
/// Han, Hangul.
#[inline]
pub(super) fn is_caseless(c: char) -> bool {
    // Han first: its text is nothing else.
    matches!(c, '\u{4e00}'..='\u{9fff}')
        || kind(c) == Kind::Letter
        || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether `c` is one of the frequent marks that are no letters, as the virama and the tone marks of Thai are.
#[inline]
pub(super) fn is_sign(c: char) -> bool {
    kind(c) == Kind::Sign
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

/// Whether `c` is one of the frequent marks on letters, or the prolonged sound of kana.
fn is_mark(c: char) -> bool {
    is_sign(c) || c == '\u{30fc}'
}

/// What a character of the scripts without case is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What Unicode's tables say.
    Unknown,
    /// Alphabetic, without case, no number.
    Letter,
    /// A mark that is neither alphabetic nor a number.
    Sign,
}

#[inline]
fn kind(c: char) -> Kind {
    static KINDS: [Kind; (LAST - FIRST) as usize] = kinds();
    let index = u32::from(c).wrapping_sub(FIRST);
    KINDS.get(index as usize).copied().unwrap_or(Kind::Unknown)
}

/// Where the table of kinds begins and ends: from Hebrew to Khmer.
const FIRST: u32 = 0x590;
const LAST: u32 = 0x1800;

const fn kinds() -> [Kind; (LAST - FIRST) as usize] {
    let mut kinds = [Kind::Unknown; (LAST - FIRST) as usize];
    fill(&mut kinds, LETTERS, Kind::Letter);
    fill(&mut kinds, SIGNS, Kind::Sign);
    kinds
}

const fn fill(kinds: &mut [Kind], mut ranges: &[(u32, u32)], kind: Kind) {
    while let [(first, last), rest @ ..] = ranges {
        let mut code = *first;
        while code <= *last {
            kinds[(code - FIRST) as usize] = kind;
            code += 1;
        }
        ranges = rest;
    }
}

/// The first and last of each run of letters: Unicode's `Alphabetic` without what has case or is a number.
#[rustfmt::skip]
const LETTERS: &[(u32, u32)] = &[
    // Hebrew, Arabic.
    (0x5b0, 0x5bd), (0x5bf, 0x5bf), (0x5c1, 0x5c2), (0x5c4, 0x5c5), (0x5c7, 0x5c7), (0x5d0, 0x5ea), (0x5ef, 0x5f2),
    (0x610, 0x61a), (0x620, 0x657), (0x659, 0x65f), (0x66e, 0x6d3), (0x6d5, 0x6dc), (0x6e1, 0x6e8), (0x6ed, 0x6ef),
    (0x6fa, 0x6fc), (0x6ff, 0x6ff),
    // Devanagari.
    (0x900, 0x93b), (0x93d, 0x94c), (0x94e, 0x950), (0x955, 0x963), (0x971, 0x97f),
    // Bengali to Sinhala.
    (0x980, 0x983), (0x985, 0x98c), (0x98f, 0x990), (0x993, 0x9a8), (0x9aa, 0x9b0), (0x9b2, 0x9b2), (0x9b6, 0x9b9),
    (0x9bd, 0x9c4), (0x9c7, 0x9c8), (0x9cb, 0x9cc), (0x9ce, 0x9ce), (0x9d7, 0x9d7), (0x9dc, 0x9dd), (0x9df, 0x9e3),
    (0x9f0, 0x9f1), (0x9fc, 0x9fc), (0xa01, 0xa03), (0xa05, 0xa0a), (0xa0f, 0xa10), (0xa13, 0xa28), (0xa2a, 0xa30),
    (0xa32, 0xa33), (0xa35, 0xa36), (0xa38, 0xa39), (0xa3e, 0xa42), (0xa47, 0xa48), (0xa4b, 0xa4c), (0xa51, 0xa51),
    (0xa59, 0xa5c), (0xa5e, 0xa5e), (0xa70, 0xa75), (0xa81, 0xa83), (0xa85, 0xa8d), (0xa8f, 0xa91), (0xa93, 0xaa8),
    (0xaaa, 0xab0), (0xab2, 0xab3), (0xab5, 0xab9), (0xabd, 0xac5), (0xac7, 0xac9), (0xacb, 0xacc), (0xad0, 0xad0),
    (0xae0, 0xae3), (0xaf9, 0xafc), (0xb01, 0xb03), (0xb05, 0xb0c), (0xb0f, 0xb10), (0xb13, 0xb28), (0xb2a, 0xb30),
    (0xb32, 0xb33), (0xb35, 0xb39), (0xb3d, 0xb44), (0xb47, 0xb48), (0xb4b, 0xb4c), (0xb56, 0xb57), (0xb5c, 0xb5d),
    (0xb5f, 0xb63), (0xb71, 0xb71), (0xb82, 0xb83), (0xb85, 0xb8a), (0xb8e, 0xb90), (0xb92, 0xb95), (0xb99, 0xb9a),
    (0xb9c, 0xb9c), (0xb9e, 0xb9f), (0xba3, 0xba4), (0xba8, 0xbaa), (0xbae, 0xbb9), (0xbbe, 0xbc2), (0xbc6, 0xbc8),
    (0xbca, 0xbcc), (0xbd0, 0xbd0), (0xbd7, 0xbd7), (0xc00, 0xc0c), (0xc0e, 0xc10), (0xc12, 0xc28), (0xc2a, 0xc39),
    (0xc3d, 0xc44), (0xc46, 0xc48), (0xc4a, 0xc4c), (0xc55, 0xc56), (0xc58, 0xc5a), (0xc5d, 0xc5d), (0xc60, 0xc63),
    (0xc80, 0xc83), (0xc85, 0xc8c), (0xc8e, 0xc90), (0xc92, 0xca8), (0xcaa, 0xcb3), (0xcb5, 0xcb9), (0xcbd, 0xcc4),
    (0xcc6, 0xcc8), (0xcca, 0xccc), (0xcd5, 0xcd6), (0xcdd, 0xcde), (0xce0, 0xce3), (0xcf1, 0xcf2), (0xd00, 0xd0c),
    (0xd0e, 0xd10), (0xd12, 0xd3a), (0xd3d, 0xd44), (0xd46, 0xd48), (0xd4a, 0xd4c), (0xd4e, 0xd4e), (0xd54, 0xd57),
    (0xd5f, 0xd63), (0xd7a, 0xd7f), (0xd81, 0xd83), (0xd85, 0xd96), (0xd9a, 0xdb1), (0xdb3, 0xdbb), (0xdbd, 0xdbd),
    (0xdc0, 0xdc6), (0xdcf, 0xdd4), (0xdd6, 0xdd6), (0xdd8, 0xddf), (0xdf2, 0xdf3),
    // Thai, Lao.
    (0xe01, 0xe3a), (0xe40, 0xe46), (0xe4d, 0xe4d), (0xe81, 0xe82), (0xe84, 0xe84), (0xe86, 0xe8a), (0xe8c, 0xea3),
    (0xea5, 0xea5), (0xea7, 0xeb9), (0xebb, 0xebd), (0xec0, 0xec4), (0xec6, 0xec6), (0xecd, 0xecd), (0xedc, 0xedf),
    // Tibetan.
    (0xf00, 0xf00), (0xf40, 0xf47), (0xf49, 0xf6c), (0xf71, 0xf83), (0xf88, 0xf97), (0xf99, 0xfbc),
    // Myanmar.
    (0x1000, 0x1036), (0x1038, 0x1038), (0x103b, 0x103f), (0x1050, 0x108f), (0x109a, 0x109d),
    // Ethiopic.
    (0x1200, 0x1248), (0x124a, 0x124d), (0x1250, 0x1256), (0x1258, 0x1258), (0x125a, 0x125d), (0x1260, 0x1288),
    (0x128a, 0x128d), (0x1290, 0x12b0), (0x12b2, 0x12b5), (0x12b8, 0x12be), (0x12c0, 0x12c0), (0x12c2, 0x12c5),
    (0x12c8, 0x12d6), (0x12d8, 0x1310), (0x1312, 0x1315), (0x1318, 0x135a),
    // Khmer.
    (0x1780, 0x17b3), (0x17b6, 0x17c8), (0x17d7, 0x17d7), (0x17dc, 0x17dc),
];

/// Likewise of marks that are not `Alphabetic`.
#[rustfmt::skip]
const SIGNS: &[(u32, u32)] = &[
    // Hebrew, Arabic.
    (0x591, 0x5af), (0x658, 0x658), (0x6df, 0x6e0), (0x6ea, 0x6ec),
    // Devanagari.
    (0x93c, 0x93c), (0x94d, 0x94d), (0x951, 0x954),
    // Bengali to Sinhala.
    (0x9bc, 0x9bc), (0x9cd, 0x9cd), (0x9fe, 0x9fe), (0xa3c, 0xa3c), (0xa4d, 0xa4d), (0xabc, 0xabc), (0xacd, 0xacd),
    (0xafd, 0xaff), (0xb3c, 0xb3c), (0xb4d, 0xb4d), (0xb55, 0xb55), (0xbcd, 0xbcd), (0xc3c, 0xc3c), (0xc4d, 0xc4d),
    (0xcbc, 0xcbc), (0xccd, 0xccd), (0xd3b, 0xd3c), (0xd4d, 0xd4d), (0xdca, 0xdca),
    // Thai, Lao.
    (0xe47, 0xe4c), (0xe4e, 0xe4e), (0xeba, 0xeba), (0xec8, 0xecc),
    // Tibetan.
    (0xf18, 0xf19), (0xf35, 0xf35), (0xf37, 0xf37), (0xf39, 0xf39), (0xf3e, 0xf3f), (0xf84, 0xf84), (0xf86, 0xf87), (0xfc6, 0xfc6),
    // Myanmar.
    (0x1037, 0x1037), (0x1039, 0x103a),
    // Ethiopic.
    (0x135d, 0x135f),
    // Khmer.
    (0x17b4, 0x17b5), (0x17c9, 0x17d3), (0x17dd, 0x17dd),
];

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
            assert!(!is_sign(c) || !c.is_alphanumeric() && !c.is_whitespace(), "U+{:04X}", u32::from(c));
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
