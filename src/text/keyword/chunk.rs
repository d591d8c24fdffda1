//! Chunks: runs of words with nothing but white space between them, inside one sentence.

use super::candidate::Candidate;
use crate::text::token::{Case, Token, Word};

/// A word where it stands, with what matters of it here as bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub term: u32,
    pub characters: u32,
    pub traits: u16,
}

impl Piece {
    pub const STOP: u16 = 1;
    /// A stop word that may stand inside a candidate.
    pub const CONNECTOR: u16 = 1 << 1;
    pub const ELIDED: u16 = 1 << 2;
    /// In lower case.
    const LOWER: u16 = 1 << 3;
    /// Neither all in capitals nor with an inner one.
    const NO_ACRONYM: u16 = 1 << 4;
    /// Whether it is capitalised, one of the two, where a capital would mean something.
    const COUNTED_CAPITAL: u16 = 1 << 5;
    const COUNTED_SMALL: u16 = 1 << 6;
    /// The same, wherever it stands.
    const CAPITAL: u16 = Self::COUNTED_CAPITAL << 2;
    const SMALL: u16 = Self::COUNTED_SMALL << 2;
    /// What a candidate of this word alone is.
    pub const DEPENDENT: u16 = Candidate::DEPENDENT;
    /// What a candidate is that ends with it.
    pub const NUMBER: u16 = Candidate::NUMBERED;
    const CASE: u16 = Self::CAPITAL | Self::SMALL;

    pub(super) fn new(word: Word) -> Self {
        let case = match word.case {
            Case::Uncased => Self::SMALL | Self::NO_ACRONYM,
            Case::Lower => Self::SMALL | Self::NO_ACRONYM | Self::LOWER,
            Case::Capitalised => Self::CAPITAL | Self::NO_ACRONYM,
            Case::Upper | Case::Mixed => Self::CAPITAL,
        };
        let traits = u16::from(word.stop) * Self::STOP
            + u16::from(word.connector) * Self::CONNECTOR
            + u16::from(word.elided) * Self::ELIDED
            + u16::from(word.dependent) * Self::DEPENDENT
            + u16::from(word.number) * Self::NUMBER
            + case;
        Self { term: word.term, characters: word.characters, traits }
    }

    /// Whether it has all of `traits`.
    #[inline]
    pub(super) fn has(self, traits: u16) -> bool {
        self.traits & traits == traits
    }

    /// Says that its capital, or that it has none, means something.
    #[inline]
    pub(super) fn count_case(&mut self, counts: bool) {
        let mask = if counts { Self::CASE } else { 0 };
        self.traits |= (self.traits & mask) >> 2;
    }

    /// Whether no candidate goes on past it.
    #[inline]
    pub(super) fn ends_candidates(self) -> bool {
        self.traits & (Self::STOP | Self::CONNECTOR) == Self::STOP
    }

    /// Whether it is a connector that is part of a name where it stands beside one.
    #[inline]
    pub(super) fn may_join_name(self) -> bool {
        self.has(Self::CONNECTOR | Self::COUNTED_CAPITAL)
    }

    /// Whether it carries a topic and is capitalised.
    #[inline]
    fn is_name(self) -> bool {
        self.traits & (Self::STOP | Self::CAPITAL) == Self::CAPITAL
    }
}

/// Makes connectors that are capitalised beside a capitalised word parts of its name: `New York`, `De Gaulle`.
pub(super) fn admit_name_parts(chunk: &mut [Piece]) {
    for index in 0..chunk.len() {
        let piece = chunk[index];
        if !piece.may_join_name() || piece.characters < 2 {
            continue;
        }
        let before = index.checked_sub(1).is_some_and(|i| chunk[i].is_name());
        if before || chunk.get(index + 1).is_some_and(|after| after.is_name()) {
            chunk[index].traits &= !Piece::STOP;
        }
    }
}

/// How a run of words is written.
pub(super) struct Shape {
    /// The traits that any of its words that carry a topic has.
    any: u16,
    /// Those of the last such word.
    last: u16,
    /// What a candidate is that ends with the last word.
    ending: u16,
    /// Whether a connector stands before the last word.
    connected: bool,
}

impl Shape {
    /// That of `piece` alone.
    #[inline]
    pub(super) fn of(piece: Piece) -> Self {
        let content = if piece.has(Piece::STOP) { 0 } else { piece.traits };
        let ending = piece.traits & (Piece::NUMBER | Piece::DEPENDENT);
        Self { any: content, last: content, ending, connected: false }
    }

    /// Takes one more word into the run, after a connector or another word.
    #[inline]
    pub(super) fn add(&mut self, piece: Piece, connected: bool) {
        self.connected |= connected;
        self.ending = piece.traits & Piece::NUMBER;
        if !piece.has(Piece::STOP) {
            self.any |= piece.traits;
            self.last = piece.traits;
        }
    }

    /// Whether the number at the end belongs to a name: `France 24`, `Agenda 2030`.
    #[inline]
    pub(super) fn number_fits(&self, number: Piece) -> bool {
        number.has(Piece::NUMBER) && self.last & Piece::CAPITAL != 0 && number.characters <= 4
    }

    /// What a candidate is that is written so.
    #[inline]
    pub(super) fn traits(&self) -> u16 {
        let case = usize::from(self.any / Piece::LOWER) % WRITTEN.len();
        WRITTEN[case] + self.ending + u16::from(self.connected) * Candidate::CONNECTED
    }
}

/// What a candidate is by four traits that any of its words has, from [`Piece::LOWER`] on.
const WRITTEN: [u16; 16] = {
    let mut written = [0; 16];
    let mut case = 0;
    while case < 16 {
        let (lower, no_acronym) = (case & 1 != 0, case & 2 != 0);
        let (capital, small) = (case & 4 != 0, case & 8 != 0);
        if capital || small {
            written[case] |= Candidate::CASE_SEEN;
        }
        if (capital || small) && !no_acronym {
            written[case] |= Candidate::ACRONYM;
        }
        if capital && !small {
            written[case] |= Candidate::CAPITALISED;
        }
        if capital && lower {
            written[case] |= Candidate::MIXED;
        }
        case += 1;
    }
    written
};

/// Whether nothing but white space, or a mark that joins names, stands between two tokens of a sentence.
#[inline]
pub(super) fn is_joined(text: &str, left: Token, right: Token) -> bool {
    let gap = left.span().end..right.span().start;
    match &text.as_bytes()[gap.clone()] {
        [] | [b' '] => true,
        // No white space starts with another byte of ASCII.
        [b'!'..=b'~', ..] => false,
        _ => joins(&text[gap]),
    }
}

fn joins(gap: &str) -> bool {
    matches!(gap, "・" | "\u{b7}") || gap.chars().all(char::is_whitespace) && gap.matches('\n').count() < 2
}

/// Whether a quote opens right before `token`: what follows is capitalised as at the start of a sentence.
#[inline]
pub(super) fn opens_quote(text: &str, token: Token) -> bool {
    match text.as_bytes()[..token.span().start].last() {
        None => false,
        Some(byte) if byte.is_ascii() => *byte == b'"',
        Some(_) => text[..token.span().start].ends_with(['“', '„', '«', '»', '‘']),
    }
}

/// How many words of a sentence carry a topic, and how many of them are capitalised.
#[derive(Default)]
pub(super) struct SentenceCase {
    pub content: u32,
    pub capitalised: u32,
}

impl SentenceCase {
    pub(super) fn of(sentence: &[Piece]) -> Self {
        let mut case = Self::default();
        for piece in sentence {
            case.content += u32::from(!piece.has(Piece::STOP));
            case.capitalised += u32::from(piece.is_name());
        }
        case
    }

    /// Whether the capitals mean something: not in a headline that capitalises every word.
    pub(super) fn is_trusted(&self) -> bool {
        self.content < 4 || self.capitalised * 10 < self.content * 9
    }

    /// No longer counts `piece`, one of the sentence.
    pub(super) fn leave_out(&mut self, piece: Option<&Piece>) {
        self.content -= u32::from(piece.is_some_and(|piece| !piece.has(Piece::STOP)));
        self.capitalised -= u32::from(piece.is_some_and(|piece| piece.is_name()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::span::Span;

    /// Whether the first and the last word of `text` are joined, and whether a quote opens before the last.
    #[track_caller]
    fn check(text: &str, joined: bool, quoted: bool) {
        let is_word = |c: char| c.is_alphanumeric();
        let first = text.find(|c| !is_word(c)).unwrap();
        let last = text.trim_end_matches(is_word).len();
        let token = |start, end| Token::new(Span::new(start, end), 0);
        let (left, right) = (token(0, first), token(last, text.len()));
        assert_eq!((is_joined(text, left, right), opens_quote(text, right)), (joined, quoted), "{text:?}");
    }

    #[test]
    fn white_space_and_marks_of_names_join_words() {
        check("harbour bridge", true, false);
        check("harbour\nbridge", true, false);
        check("harbour\u{a0}bridge", true, false);
        check("ポート・リンドウ", true, false);
    }

    #[test]
    fn punctuation_parts_words() {
        check("harbour, bridge", false, false);
        check("harbour/bridge", false, false);
        check("harbour! bridge", false, false);
        check("harbour~bridge", false, false);
        check("harbour\n\nbridge", false, false);
        check("harbour – bridge", false, false);
    }

    #[test]
    fn a_quotation_mark_opens_a_quote() {
        check("said \"Harbour", false, true);
        check("said “Harbour", false, true);
        check("said 'Harbour", false, false);
        check("said (Harbour", false, false);
    }
}
