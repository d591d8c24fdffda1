//! The characters that matter to sentence splitting, and a fast way from one to the next.

use crate::text::chunk::{self, Bytes, CHUNK, Chunk};

/// What a character does for sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::text) enum Mark {
    /// Nothing.
    None,
    /// The full stop of scripts with capitals, which also ends abbreviations and numbers.
    FullStop,
    /// An exclamation or question mark of scripts with capitals.
    Exclamation,
    /// A mark that does nothing but end sentences: `。`, `।`, `؟`.
    Terminal,
    /// Three dots in one character.
    Ellipsis,
    /// A bracket that opens.
    Opening,
    /// A bracket that closes.
    Closing,
    /// A double quotation mark; which side it is on is for the text to say.
    Quote,
    /// A bullet.
    Bullet,
    /// A capital of the Latin alphabet.
    Capital,
    /// A colon.
    Colon,
    /// A semicolon.
    Semicolon,
}

impl Mark {
    /// What `c` does.
    #[inline]
    pub(in crate::text) fn of(c: char) -> Self {
        let code = u32::from(c) as usize;
        BLOCKS.get(code / 128).map_or(Self::None, |&block| MARKS[usize::from(block)][code % 128])
    }

    /// Terminal marks are those with the Unicode property Sentence_Terminal in scripts in use.
    const fn search(c: char) -> Self {
        match c {
            'A'..='Z' => Self::Capital,
            '.' | '\u{2024}' => Self::FullStop,
            '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' | '‽' => Self::Exclamation,
            '…' => Self::Ellipsis,
            ':' => Self::Colon,
            ';' => Self::Semicolon,
            '(' | '[' | '{' | '（' | '［' | '「' | '『' | '【' | '〔' => Self::Opening,
            ')' | ']' | '}' | '）' | '］' | '」' | '』' | '】' | '〕' => Self::Closing,
            '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂' => Self::Quote,
            '•' | '⁃' | '‣' | '▪' | '●' | '◦' | '■' | '►' => Self::Bullet,
            '\u{589}' | '\u{61d}'..='\u{61f}' | '\u{6d4}' | '\u{700}'..='\u{702}' | '\u{7f9}' => Self::Terminal,
            '\u{964}' | '\u{965}' | '\u{df4}' | '\u{f0d}' | '\u{f0e}' | '\u{104b}' => Self::Terminal,
            '\u{1362}' | '\u{1367}' | '\u{1368}' | '\u{166e}' | '\u{17d4}' | '\u{17d5}' => Self::Terminal,
            '\u{1803}' | '\u{1809}' | '\u{1944}' | '\u{1945}' | '\u{1b5a}' | '\u{1b5b}' | '\u{1b5e}' | '\u{1b5f}' => {
                Self::Terminal
            }
            '\u{1c3b}' | '\u{1c3c}' | '\u{1c7e}' | '\u{1c7f}' | '\u{2e2e}' | '。' | '\u{a4ff}' | '\u{a876}' => {
                Self::Terminal
            }
            '\u{a877}' | '\u{a8ce}' | '\u{a8cf}' | '\u{a92f}' | '\u{a9c8}' | '\u{a9c9}' | '\u{aa5d}'..='\u{aa5f}' => {
                Self::Terminal
            }
            '\u{abeb}' | '︒' | '︕' | '︖' | '﹒' | '﹖' | '﹗' | '！' | '．' | '？' | '｡' => {
                Self::Terminal
            }
            _ => Self::None,
        }
    }
}

/// Where blocks of 128 characters begin that hold marks; before them one that holds none.
const WITH_MARKS: [u32; 32] = [
    0x3400, 0x0, 0x80, 0x580, 0x600, 0x680, 0x700, 0x780, 0x900, 0xd80, 0xf00, 0x1000, 0x1300, 0x1600, 0x1780, 0x1800,
    0x1900, 0x1b00, 0x1c00, 0x2000, 0x2580, 0x2e00, 0x3000, 0xa480, 0xa800, 0xa880, 0xa900, 0xa980, 0xaa00, 0xab80,
    0xfe00, 0xff00,
];

/// For each block of 128 characters its place among those, which is 0 where it holds no marks.
static BLOCKS: [u8; 512] = {
    let mut blocks = [0; 512];
    let mut place = 0_u8;
    while (place as usize) < WITH_MARKS.len() {
        blocks[WITH_MARKS[place as usize] as usize / 128] = place;
        place += 1;
    }
    blocks
};

/// What each character of those blocks does.
static MARKS: [[Mark; 128]; WITH_MARKS.len()] = {
    let mut marks = [[Mark::None; 128]; WITH_MARKS.len()];
    let mut i = 0_u32;
    while i < 32 * 128 {
        let (block, within) = ((i / 128) as usize, i % 128);
        if let Some(c) = char::from_u32(WITH_MARKS[block] + within) {
            marks[block][within as usize] = Mark::search(c);
        }
        i += 1;
    }
    marks
};

/// The places in a text where a character with a [`Mark`] may start, in order. Characters are told apart by their first two
/// bytes, so a place may be one without.
#[derive(Debug)]
pub(in crate::text) struct Marks<'t> {
    bytes: &'t [u8],
    /// Where the chunk starts that is looked at.
    chunk: usize,
    /// The places in the chunk that are left, as bits.
    left: u64,
}

impl<'t> Marks<'t> {
    /// Those of `text`.
    pub(in crate::text) fn of(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), chunk: 0, left: candidates(text.as_bytes(), 0) }
    }

    /// The next one, if it is before `end`, with its first byte.
    #[inline]
    pub(in crate::text) fn next_before(&mut self, end: usize) -> Option<(usize, u8)> {
        loop {
            while self.left == 0 {
                self.chunk += CHUNK;
                if self.chunk >= end {
                    // The next chunk is not looked at yet.
                    self.chunk -= CHUNK;
                    return None;
                }
                self.left = candidates(self.bytes, self.chunk);
            }
            let place = self.chunk + self.left.trailing_zeros() as usize;
            if place >= end {
                return None;
            }
            self.left &= self.left - 1;
            let byte = self.bytes[place];
            if byte.is_ascii() || starts_mark(&self.bytes[place..]) {
                return Some((place, byte));
            }
        }
    }

    /// Passes over a capital at `at` where it stands in the chunk that is looked at; no mark before it is left.
    #[inline]
    pub(in crate::text) fn pass_capital(&mut self, at: usize) {
        let capital = self.bytes.get(at).is_some_and(u8::is_ascii_uppercase);
        let place = at.wrapping_sub(self.chunk);
        if place < CHUNK {
            self.left &= !(u64::from(capital) << place);
        }
    }

    /// Passes over those before `at`.
    #[inline]
    pub(in crate::text) fn skip_to(&mut self, at: usize) {
        let within = at % CHUNK;
        if at - within > self.chunk {
            self.chunk = at - within;
            self.left = candidates(self.bytes, self.chunk);
        }
        if at > self.chunk {
            self.left &= u64::MAX << within;
        }
    }
}

/// The places in the chunk at `at` where a character with a mark may start, as bits.
#[inline]
fn candidates(bytes: &[u8], at: usize) -> u64 {
    chunk::with(bytes, at, |chunk| {
        if chunk::any(chunk, Bytes::beyond_ascii) {
            candidates_beyond_ascii(chunk)
        } else {
            chunk::bits(chunk, may_be_mark)
        }
    })
}

#[inline(never)]
fn candidates_beyond_ascii(chunk: &Chunk) -> u64 {
    if !chunk::any(chunk, |bytes| bytes.within(0xd6, 0xff)) {
        // Latin, Greek or Cyrillic alone.
        return chunk::bits(chunk, |bytes| may_be_mark(bytes) | bytes.are(0xc2));
    }
    let common = |bytes, after| may_be_mark(bytes) | may_start_common_mark(bytes, after);
    if !chunk::any(chunk, |bytes| bytes.within(0xd6, 0xe2)) {
        return chunk::pairs(chunk, common);
    }
    chunk::pairs(chunk, |bytes, after| common(bytes, after) | may_start_other_mark(bytes, after))
}

/// The marks of ASCII, and a few others, so that ranges are few.
#[inline(always)]
fn may_be_mark(bytes: Bytes) -> Bytes {
    bytes.within(b'!', b'"') | bytes.within(b'(', b')') | bytes.are(b'.') | bytes.within(b':', b']') | bytes.after(b'z')
}

/// The first bytes of the marks among letters of Latin, Greek, Cyrillic, Han and kana, and a few others; as kana start with
/// the same byte as full stops do, by the second byte, too.
#[inline(always)]
fn may_start_common_mark(bytes: Bytes, after: Bytes) -> Bytes {
    bytes.are(0xc2) | bytes.with(0x05).are(0xef) | bytes.are(0xe3) & after.are(0x80)
}

/// Those of the other marks beyond ASCII, which start with 0xD6 to 0xE2; likewise by the second byte where letters are many
/// that start with the first: those of India and Thailand, and Arabic.
#[inline(always)]
fn may_start_other_mark(bytes: Bytes, after: Bytes) -> Bytes {
    bytes.within(0xdb, 0xdf)
        | bytes.within(0xe1, 0xe2)
        | bytes.are(0xd6)
        | bytes.are(0xd8) & after.within(0x80, 0x9f)
        | bytes.are(0xe0) & (after.with(0x1a).are(0xbf) | after.are(0xbc))
}

/// Whether the character beyond ASCII that `bytes` start with may have a mark, as far as its first bytes tell.
fn starts_mark(bytes: &[u8]) -> bool {
    match *bytes {
        // The vowel signs of Devanagari share two bytes with its danda.
        [0xe0, 0xa5, third, ..] => third & 0xfe == 0xa4,
        [first, second, ..] => SECOND[usize::from(first & 0x3f)] >> (second & 0x3f) & 1 == 1,
        _ => false,
    }
}

/// For each first byte from 0xC0, the second bytes, less 0x80, of the characters with a mark, as a set of bits.
static SECOND: [u64; 64] = {
    let mut table = [0; 64];
    let mut i = 0;
    while i < BEYOND_ASCII.len() {
        let (first, seconds) = BEYOND_ASCII[i];
        let mut j = 0;
        while j < seconds.len() {
            table[first as usize & 0x3f] |= 1 << (seconds[j] & 0x3f);
            j += 1;
        }
        i += 1;
    }
    table
};

/// The first byte of characters with a mark beyond ASCII, and the second bytes that go with it.
const BEYOND_ASCII: [(u8, &[u8]); 12] = [
    (0xc2, b"\xab\xbb"),
    (0xd6, b"\x89"),
    (0xd8, b"\x9d\x9e\x9f"),
    (0xdb, b"\x94"),
    (0xdc, b"\x80\x81\x82"),
    (0xdf, b"\xb9"),
    (0xe0, b"\xa5\xb7\xbc"),
    (0xe1, b"\x81\x8d\x99\x9f\xa0\xa5\xad\xb0\xb1"),
    (0xe2, b"\x80\x81\x96\x97\xb8"),
    (0xe3, b"\x80"),
    (0xea, b"\x93\xa1\xa3\xa4\xa7\xa9\xaf"),
    (0xef, b"\xb8\xb9\xbc\xbd"),
];

/// Whether `c` separates words and is seen by nobody: white space, controls and format characters.
#[inline]
pub(in crate::text) fn is_blank(c: char) -> bool {
    match c {
        '\0'..=' ' | '\u{7f}' => true,
        '!'..='~' => false,
        _ => c.is_whitespace() || c.is_control() || is_format(c),
    }
}

/// Whether `c` is an invisible format character that is no letter: direction marks, byte order mark, zero-width space.
#[inline]
pub(in crate::text) fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// Whether `c` belongs to a script that is written without spaces between words, or whose sentences need none between them.
pub(in crate::text) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_with_a_mark_can_be_found() {
        for c in '\0'..=char::MAX {
            let mut buffer = [0; 4];
            let text = c.encode_utf8(&mut buffer);
            assert!(
                Mark::of(c) == Mark::None || Marks::of(text).next_before(text.len()).is_some_and(|(at, _)| at == 0),
                "U+{:04X}",
                u32::from(c)
            );
        }
    }

    #[test]
    fn blocks_hold_all_marks() {
        for c in '\0'..=char::MAX {
            assert_eq!(Mark::of(c), Mark::search(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn marks_are_found_in_order_up_to_any_end() {
        let text = "Nora left. “Why?” (at 9) Она ушла — «вчера»। 他走了。".repeat(9);
        let expected: Vec<usize> =
            text.char_indices().filter(|&(_, c)| Mark::of(c) != Mark::None).map(|(at, _)| at).collect();
        let (mut marks, mut found) = (Marks::of(&text), Vec::new());
        for end in (0..=text.len()).step_by(70).chain([text.len()]) {
            while let Some((at, _)) = marks.next_before(end) {
                assert!(at < end);
                found.extend(text[at..].chars().next().filter(|&c| Mark::of(c) != Mark::None).map(|_| at));
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn marks_can_be_passed_over() {
        let text = "A. ".repeat(100);
        let mut marks = Marks::of(&text);
        for at in [0, 1, 30, 63, 64, 130, 297] {
            marks.skip_to(at);
            let expected = (at..).find(|at| at % 3 < 2);
            assert_eq!(marks.next_before(text.len()).map(|(at, _)| at), expected);
        }
        assert_eq!(marks.next_before(text.len()), Some((298, b'.')));
        assert_eq!(marks.next_before(text.len()), None);
    }
}
