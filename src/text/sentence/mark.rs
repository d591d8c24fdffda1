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
    /// What `c` does. Terminal marks are those with the Unicode property Sentence_Terminal in scripts in use.
    pub(in crate::text) fn of(c: char) -> Self {
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

/// The first place from `from` up to `end` where a character with a [`Mark`] may start. Characters are told apart by
/// their first byte alone, so an answer may name one without.
pub(in crate::text) fn next(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    bytes[from..end].iter().position(|&byte| MAY_START[usize::from(byte)]).map(|at| from + at)
}

/// Whether a character with a mark starts with this byte in UTF-8.
static MAY_START: [bool; 256] = {
    let mut table = [false; 256];
    let starts = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.!?:;()[]{}\"\xc2\xd6\xd8\xdb\xdc\xdf\xe0\xe1\xe2\xe3\xea\xef";
    let mut i = 0;
    while i < starts.len() {
        table[starts[i] as usize] = true;
        i += 1;
    }
    table
};

/// Whether `c` separates words and is seen by nobody: white space, controls and format characters.
pub(in crate::text) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_format(c)
}

/// Whether `c` is an invisible format character that is no letter: direction marks, byte order mark, zero-width space.
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
