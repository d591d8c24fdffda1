//! The characters that matter to sentence splitting, and a fast way from one to the next.

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
        MARKS.get(c as usize).copied().unwrap_or_else(|| Self::search(c))
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

/// What each character of ASCII does.
static MARKS: [Mark; 128] = {
    let mut marks = [Mark::None; 128];
    let mut i = 0_u8;
    while i < 128 {
        marks[i as usize] = Mark::search(i as char);
        i += 1;
    }
    marks
};

/// The first place from `from` up to `end` where a character with a [`Mark`] may start. Characters are told apart by
/// their first two bytes, so an answer may name one without.
pub(in crate::text) fn next(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    let bytes = &bytes[..end];
    // Eight bytes at a time: in scripts whose letters are told from marks by their first byte, most have none.
    let (eights, _) = bytes[from..].as_chunks::<8>();
    let clear = |eight: &&[u8; 8]| !eight.iter().fold(false, |any, &byte| any | may_start(byte));
    let mut at = from + 8 * eights.iter().take_while(clear).count();
    loop {
        at += bytes[at..].iter().position(|&byte| may_start(byte))?;
        let Some(second) = bytes.get(at + 1) else { return Some(at) };
        if bytes[at] < 0x80 {
            return Some(at);
        }
        // The vowel signs of Devanagari share two bytes with its danda.
        let vowel_sign = matches!(bytes[at..], [0xe0, 0xa5, third, ..] if third & 0xfe != 0xa4);
        if SECOND[usize::from(bytes[at] & 0x3f)] >> (second & 0x3f) & 1 == 1 && !vowel_sign {
            return Some(at);
        }
        at += 2;
    }
}

fn may_start(byte: u8) -> bool {
    MAY_START[usize::from(byte)]
}

/// Whether a character with a mark starts with this byte in UTF-8.
static MAY_START: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < ASCII.len() {
        table[ASCII[i] as usize] = true;
        i += 1;
    }
    let mut i = 0;
    while i < SECOND.len() {
        table[0xc0 | i] = SECOND[i] != 0;
        i += 1;
    }
    table
};

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

const ASCII: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.!?:;()[]{}\"";

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
            let bytes = c.encode_utf8(&mut buffer).as_bytes();
            assert!(Mark::of(c) == Mark::None || next(bytes, 0, bytes.len()) == Some(0), "U+{:04X}", u32::from(c));
        }
    }
}
