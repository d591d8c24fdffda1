//! What is known of the words that a thread met last. To look a word up and to stem it is dear, and most words of a text
//! stood in the one before it too.

use std::cell::Cell;
use std::mem;
use std::ptr;

use crate::languages::Language;

use super::{Case, Word, short::Short};

/// How many words a thread keeps; a power of two.
const KEPT: usize = 8192;

thread_local! {
    static RECENT: Cell<Vec<Slot>> = const { Cell::new(Vec::new()) };
}

/// The words that this thread met last, in the hands of one that reads a text.
pub(super) struct Known {
    language: Option<&'static Language>,
    slots: Vec<Slot>,
}

/// A word of a language with all that is the same of it in every text: one line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    surface: Short,
    stem: Short,
    language: Option<&'static Language>,
    stop: bool,
    connector: bool,
    elided: bool,
    dependent: bool,
    case: Case,
    number: bool,
    characters: u8,
}

impl Slot {
    const FREE: Self = Self {
        surface: Short::EMPTY,
        stem: Short::EMPTY,
        language: None,
        stop: true,
        connector: false,
        elided: false,
        dependent: false,
        case: Case::Uncased,
        number: true,
        characters: 0,
    };

    fn is(&self, surface: Short, language: Option<&'static Language>) -> bool {
        self.surface == surface && self.language.map(ptr::from_ref) == language.map(ptr::from_ref)
    }
}

impl Known {
    /// Those of `language`.
    pub(super) fn of(language: Option<&'static Language>) -> Self {
        let mut slots = RECENT.take();
        slots.resize(KEPT, Slot::FREE);
        Self { language, slots }
    }

    /// The word written as `surface`, its stem's number from `intern`.
    #[inline]
    pub(super) fn find(&self, surface: Short, hash: u64, intern: impl FnOnce(Short) -> u32) -> Option<Word> {
        let slot = &self.slots[index(hash)];
        slot.is(surface, self.language).then(|| Word {
            term: intern(slot.stem),
            stop: slot.stop,
            connector: slot.connector,
            elided: slot.elided,
            dependent: slot.dependent,
            case: slot.case,
            number: slot.number,
            characters: u32::from(slot.characters),
        })
    }

    /// Keeps `word`, which is the same in every text.
    pub(super) fn keep(&mut self, surface: Short, hash: u64, word: Word, stem: Short) {
        self.slots[index(hash)] = Slot {
            surface,
            stem,
            language: self.language,
            stop: word.stop,
            connector: word.connector,
            elided: word.elided,
            dependent: word.dependent,
            case: word.case,
            number: word.number,
            // A short word has few.
            characters: u8::try_from(word.characters).unwrap_or(u8::MAX),
        };
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        RECENT.set(mem::take(&mut self.slots));
    }
}

/// The highest bits of the hash, which depend on all bytes of a word.
fn index(hash: u64) -> usize {
    (hash >> 48) as usize / ((1 << 16) / KEPT)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use rust_stemmers::{Algorithm, Stemmer};

    use super::*;
    use crate::languages::Tag;
    use crate::text::{
        sentence::{Kind, Sentence},
        span::Span,
        token::{Terms, Token},
    };

    /// Reads `text` and holds each of its words, parted by single spaces, against what the stemmer says.
    #[track_caller]
    fn check(language: &str, algorithm: Algorithm, text: &str) {
        let sentence = Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: Kind::Prose };
        let terms = Terms::new(text, "", &[sentence], Tag::parse(language).map(|tag| tag.language));
        let stemmer = Stemmer::create(algorithm);
        assert_eq!(terms.sentence(0).len(), text.split(' ').count());
        for (token, word) in terms.sentence(0).iter().zip(text.split(' ')) {
            assert_eq!(terms.stem(terms.word(*token).term), stemmer.stem(word), "{word}");
        }
    }

    #[test]
    fn the_same_word_has_a_stem_in_each_language() {
        for _ in 0..2 {
            check("en", Algorithm::English, "kosten wagen nation");
            check("de", Algorithm::German, "kosten wagen nation");
            check("fr", Algorithm::French, "kosten wagen nation");
        }
    }

    #[test]
    fn more_words_than_are_kept_still_have_their_own_stems() {
        let number = |n: usize| n.to_string().bytes().map(|digit| char::from(digit + b'c' - b'0')).collect::<String>();
        let words: Vec<String> = (0..3 * KEPT).map(|n| format!("zz{}ings", number(n))).collect();
        check("en", Algorithm::English, &words.join(" "));
    }

    #[test]
    fn a_word_met_before_is_what_it_was_then() {
        for text in
            ["The Elections in May", "the elections in may", "l'économie L'ÉCONOMIE l’Économie", "Wahl-Kampf @you"]
        {
            let sentence = Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: Kind::Prose };
            let words = || {
                let terms = Terms::new(text, "", &[sentence], Tag::parse("en").map(|tag| tag.language));
                let tokens = terms.sentence(0).iter();
                tokens.map(|token| (*token, terms.word(*token))).collect::<Vec<_>>()
            };
            assert_eq!(words(), words());
        }
    }

    #[test]
    fn an_initial_is_told_by_the_text_it_stands_in() {
        let words = |text: &str| {
            let sentence = Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: Kind::Prose };
            let terms = Terms::new(text, "", &[sentence], Tag::parse("en").map(|tag| tag.language));
            terms.sentence(0).iter().map(|token| terms.word(*token).connector).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            assert_eq!(words("and J. Rock"), [false, true, false]);
        }
    }

    /// Words at the edges of what is kept, and such as one may be taken for another.
    const ODD: &[&str] = &[
        "harbourmastersassociat",
        "harbourmastersassociati",
        "harbourmastersassociatio",
        "Harbourmastersassociatio",
        "стивидоров",
        "Стивидоров",
        "стивидоровых",
        "W\u{ad}WW.ferry",
        "www.ferry",
        "WWW.ferry",
        "fer\u{ad}ry",
        "Fer\u{ad}ry",
        "FERRY",
        "d’Ancona",
        "d'ancona",
        "D’ANCONA",
        "19-year-old",
        "19-Year-Old",
        "u043e",
        "U043E",
        "J.",
        "j.",
        "İ",
        "i̇",
        "I",
        "ı",
        "Ა",
        "ა",
        "ǅ",
        "ǆ",
        "𝐀",
        "K",
        "k",
        "Straße",
        "STRASSE",
        "é",
        "e\u{301}",
        "a\0b",
        "a",
        "\0",
    ];

    proptest::proptest! {
        #[test]
        fn a_text_has_the_same_words_whatever_was_read_before(
            texts in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(ODD), 1..8), 1..6),
            codes in proptest::collection::vec(proptest::sample::select(&["en", "tr", "fr", "ru", "ka", "und"][..]), 6),
        ) {
            let read = |words: &[&str], code: &str| {
                let text = words.join(" ");
                let sentence = Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: Kind::Prose };
                let terms = Terms::new(&text, "", &[sentence], Tag::parse(code).map(|tag| tag.language));
                let word = |token: &Token| (*token, terms.word(*token), terms.stem(terms.word(*token).term).to_owned());
                terms.sentence(0).iter().map(word).collect::<Vec<_>>()
            };
            for (words, code) in texts.iter().zip(codes) {
                let alone = thread::scope(|scope| scope.spawn(|| read(words, code)).join());
                proptest::prop_assert_eq!(Some(read(words, code)), alone.ok(), "{:?} {}", words, code);
            }
        }
    }
}
