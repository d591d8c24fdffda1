//! Chunks: runs of words with nothing but white space between them, inside one sentence.

use crate::text::token::{Case, Token, Word};

/// A word in its chunk.
#[derive(Debug)]
pub(super) struct Piece {
    pub word: Word,
    /// Whether its capital would mean something.
    pub case_counts: bool,
}

/// Makes connectors that are capitalised beside a capitalised word parts of its name: `New York`, `De Gaulle`.
pub(super) fn admit_name_parts(chunk: &mut [Piece]) {
    for index in 0..chunk.len() {
        let piece = &chunk[index];
        if !(piece.word.connector && piece.case_counts && piece.word.case.is_capitalised()) || piece.word.characters < 2
        {
            continue;
        }
        let is_name = |p: &Piece| !p.word.stop && p.word.case.is_capitalised();
        let before = index.checked_sub(1).is_some_and(|i| is_name(&chunk[i]));
        if before || chunk.get(index + 1).is_some_and(is_name) {
            chunk[index].word.stop = false;
        }
    }
}

/// How a run of words is written.
pub(super) struct Shape {
    pub case_counts: bool,
    pub capitalised: bool,
    pub acronym: bool,
    pub connected: bool,
    pub number: bool,
    last_capitalised: bool,
    pub has_capital: bool,
    pub has_small: bool,
    /// Whether it is one word that is no topic by itself.
    pub dependent: bool,
    opened: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            case_counts: false,
            capitalised: true,
            acronym: true,
            connected: false,
            number: false,
            last_capitalised: false,
            has_capital: false,
            has_small: false,
            dependent: false,
            opened: false,
        }
    }
}

impl Shape {
    /// Takes one more word into the run.
    pub fn add(&mut self, piece: &Piece) {
        self.number = piece.word.number;
        self.dependent = !self.opened && piece.word.dependent;
        self.opened = true;
        if piece.word.stop {
            return;
        }
        let capitalised = piece.word.case.is_capitalised();
        self.last_capitalised = capitalised;
        self.has_small |= piece.word.case == Case::Lower;
        if piece.case_counts {
            self.has_capital |= capitalised;
            self.case_counts = true;
            self.capitalised &= capitalised;
        }
        self.acronym &= matches!(piece.word.case, Case::Upper | Case::Mixed);
    }

    /// Whether the number at the end belongs to a name: `France 24`, `Agenda 2030`.
    pub fn number_fits(&self, number: &Piece) -> bool {
        self.last_capitalised && number.word.characters <= 4
    }
}

/// Whether nothing but white space, or a mark that joins names, stands between two tokens of a sentence.
#[inline]
pub(super) fn is_joined(text: &str, left: Token, right: Token) -> bool {
    let gap = left.span.end..right.span.start;
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
    match text.as_bytes()[..token.span.start].last() {
        None => false,
        Some(byte) if byte.is_ascii() => *byte == b'"',
        Some(_) => text[..token.span.start].ends_with(['“', '„', '«', '»', '‘']),
    }
}

/// Whether the capitals of a sentence mean something: not in a headline that capitalises every word.
pub(super) fn has_sentence_case(sentence: &[Piece]) -> bool {
    let (mut content, mut capitalised) = (0, 0);
    for Piece { word, .. } in sentence {
        content += u32::from(!word.stop);
        capitalised += u32::from(!word.stop && word.case.is_capitalised());
    }
    content < 4 || capitalised * 10 < content * 9
}
