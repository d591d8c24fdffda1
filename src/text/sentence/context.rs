//! What stands before and after a mark: the word that it closes, and how the text goes on.

use super::mark::{Mark, is_blank, is_format};
use crate::text::letter::{is_alphanumeric, is_caseless, is_plain};

/// The longest word, in bytes, that can be an abbreviation; what is longer is not read to its start.
const LONGEST_WORD: usize = 40;

/// The word before `at`, without what opens it: quotation marks, brackets, an elided article (`l'`). Letters with full
/// stops and spaces between them are one word, and so is nothing longer than an abbreviation can be.
pub(super) fn word_before(text: &str, at: usize) -> &str {
    let start = last_word(text, at);
    let word = &text[start..at];
    let mut chars = word.chars();
    if chars.next().is_some() && chars.next().is_none() { &text[spaced_letters(text, start)..at] } else { word }
}

fn last_word(text: &str, at: usize) -> usize {
    let mut start = at;
    for (i, c) in text[..at].char_indices().rev() {
        if opens_word(c) || at - i > LONGEST_WORD {
            break;
        }
        start = i;
    }
    start
}

/// Where the letters with full stops begin that the letter at `start` goes on from: `s. r. o`.
fn spaced_letters(text: &str, start: usize) -> usize {
    let mut first = start;
    for _ in 0..3 {
        let Some(before) = text[..first].strip_suffix(' ').and_then(|rest| rest.strip_suffix('.')) else { break };
        let letter = last_word(text, before.len());
        let mut chars = before[letter..].chars();
        if !(chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()) {
            break;
        }
        first = letter;
    }
    first
}

fn opens_word(c: char) -> bool {
    if c.is_ascii_alphanumeric() || is_plain(c) {
        return false;
    }
    c.is_whitespace()
        || is_format(c) && !matches!(c, '\u{200c}' | '\u{200d}')
        || matches!(
            c,
            '\'' | '’'
                | '‘'
                | '`'
                | '´'
                | ','
                | '/'
                | '¿'
                | '¡'
                | '‹'
                | '›'
                | '—'
                | '–'
                | '*'
                | '_'
                | '،'
                | '#'
                | '@'
                | '='
        )
        || matches!(
            Mark::of(c),
            Mark::Opening | Mark::Closing | Mark::Quote | Mark::Colon | Mark::Semicolon | Mark::Bullet
        )
}

/// The letters and digits that `text` starts with.
pub(super) fn first_word(text: &str) -> &str {
    let plain = text.bytes().take(LONGEST_WORD).take_while(u8::is_ascii_alphanumeric).count();
    if text.as_bytes().get(plain).is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()) {
        return &text[..plain];
    }
    let end = text.char_indices().take(LONGEST_WORD).find(|&(_, c)| !is_alphanumeric(c)).map(|(i, _)| i);
    &text[..end.unwrap_or_else(|| text.len().min(text.char_indices().nth(LONGEST_WORD).map_or(text.len(), |(i, _)| i)))]
}

/// The run without white space that `at` stands in, as far as it is before `at`.
pub(super) fn run_before(text: &str, at: usize) -> &str {
    let longest = text[..at].char_indices().rev().take(4 * LONGEST_WORD);
    let start = longest.take_while(|&(_, c)| !c.is_whitespace()).last().map_or(at, |(i, _)| i);
    &text[start..at]
}

/// Whether no word goes on at `at`.
pub(super) fn is_apart(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(|c| {
        !is_alphanumeric(c) && Mark::of(c) != Mark::Opening && !matches!(c, '¿' | '¡' | '$' | '€' | '£' | '#' | '@')
    })
}

/// What kind of character a text goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: the block ends.
    End,
    /// A small letter.
    Lower,
    /// A capital.
    Upper,
    /// A letter of a script without capitals.
    Caseless,
    /// A digit.
    Digit,
    /// Anything else.
    Symbol(char),
}

/// How a text goes on after a mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Following<'t> {
    /// Whether white space stands between.
    pub(super) spaced: bool,
    /// Whether a quotation mark opens first.
    pub(super) quoted: bool,
    /// Whether a bracket opens first.
    pub(super) bracketed: bool,
    /// Whether a dash comes first, as before a turn of dialogue.
    pub(super) dashed: bool,
    /// Whether `¿` or `¡` comes first, which only start a sentence.
    pub(super) inverted: bool,
    /// The first character that is none of those.
    pub(super) next: Next,
    /// The text from that character on, up to the end of the block.
    pub(super) rest: &'t str,
}

impl<'t> Following<'t> {
    /// How `text` goes on.
    pub(super) fn read(text: &'t str) -> Self {
        let mut following = Self {
            spaced: false,
            quoted: false,
            bracketed: false,
            dashed: false,
            inverted: false,
            next: Next::End,
            rest: text,
        };
        following.skip_blanks();
        following.spaced = following.rest.len() < text.len();
        for _ in 0..8 {
            let Some(c) = following.rest.chars().next() else { return following };
            // Two commas are how old keyboards write `„`.
            if let Some(rest) = following.rest.strip_prefix(",,") {
                (following.quoted, following.rest) = (true, rest);
                continue;
            }
            match (c, Mark::of(c)) {
                ('¿' | '¡', _) => following.inverted = true,
                ('-' | '–' | '—' | '―' | '−', _) => following.dashed = true,
                (_, Mark::Opening) => following.bracketed = true,
                ('\'' | '‘' | '’' | '`' | '‚' | '‹' | '›', _) | (_, Mark::Quote) => following.quoted = true,
                ('*' | '_', _) | (_, Mark::Bullet) => {}
                _ => {
                    following.next = Next::of(c);
                    break;
                }
            }
            following.rest = &following.rest[c.len_utf8()..];
            following.skip_blanks();
        }
        following
    }

    /// The word that it goes on with.
    pub(super) fn word(&self) -> &'t str {
        first_word(self.rest)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }
}

impl Next {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' => return Self::Lower,
            'A'..='Z' => return Self::Upper,
            _ => {}
        }
        // Unicode counts Georgian letters as small ones, but sentences start with them.
        if is_caseless(c) || matches!(c, '\u{10d0}'..='\u{10ff}') {
            Self::Caseless
        } else if c.is_lowercase() {
            Self::Lower
        } else if c.is_uppercase() {
            Self::Upper
        } else if c.is_numeric() {
            Self::Digit
        } else if c.is_alphabetic() {
            Self::Caseless
        } else {
            Self::Symbol(c)
        }
    }
}
