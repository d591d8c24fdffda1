//! Scripts: which letters belong to which model.

/// A script whose letters the detector tells apart. Kana and Han are two, so that Japanese shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are Unicode's")]
pub enum Script {
    Arabic,
    Armenian,
    Bengali,
    Cyrillic,
    Devanagari,
    Ethiopic,
    Georgian,
    Greek,
    Gujarati,
    Gurmukhi,
    Han,
    Hangul,
    Hebrew,
    Kana,
    Kannada,
    Khmer,
    Lao,
    Latin,
    Malayalam,
    Myanmar,
    Odia,
    Sinhala,
    Tamil,
    Telugu,
    Thai,
    Tibetan,
}

/// How many scripts there are.
pub const SCRIPTS: usize = 26;

impl Script {
    /// Every script, in the order of their numbers.
    pub const ALL: [Self; SCRIPTS] = [
        Self::Arabic,
        Self::Armenian,
        Self::Bengali,
        Self::Cyrillic,
        Self::Devanagari,
        Self::Ethiopic,
        Self::Georgian,
        Self::Greek,
        Self::Gujarati,
        Self::Gurmukhi,
        Self::Han,
        Self::Hangul,
        Self::Hebrew,
        Self::Kana,
        Self::Kannada,
        Self::Khmer,
        Self::Lao,
        Self::Latin,
        Self::Malayalam,
        Self::Myanmar,
        Self::Odia,
        Self::Sinhala,
        Self::Tamil,
        Self::Telugu,
        Self::Thai,
        Self::Tibetan,
    ];

    /// The script that a letter or a mark belongs to; `None` for all else: digits, punctuation, symbols, other scripts.
    /// Blocks are Unicode 17's; marks that several scripts share (U+0300..) are [`is_shared_mark`]'s.
    #[inline]
    pub fn of(c: char) -> Option<Self> {
        match u32::from(c) {
            code @ 0..LISTED => LIST[code as usize],
            // Han, whose text is nothing else.
            0x4E00..=0x9FFF => Some(Self::Han),
            code => Self::search(code),
        }
    }

    /// The same by a search.
    const fn search(code: u32) -> Option<Self> {
        let script = match code {
            0x41..=0x5A | 0x61..=0x7A => Self::Latin,
            0xAA | 0xBA | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x2AF | 0x1E00..=0x1EFF => Self::Latin,
            0x2C60..=0x2C7F | 0xA722..=0xA7FF | 0xFB00..=0xFB06 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A => Self::Latin,
            0x370..=0x373 | 0x376..=0x37D | 0x386 | 0x388..=0x3FF | 0x1F00..=0x1FFF => Self::Greek,
            0x400..=0x481 | 0x48A..=0x52F | 0x1C80..=0x1C8F | 0xA640..=0xA69F => Self::Cyrillic,
            0x531..=0x556 | 0x561..=0x587 | 0xFB13..=0xFB17 => Self::Armenian,
            0x591..=0x5BD | 0x5BF | 0x5C1..=0x5C2 | 0x5D0..=0x5F2 | 0xFB1D..=0xFB4F => Self::Hebrew,
            0x610..=0x61A | 0x620..=0x65F | 0x66E..=0x6D3 | 0x6D5..=0x6DC | 0x6DF..=0x6E8 => Self::Arabic,
            0x6EA..=0x6EF | 0x6FA..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF => Self::Arabic,
            0xFB50..=0xFDFB | 0xFE70..=0xFEFC => Self::Arabic,
            0x900..=0x963 | 0x971..=0x97F | 0xA8E0..=0xA8FF => Self::Devanagari,
            0x980..=0x9E3 | 0x9F0..=0x9F1 => Self::Bengali,
            0xA01..=0xA65 | 0xA70..=0xA75 => Self::Gurmukhi,
            0xA81..=0xAE3 | 0xAF9..=0xAFF => Self::Gujarati,
            0xB01..=0xB63 | 0xB71 => Self::Odia,
            0xB82..=0xBE5 => Self::Tamil,
            0xC00..=0xC65 => Self::Telugu,
            0xC80..=0xCE5 | 0xCF1..=0xCF3 => Self::Kannada,
            0xD00..=0xD65 | 0xD7A..=0xD7F => Self::Malayalam,
            0xD81..=0xDE5 | 0xDF2..=0xDF3 => Self::Sinhala,
            0xE01..=0xE3A | 0xE40..=0xE4E => Self::Thai,
            0xE81..=0xECF | 0xEDC..=0xEDF => Self::Lao,
            0xF00 | 0xF18..=0xF19 | 0xF35..=0xFBC => Self::Tibetan,
            0x1000..=0x103F | 0x1050..=0x109D | 0xAA60..=0xAA7F | 0xA9E0..=0xA9FE => Self::Myanmar,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2D => Self::Georgian,
            0x1100..=0x11FF | 0x3131..=0x318E | 0xA960..=0xA97C | 0xAC00..=0xD7FB | 0xFFA0..=0xFFDC => Self::Hangul,
            0x1200..=0x135A | 0x1380..=0x138F | 0x2D80..=0x2DDE | 0xAB01..=0xAB2E => Self::Ethiopic,
            0x1780..=0x17D3 | 0x17DC..=0x17DD => Self::Khmer,
            0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0x31F0..=0x31FF => Self::Kana,
            0xFF66..=0xFF9D => Self::Kana,
            0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF => Self::Han,
            _ => return None,
        };
        Some(script)
    }

    /// Its place among [`Script::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The scripts of all characters up to kana, at once for those that text is full of.
static LIST: [Option<Script>; LISTED as usize] = {
    let mut list = [None; LISTED as usize];
    let mut code = 0;
    while code < LISTED {
        list[code as usize] = Script::search(code);
        code += 1;
    }
    list
};
const LISTED: u32 = 0x3100;

/// Whether `c` is a mark that belongs to the letter before it, whatever its script.
#[inline]
pub const fn is_shared_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{487}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(letters: &str, expected: Option<Script>) {
        for c in letters.chars() {
            assert_eq!(Script::of(c), expected, "{c} U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn letters_have_their_script() {
        check("aZéßŁđơẹƙ", Some(Script::Latin));
        check("жЯіїўқҳә", Some(Script::Cyrillic));
        check("αΩάῷ", Some(Script::Greek));
        check("عربیپچڪٹۆ", Some(Script::Arabic));
        check("漢字国", Some(Script::Han));
        check("ひらカナー", Some(Script::Kana));
        check("한글", Some(Script::Hangul));
        check("हिन्दी", Some(Script::Devanagari));
        check("བོད", Some(Script::Tibetan));
    }

    #[test]
    fn every_character_has_the_script_that_a_search_finds() {
        for c in '\0'..=char::MAX {
            assert_eq!(Script::of(c), Script::search(u32::from(c)), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn digits_marks_and_symbols_have_none() {
        check("0٣१๒.,—。、→№😀\u{200B}", None);
    }

    #[test]
    fn scripts_are_listed_in_the_order_of_their_numbers() {
        for (at, script) in Script::ALL.into_iter().enumerate() {
            assert_eq!(script.index(), at);
        }
    }
}
