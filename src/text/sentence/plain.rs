//! The commonest sentence ends, told by their bytes: a word of letters, a full stop, a space, a capital.

use super::rules::Rules;
use crate::languages::{Abbreviation, Ending, Tail};

/// What a full stop after a plain word is, which nothing about it makes uncommon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlainStop {
    /// The end of a sentence, before a space and a capital, which a quotation mark may stand before. A quotation mark of so
    /// many bytes closes first.
    BeforeCapital { closing: usize },
    /// The last character of the paragraph.
    AtEnd,
    /// Part of an abbreviation that never ends a sentence, before a space and a capital.
    OfAbbreviation,
}

/// The longest word, in bytes, that is read.
const LONGEST_WORD: usize = 40;

/// What the full stop at `at` is where nothing about it is uncommon: the word before it, in Latin or Cyrillic letters, is no
/// abbreviation, no initial and no numeral. `None` where more has to be looked at.
pub(super) fn stop(text: &str, at: usize, rules: Rules) -> Option<PlainStop> {
    let bytes = text.as_bytes();
    let closing = match bytes[at + 1..] {
        [0xe2, 0x80, 0x9d, b' ', ..] => 3,
        // No branch, since nothing foretells a quotation mark.
        [mark, after, ..] => usize::from((mark == b'"') & (after == b' ')),
        _ => 0,
    };
    let plain = match bytes[at + 1 + closing..] {
        [b' ', b'A'..=b'Z', ..]
        | [b' ', b'"', b'A'..=b'Z', ..]
        | [b' ', 0xe2, 0x80, 0x9c, b'A'..=b'Z', ..]
        | [b' ', 0xd0, 0x90..=0xaf, ..]
        | [b' ', 0xc3, 0x80..=0x96 | 0x98..=0x9e, ..] => PlainStop::BeforeCapital { closing },
        [] => PlainStop::AtEnd,
        _ => return None,
    };
    stop_after_tail(&bytes[..at], plain, rules).or_else(|| stop_after_word(text, at, rules, plain))
}

/// What the last four letters of `before` tell alone: that no abbreviation ends with them and that what they end is no
/// initial, numeral or word without vowels, or that they are a title.
#[inline]
fn stop_after_tail(before: &[u8], plain: PlainStop, rules: Rules) -> Option<PlainStop> {
    let Some(tail) = Tail::of(before) else { return ends_with_number(before).then_some(plain) };
    if !tail.has_one_of(NOT_ROMAN) {
        return None;
    }
    if plain == PlainStop::AtEnd {
        return Some(plain);
    }
    if before.last().is_some_and(u8::is_ascii_uppercase) {
        return None;
    }
    if !rules.may_be_abbreviation_with(tail) {
        return tail.has_one_of(SPOKEN).then_some(plain);
    }
    let title = plain == PlainStop::BeforeCapital { closing: 0 } && tail.is_word_of(before) && rules.is_title(tail);
    (title && !is_after_degrees(before)).then_some(PlainStop::OfAbbreviation)
}

/// Whether `before` ends with a number that is no marker and no ordinal: of four digits, as a year is, or of two parts, as a
/// score or a decimal is.
fn ends_with_number(before: &[u8]) -> bool {
    matches!(
        before,
        [.., b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9']
            | [.., b'0'..=b'9', b'-' | b'.', b'0'..=b'9']
            | [.., b'0'..=b'9', b'-' | b'.', b'0'..=b'9', b'0'..=b'9']
    )
}

/// Whether a sign of degrees and a space stand before the last word of `before`.
fn is_after_degrees(before: &[u8]) -> bool {
    let word = before.iter().rev().take_while(|&&byte| byte != b' ').count();
    before[..before.len() - word].ends_with("° ".as_bytes())
}

/// The letters of ASCII that are no consonants of which words can be made that cannot be spoken.
const SPOKEN: u32 = Tail::set(b"aeiloruy");
/// Those that are no digits of the Roman numerals that count items.
const NOT_ROMAN: u32 = Tail::set(b"abcdefghjklmnopqrstuwyz");

/// The same where the last letters of the word do not tell.
fn stop_after_word(text: &str, at: usize, rules: Rules, plain: PlainStop) -> Option<PlainStop> {
    let bytes = text.as_bytes();
    let before = &bytes[at.saturating_sub(LONGEST_WORD)..at];
    let (mut length, mut shared) = (0, SMALL_CONSONANT | ROMAN);
    for &byte in before.iter().rev() {
        let class = CLASSES[usize::from(byte)];
        if class & LETTER == 0 {
            break;
        }
        shared &= class;
        length += 1;
    }
    // What else may stand before a word can belong to it, or change what it means, as a sign of degrees does.
    match before[..before.len() - length] {
        [] if length == at => {}
        [.., first, second, b' '] if [first, second] != *"°".as_bytes() => {}
        _ => return None,
    }
    let word = &text[at - length..at];
    if shared != 0 || word.chars().nth(1).is_none() {
        return None;
    }
    match plain {
        PlainStop::AtEnd => Some(plain),
        _ if bytes[at - 1].is_ascii_uppercase() => None,
        _ if !rules.may_be_abbreviation(word) => Some(plain),
        _ => match rules.abbreviation(word) {
            None => Some(plain),
            Some(Abbreviation { ending: Ending::Never, .. }) if plain == PlainStop::BeforeCapital { closing: 0 } => {
                Some(PlainStop::OfAbbreviation)
            }
            Some(_) => None,
        },
    }
}

/// A byte of a letter of the Latin or Cyrillic alphabet, in UTF-8.
const LETTER: u8 = 1;
/// One of those that words can be made of that cannot be spoken.
const SMALL_CONSONANT: u8 = 2;
/// A digit of the Roman numerals that count items.
const ROMAN: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        let letter = matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xbf | 0xc3 | 0xd0 | 0xd1);
        // Of two bytes the first says nothing; the second ones of the vowels of Cyrillic are among neither consonants.
        let consonant = matches!(byte, b'b'..=b'd' | b'f'..=b'h' | b'j' | b'k' | b'm' | b'n' | b'p' | b'q' | b's' | b't' | b'v' | b'x' | b'z' | 0xc3 | 0xd0 | 0xd1)
            || matches!(byte, 0x81 | 0x82 | 0x84..=0x89 | 0xb1..=0xb4 | 0xb6 | 0xb7 | 0xba..=0xbd | 0xbf);
        let roman = matches!(byte, b'i' | b'v' | b'x' | b'I' | b'V' | b'X');
        classes[byte as usize] = letter as u8 * LETTER + consonant as u8 * SMALL_CONSONANT + roman as u8 * ROMAN;
        if byte == 255 {
            break classes;
        }
        byte += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Language;

    const BEFORE_CAPITAL: Option<PlainStop> = Some(PlainStop::BeforeCapital { closing: 0 });

    /// What the first full stop of `text` is.
    #[track_caller]
    fn check(text: &str, expected: Option<PlainStop>) {
        let at = text.find('.').unwrap();
        assert_eq!(stop(text, at, Rules::of(Language::from_code("en"))), expected, "{text:?}");
    }

    #[test]
    fn a_stop_between_a_word_and_a_capital_is_plain() {
        check("The ferry returned. It was late.", BEFORE_CAPITAL);
        check("Паром вернулся. Он опоздал.", BEFORE_CAPITAL);
        check("Er ist größer. Über ihn wird geredet.", BEFORE_CAPITAL);
        check("The ferry returned.", Some(PlainStop::AtEnd));
        check("Late. It left.", BEFORE_CAPITAL);
        check("The well-being. It", BEFORE_CAPITAL);
        check("It was in 1990. Alder left.", BEFORE_CAPITAL);
        check("They won 3-1. Alder left.", BEFORE_CAPITAL);
    }

    #[test]
    fn a_stop_beside_quotation_marks_is_plain() {
        check("The ferry returned. “It", BEFORE_CAPITAL);
        check("The ferry returned.\" It", Some(PlainStop::BeforeCapital { closing: 1 }));
        check("The ferry returned.” It", Some(PlainStop::BeforeCapital { closing: 3 }));
    }

    #[test]
    fn a_stop_after_a_title_belongs_to_it() {
        check("It was Mr. Alder.", Some(PlainStop::OfAbbreviation));
        check("Prof. Alder left.", Some(PlainStop::OfAbbreviation));
    }

    #[test]
    fn abbreviations_initials_and_numerals_are_not_plain() {
        check("It closed at noon sept. Alder left.", None);
        check("It was J. Alder.", None);
        check("It was NATO. Alder left.", None);
        check("It was item xi. Alder left.", None);
        check("It cost tzv. Alder left.", None);
        check("It was item 19. Alder left.", None);
    }

    #[test]
    fn what_stands_around_must_be_plain_too() {
        check("The good-bye. It", None);
        check("The ferry returned. it", None);
        check("The ferry returned.It", None);
        check("The ferry returned.»", None);
        check("“I saw Mr.” Alder", None);
        check("At 5° Mr. It", None);
    }
}
