//! Where the words of a text are: one scan, by a byte table for ASCII and by script for the rest.
//!
//! A word is a run of letters, digits and marks, with the hyphens, apostrophes and dots that a reader sees as part of it:
//! `al-Qaeda`, `don't`, `U.S.`, `AT&T`, `3.5`. What a language writes together but means apart is cut: `l'économie` is
//! two words, `Obama's` is `Obama`, `정부는` is `정부`. Its stop words say where: an entry that ends in an apostrophe is elided before the
//! next word, one that starts with an apostrophe or a colon is an ending. Chinese, Japanese, Thai, Lao, Khmer and
//! Burmese, written without spaces, are cut by dictionaries.

use std::hint::select_unpredictable;

use crate::languages::{Tailoring, WordList};

use super::{
    super::{
        chunk,
        letter::{is_alphanumeric, is_caseless, is_plain, is_sign},
        span::Span,
    },
    dictionary, hangul,
};

/// No Hangul syllable starts with a lower byte.
const LEAST_HANGUL: u8 = 0xea;

/// A capital takes no more times the bytes of its small letter: the sign of Kelvin takes three, `k` one.
const MOST_BYTES_OF_A_SMALL_ONE: usize = 3;

/// How a language's words are told apart.
pub(super) struct Scanner {
    stop_words: Option<&'static WordList>,
    lower: String,
}

impl Scanner {
    /// By the stop words of `tailoring`.
    pub(super) fn new(tailoring: Option<&'static Tailoring>) -> Self {
        Self { stop_words: tailoring.map(|t| &t.stop_words), lower: String::new() }
    }

    /// Calls `emit` for every word of `span` of `text`, in order.
    pub(super) fn scan(&mut self, text: &str, span: Span, mut emit: impl FnMut(Span)) {
        let mut at = span.start;
        while at < span.end {
            at = match plain_word_end(text.as_bytes(), at, span.end) {
                Some((end, next)) => {
                    emit(Span::new(at, end));
                    next
                }
                None => self.step(text, at, span.end, &mut emit),
            };
        }
    }

    /// Calls `emit` for the words of what starts at `at`, and says where it ends.
    fn step(&mut self, text: &str, at: usize, limit: usize, emit: &mut dyn FnMut(Span)) -> usize {
        match class_at(text, at) {
            (Class::Word, _) => {
                let run = Run::new(text, at, limit);
                if run.affixed {
                    self.cut_affixes(text, run.span(), emit);
                } else if text.as_bytes()[run.start] >= LEAST_HANGUL {
                    emit(self.without_particle(text, run.span()));
                } else {
                    emit(run.span());
                }
                run.end
            }
            (Class::At, _) if is_word(text, at + 1, limit) => {
                let end = address_end(text, at, limit);
                emit(Span::new(at, end));
                end
            }
            (Class::Unspaced, _) => scan_unspaced(text, Span::new(at, limit), emit),
            (_, length) => at + length,
        }
    }

    /// The noun of a Korean word, unless the word as it stands is a stop word.
    fn without_particle(&mut self, text: &str, word: Span) -> Span {
        let length = hangul::noun_length(word.of(text));
        let cut = length < word.end - word.start && !self.is_listed(word.of(text), "", "");
        if cut { Span::new(word.start, word.start + length) } else { word }
    }

    /// Emits the words of `run`, which holds an apostrophe or a colon.
    fn cut_affixes(&mut self, text: &str, run: Span, emit: &mut dyn FnMut(Span)) {
        let mut rest = run;
        while let Some((offset, mark)) = rest.of(text).char_indices().find(|&(_, c)| is_apostrophe(c) || c == ':') {
            let (head_end, tail_start) = (rest.start + offset, rest.start + offset + mark.len_utf8());
            let sign = if mark == ':' { ':' } else { '\'' };
            if sign == '\'' && self.is_listed(&text[rest.start..head_end], "", "'") {
                emit(Span::new(rest.start, tail_start));
                rest.start = tail_start;
            } else if self.is_listed("", &text[tail_start..rest.end], if sign == ':' { ":" } else { "'" })
                && !self.is_listed(rest.of(text), "", "")
            {
                emit(Span::new(rest.start, head_end));
                return;
            } else if sign == ':' {
                // In an address one colon may follow another.
                if rest.start < head_end {
                    emit(Span::new(rest.start, head_end));
                }
                rest.start = tail_start;
            } else {
                break;
            }
        }
        if rest.start < rest.end {
            emit(rest);
        }
    }

    /// Whether `head`, `sign` and `tail` put together are a stop word.
    fn is_listed(&mut self, head: &str, tail: &str, sign: &str) -> bool {
        let Some(stop_words) = self.stop_words else { return false };
        // A run may be as long as the text and hold a mark every few letters: what no entry is as long as is not spelled out.
        if head.len() + tail.len() > MOST_BYTES_OF_A_SMALL_ONE * stop_words.longest() {
            return false;
        }
        self.lower.clear();
        spell(head, false, &mut self.lower);
        self.lower.push_str(sign);
        spell(tail, false, &mut self.lower);
        stop_words.contains(&self.lower)
    }
}

/// Calls `emit` for every word of scripts without spaces that `span` of `text` starts with; where something else is.
fn scan_unspaced(text: &str, span: Span, emit: &mut dyn FnMut(Span)) -> usize {
    let mut at = span.start;
    while at < span.end {
        let (end, is_word) = match dictionary::plain_word_end(text, at, span.end) {
            Some(end) => (end, true),
            None => match class_at(text, at) {
                (Class::Unspaced, _) => {
                    let end = dictionary::other_word_end(text, at, span.end);
                    (end, text[at..end].chars().any(is_alphanumeric))
                }
                (Class::Other, length) => (at + length, false),
                _ => break,
            },
        };
        if is_word {
            emit(Span::new(at, end));
        }
        at = end;
    }
    at
}

/// What a word is written with.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// How many of its letters are capitals, and how many small.
    pub upper: u32,
    pub lower: u32,
    /// Its letters, with or without case.
    pub letters: u32,
    /// Its digits.
    pub digits: u32,
    /// Whether its first letter is a capital.
    pub opens_upper: bool,
}

/// Adds `surface` in lower case to `lower`, with one form for every apostrophe and hyphen and no soft hyphens, and counts
/// its letters. `turkic` says whether the language has a dotless `ı`.
pub(super) fn spell(surface: &str, turkic: bool, lower: &mut String) -> Spelling {
    let mut spelling = Spelling::default();
    if surface.bytes().all(|byte| byte.is_ascii_lowercase()) {
        lower.push_str(surface);
        spelling.lower = u32::try_from(surface.len()).unwrap_or(u32::MAX);
        spelling.letters = spelling.lower;
        return spelling;
    }
    for c in surface.chars() {
        // The ranges of the most frequent letters, so that tables are read for the others alone.
        match c {
            'a'..='z' | 'à'..='ö' | 'ø'..='ÿ' | 'а'..='џ' => {
                spelling.lower += 1;
                lower.push(c);
            }
            'I' if turkic => {
                spelling.capital();
                lower.push('ı');
            }
            'İ' if turkic => {
                spelling.capital();
                lower.push('i');
            }
            'A'..='Z' => {
                spelling.capital();
                lower.push(c.to_ascii_lowercase());
            }
            '0'..='9' => {
                spelling.digits += 1;
                lower.push(c);
            }
            '\0'..='\x7f' => lower.push(c),
            '\u{ad}' => {}
            '\u{2010}' | '\u{2011}' => lower.push('-'),
            c if is_apostrophe(c) => lower.push('\''),
            c if is_caseless(c) => {
                spelling.letters += 1;
                lower.push(c);
            }
            c if is_plain(c) => {
                spelling.lower += 1;
                lower.push(c);
            }
            c if is_sign(c) => lower.push(c),
            c if c.is_uppercase() => {
                spelling.capital();
                lower.extend(c.to_lowercase());
            }
            c => {
                if c.is_lowercase() {
                    spelling.lower += 1;
                } else if c.is_alphabetic() {
                    spelling.letters += 1;
                } else if c.is_numeric() {
                    spelling.digits += 1;
                }
                lower.push(c);
            }
        }
    }
    spelling.letters += spelling.upper + spelling.lower;
    spelling
}

impl Spelling {
    fn capital(&mut self) {
        self.opens_upper |= self.upper + self.lower + self.letters == 0;
        self.upper += 1;
    }
}

/// Whether `surface` is a web or e-mail address or the name of an account.
pub(super) fn is_address(surface: &str) -> bool {
    surface.bytes().any(|b| matches!(b, b'@' | b'/'))
        || surface.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

/// Whether `c` belongs to a script that is written without spaces.
pub(super) fn is_unspaced(c: char) -> bool {
    // Han first: most of such text is.
    matches!(c, '\u{4e00}'..='\u{9fff}')
        || matches!(u32::from(c),
        0x0e01..=0x0eff // Thai, Lao
        | 0x1000..=0x109f // Myanmar
        | 0x1780..=0x17d3 | 0x17dc | 0x17dd // Khmer
        | 0x3005..=0x3007 | 0x3031..=0x3035 | 0x3041..=0x309f | 0x30a1..=0x30fa | 0x30fc..=0x30ff // kana
        | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x20000..=0x323af) // Han
}

/// What a character is to the scan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter, digit or mark.
    Word,
    /// A mark that joins words when it stands between them: what exactly, `Run` decides.
    Joiner,
    /// `@`.
    At,
    /// A letter of a script without spaces.
    Unspaced,
    /// White space, punctuation, symbols.
    Other,
}

/// The class of each byte: that of the character where it is ASCII. Another one says nothing by itself; as a part of a word
/// it does not end one.
static BYTES: [Class; 256] = {
    let mut table = [Class::Word; 256];
    let mut byte = 0;
    while byte < 128 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 128")]
        let b = byte as u8;
        if !b.is_ascii_alphanumeric() {
            table[byte] = Class::Other;
        }
        byte += 1;
    }
    let joiners = *b"-'.,&_:/\"";
    let mut index = 0;
    while index < joiners.len() {
        table[joiners[index] as usize] = Class::Joiner;
        index += 1;
    }
    table[b'@' as usize] = Class::At;
    table
};

/// The class of the character at `at`, and its length in bytes.
fn class_at(text: &str, at: usize) -> (Class, usize) {
    let byte = text.as_bytes()[at];
    if byte < 0x80 {
        return (BYTES[usize::from(byte)], 1);
    }
    text[at..].chars().next().map_or((Class::Other, 1), |c| (class(c), c.len_utf8()))
}

/// The class of a character beyond ASCII.
fn class(c: char) -> Class {
    match u32::from(c) {
        // The letters that most text is full of, before all that takes a search: Arabic, Han, kana.
        0x620..=0x65f => Class::Word,
        0x4e00..=0x9fff | 0x3041..=0x3096 | 0x30a1..=0x30fa => Class::Unspaced,
        // And the marks between those.
        0x3000..=0x3004 | 0x3008..=0x3020 | 0xff01..=0xff0f | 0xff1a..=0xff20 => Class::Other,
        0xd7 | 0xf7 => Class::Other,
        0xb7 => Class::Joiner,
        0xad | 0xc0..=0x36f | 0x386..=0x481 | 0x483..=0x52f => Class::Word,
        0x2010 | 0x2011 | 0x2019 | 0x5f3 | 0x5f4 => Class::Joiner,
        0x591..=0x5bd | 0x5bf | 0x5c1 | 0x5c2 | 0x5c4 | 0x5c5 | 0x5c7 => Class::Word,
        0x964 | 0x965 | 0x970 => Class::Other,
        // Viramas, nuktas and other signs of the Indic scripts.
        0x900..=0xdff => Class::Word,
        0x200c | 0x200d => Class::Word,
        _ if is_unspaced(c) => Class::Unspaced,
        _ if is_alphanumeric(c) || is_mark(c) => Class::Word,
        _ => Class::Other,
    }
}

/// Marks of scripts that have no arm of their own in [`class`] and that are not alphabetic.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x610..=0x61a | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6ed | 0x70f..=0x74a | 0x135d..=0x135f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}')
}

fn is_word(text: &str, at: usize, end: usize) -> bool {
    at < end && class_at(text, at).0 == Class::Word
}

/// A word in the making.
struct Run {
    start: usize,
    end: usize,
    /// Whether it holds an apostrophe or a colon between letters.
    affixed: bool,
    /// Where the part after the last dot starts.
    part: usize,
}

impl Run {
    /// The word that starts at `start`.
    fn new(text: &str, start: usize, limit: usize) -> Self {
        let mut run = Self { start, end: start, affixed: false, part: start };
        while run.end < limit {
            if text.as_bytes()[run.end].is_ascii_alphanumeric() {
                run.end = alphanumerics_end(text.as_bytes(), run.end, limit);
                continue;
            }
            let (class, length) = class_at(text, run.end);
            match class {
                Class::Word => run.end += length,
                Class::Joiner | Class::At => match run.join(text, length, limit) {
                    Some(end) => run.end = end,
                    None => break,
                },
                Class::Unspaced | Class::Other => break,
            }
        }
        if run.end + 1 < limit && text.as_bytes()[run.end] == b'.' && run.is_initial(text) {
            run.end += 1;
        }
        run
    }

    fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// Where the word goes on after the mark of `length` bytes at its end, if it does.
    fn join(&mut self, text: &str, length: usize, limit: usize) -> Option<usize> {
        let next = self.end + length;
        if text[self.end..].starts_with("://") {
            return Some(address_end(text, self.end, limit));
        }
        if !is_word(text, next, limit) {
            return None;
        }
        let before = text[..self.end].chars().next_back()?;
        let after = text[next..].chars().next()?;
        let mark = text[self.end..].chars().next()?;
        match mark {
            '-' | '_' | '\u{2010}' | '\u{2011}' | '\u{b7}' | '\u{5f3}' | '\u{5f4}' => Some(next),
            '\'' | '\u{2019}' => {
                self.affixed = true;
                Some(next)
            }
            ',' => (before.is_ascii_digit() && after.is_ascii_digit()).then_some(next),
            '&' => (before.is_uppercase() && after.is_uppercase()).then_some(next),
            '"' => (is_hebrew(before) && is_hebrew(after)).then_some(next),
            ':' if before.is_uppercase() && after.is_lowercase() => {
                self.affixed = true;
                Some(next)
            }
            '.' => {
                let initials = self.is_initial(text) && !is_word(text, next + after.len_utf8(), limit);
                let joins = initials || after.is_lowercase() || (before.is_ascii_digit() && after.is_ascii_digit());
                joins.then(|| {
                    self.part = next;
                    next
                })
            }
            '@' => Some(address_end(text, self.end, limit)),
            '/' if self.part > self.start && before.is_alphabetic() => Some(address_end(text, self.end, limit)),
            _ => None,
        }
    }

    /// Whether what follows the last dot is one capital, or one letter after another.
    fn is_initial(&self, text: &str) -> bool {
        let mut letters = text[self.part..self.end].chars();
        letters.next().is_some_and(|c| {
            c.is_uppercase()
                || (self.part > self.start && c.is_alphabetic())
                || self.end == self.start + 1 && c.is_alphabetic()
        }) && letters.next().is_none()
    }
}

/// Where the word that starts at `at` ends, and where to read on, if it is one of letters and digits of ASCII and what stands
/// there joins nothing: white space, or a mark before it.
#[inline]
fn plain_word_end(bytes: &[u8], at: usize, limit: usize) -> Option<(usize, usize)> {
    let end = alphanumerics_end(bytes, at, limit);
    let [here, next] = *bytes[end..].first_chunk()?;
    let joins = BYTES[usize::from(here)] == Class::Joiner;
    let after = end + usize::from(joins);
    let parts = BYTES[usize::from(select_unpredictable(joins, next, here))] == Class::Other;
    // After one letter a dot may be a part of the word.
    let is_plain = (end > at) & (parts | (after >= limit)) & (!joins | (end > at + 1));
    is_plain.then_some((end, after + 1))
}

/// Where the letters and digits of ASCII end that start at `at`, if any do.
#[inline(always)]
fn alphanumerics_end(bytes: &[u8], at: usize, limit: usize) -> usize {
    // Most words need no other step.
    let count = bytes[at..]
        .first_chunk()
        .map(|sixteen| chunk::leading(sixteen, |bytes| bytes.with(0x20).within(b'a', b'z') | bytes.within(b'0', b'9')));
    match count {
        Some(count) if count < 16 => (at + count).min(limit),
        _ => long_alphanumerics_end(bytes, at, limit),
    }
}

/// The same for many of them, or at the end of the text.
#[cold]
fn long_alphanumerics_end(bytes: &[u8], at: usize, limit: usize) -> usize {
    at + bytes[at..limit].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{5ea}')
}

/// Where an address that runs over `at` ends: at white space, a bracket or a quote, without the marks that close a
/// sentence.
fn address_end(text: &str, at: usize, limit: usize) -> usize {
    let run = &text[at..limit];
    let length = run
        .find(|c: char| {
            c.is_whitespace()
                || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']' | '{' | '}' | '“' | '”' | '»' | '。')
        })
        .unwrap_or(run.len());
    let kept = run[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '…']).len();
    at + kept.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_of_one_class() {
        for c in '\u{80}'..=char::MAX {
            match class(c) {
                Class::Other => assert!(!is_unspaced(c) && !c.is_alphanumeric(), "{c:?}"),
                Class::Unspaced => assert!(is_unspaced(c), "{c:?}"),
                _ => assert!(!is_unspaced(c), "{c:?}"),
            }
        }
    }

    #[test]
    fn bytes_are_asked_at_once_as_one_is() {
        for byte in 0..=u8::MAX {
            for at in 0..40 {
                let mut bytes = *b"az09AZ_-azAZ09bcdeFG/1xyaz09AZazAZ09bcde";
                bytes[at] = byte;
                for limit in [24, 40] {
                    for start in 0..limit {
                        let count = bytes[start..limit].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                        assert_eq!(alphanumerics_end(&bytes, start, limit), start + count, "{:?}", &bytes[start..]);
                    }
                }
            }
        }
    }
}
