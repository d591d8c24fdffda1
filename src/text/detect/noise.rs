//! What holds no language: addresses, code, identifiers, hashes.

/// What a token, a run without white space, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// It may hold words.
    Words,
    /// An address, a handle, an identifier, a number.
    Name,
    /// A piece of a program or of a formula.
    Code,
}

/// Tells tokens by their ASCII; letters beyond it are always words.
pub fn classify(token: &str) -> Token {
    let bytes = token.as_bytes();
    // Most tokens are told by which kinds of bytes they have.
    let kinds = bytes.iter().fold(0, |kinds, &byte| kinds | KINDS[usize::from(byte)]);
    if matches!(kinds, WORD | WIDE..UNCLEAR) && !token.starts_with("www.") {
        return Token::Words;
    }
    let mut seen = Seen::default();
    let mut previous = 0_u8;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {
                seen.letters += 1;
                seen.vowels += usize::from(matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'));
                seen.mixed |= previous.is_ascii_digit();
                seen.repeated += usize::from(previous.eq_ignore_ascii_case(&byte));
            }
            b'0'..=b'9' => seen.mixed |= previous.is_ascii_alphabetic(),
            b'/' => seen.slashes += 1,
            b'@' => seen.at_signs += 1,
            b'\\' => {
                seen.code = true;
                seen.backslash = true;
            }
            b'_' | b'{' | b'}' | b'=' | b'<' | b'>' | b'|' | b'^' | b'~' | b'`' => seen.code = true,
            b';' => seen.code |= previous == b')' || (at > 1 && bytes[0] == b'&'),
            b')' => seen.code |= previous == b'(',
            b'(' => seen.code |= previous == b'!',
            b'&' => seen.code |= previous == b'(',
            b':' => seen.code |= previous == b':',
            128.. => seen.wide = true,
            _ => {}
        }
        previous = byte;
    }
    if seen.wide {
        return if seen.backslash || seen.slashes > 1 || (seen.at_signs > 0 && seen.letters > 0) {
            Token::Name
        } else {
            Token::Words
        };
    }
    if seen.code {
        return if seen.slashes > 1 || seen.at_signs > 0 { Token::Name } else { Token::Code };
    }
    let same_letter = seen.letters > 2 && seen.repeated + 1 == seen.letters;
    let name = seen.letters == 0
        || seen.at_signs > 0
        || seen.slashes > 1
        || matches!(bytes[0], b'/' | b'$')
        || token.starts_with("#!")
        || token.starts_with("www.")
        || seen.mixed
        || same_letter
        || (seen.vowels == 0 && seen.letters > LONGEST_WITHOUT_VOWEL)
        || is_hexadecimal_colour(token)
        || is_roman_number(token);
    if name { Token::Name } else { Token::Words }
}

/// What the bytes of a token may be, a bit for each. Letters of Roman numerals and harmless marks are none of these.
static KINDS: [u8; 256] = {
    let mut kinds = [UNCLEAR; 256];
    let mut byte = u8::MAX;
    loop {
        kinds[byte as usize] = match byte {
            b'I' | b'V' | b'X' | b'.' | b',' | b'-' | b'\'' | b'"' | b'!' | b'?' => 0,
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'A' | b'E' | b'O' | b'U' | b'Y' => VOWEL,
            b'a'..=b'z' | b'A'..=b'Z' => CONSONANT,
            128.. => WIDE,
            _ => UNCLEAR,
        };
        if byte == 0 {
            break kinds;
        }
        byte -= 1;
    }
};
const VOWEL: u8 = 1;
const CONSONANT: u8 = 2;
const WORD: u8 = VOWEL | CONSONANT;
/// Beyond ASCII.
const WIDE: u8 = 4;
const UNCLEAR: u8 = 8;

/// No word of ASCII letters that is longer is without a vowel; Czech, Slovak and Welsh have some of five.
const LONGEST_WITHOUT_VOWEL: usize = 5;

#[derive(Default)]
struct Seen {
    letters: usize,
    vowels: usize,
    repeated: usize,
    slashes: usize,
    at_signs: usize,
    mixed: bool,
    code: bool,
    wide: bool,
    backslash: bool,
}

fn is_hexadecimal_colour(token: &str) -> bool {
    token.strip_prefix('#').is_some_and(|rest| {
        let digits = rest.trim_end_matches([';', ',', '.', ')']);
        matches!(digits.len(), 3 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn is_roman_number(token: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'I' | b'V' | b'X');
    // Most words are told by their first letter.
    if !token.bytes().find(u8::is_ascii_alphabetic).is_some_and(is_digit) {
        return false;
    }
    let numeral = token.trim_matches(|c: char| c.is_ascii_punctuation());
    numeral.len() > 1 && numeral.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(token: &str, expected: Token) {
        assert_eq!(classify(token), expected, "{token}");
    }

    #[test]
    fn words_and_their_punctuation_are_words() {
        for token in [
            "Minister",
            "\"No,\"",
            "and/or",
            "(sic)",
            "well-known;",
            "#Wahl",
            "naïve",
            "l'aria",
            "東京",
            "U.S.",
            "hjkls",
        ] {
            check(token, Token::Words);
        }
    }

    #[test]
    fn addresses_are_names() {
        for token in [
            "https://example.org/a?b=c",
            "www.example.org",
            "desk@example.org",
            "@desk",
            "/usr/lib/x",
            "«https://a.b/c»",
        ] {
            check(token, Token::Name);
        }
    }

    #[test]
    fn identifiers_and_numbers_are_names() {
        for token in [
            "2026-11-22",
            "1990s",
            "H2O",
            "9f86d081884c7d65",
            "#ffcc00",
            "$ABC",
            "XIV.",
            "zzzz",
            "A320neo",
            "hjklsd",
            "(\\ツ",
        ] {
            check(token, Token::Name);
        }
    }

    #[test]
    fn pieces_of_programs_are_code() {
        for token in ["main()", "{", "x_y", "a=b", "std::fmt", "</p>", "print!(", "&nbsp;"] {
            check(token, Token::Code);
        }
    }
}
