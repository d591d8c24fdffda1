//! What is known of the words that a thread met last. To look a word up and to stem it is dear, and most words of a text
//! stood in the one before it too.

use std::cell::Cell;
use std::hint::select_unpredictable;
use std::mem;
use std::ptr;

use crate::languages::{CATALOGUE, Language};

use super::{Case, Word, short::Short};

/// How many words a thread keeps; a power of two.
const KEPT: usize = 8192;

thread_local! {
    static RECENT: Cell<Recent> = const { Cell::new(Recent { slots: Vec::new(), met: Vec::new(), texts: 0 }) };
}

/// The words that this thread met last, in the hands of one that reads a text.
///
/// A slot also holds which of the text's words its word is: a word that stood in the text before, as most did, takes one look
/// at one line of the processor's cache.
pub(super) struct Known {
    recent: Recent,
    language: u8,
}

#[derive(Default)]
struct Recent {
    slots: Vec<Slot>,
    /// Where each word of the text is, in the order of their first coming.
    met: Vec<Place>,
    /// How many texts were read.
    texts: u32,
}

/// Which slot a word is in; of no meaning for one that is not kept.
#[derive(Clone, Copy, Default)]
struct Place(u16);

/// A word of a language with all that is the same of it in every text: one line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    surface: Short,
    stem: Short,
    /// The text that it was met in last, and which of that text's words it is.
    text: u32,
    number: u32,
    language: u8,
    stop: bool,
    connector: bool,
    elided: bool,
    dependent: bool,
    case: Case,
    is_number: bool,
    characters: u8,
}

impl Slot {
    const FREE: Self = Self {
        surface: Short::NO_STRING,
        stem: Short::NO_STRING,
        text: 0,
        number: 0,
        language: 0,
        stop: true,
        connector: false,
        elided: false,
        dependent: false,
        case: Case::Uncased,
        is_number: true,
        characters: 0,
    };

    #[inline]
    fn is(&self, surface: Short, language: u8) -> bool {
        (self.surface == surface) & (self.language == language)
    }
}

impl Known {
    /// Those of `language`, for a new text.
    pub(super) fn of(language: Option<&'static Language>) -> Self {
        let mut recent = RECENT.take();
        // Where the count of texts ends, what the first ones met is forgotten.
        recent.texts = recent.texts.checked_add(1).unwrap_or_else(|| {
            recent.slots.clear();
            1
        });
        recent.slots.resize(KEPT, Slot::FREE);
        recent.met.clear();
        Self { recent, language: number_of(language) }
    }

    /// How many words the text has so far.
    #[inline]
    pub(super) fn met(&self) -> usize {
        self.recent.met.len()
    }

    /// Which of the text's words is written as `surface`, a new one if it had none such; `None` if that is not known.
    #[inline]
    pub(super) fn number(&mut self, surface: Short, hash: u64) -> Option<u32> {
        let Recent { slots, met, texts } = &mut self.recent;
        let is = |place: &Place| slots[usize::from(place.0)].is(surface, self.language);
        let place = Place::of(hash).into_iter().find(is)?;
        let slot = &mut slots[usize::from(place.0)];
        // Whether it is new cannot be foretold: it is added in any case, and taken away again.
        let count = met.len();
        let is_new = slot.text != *texts;
        met.push(place);
        met.truncate(count + usize::from(is_new));
        slot.text = *texts;
        slot.number = select_unpredictable(is_new, u32::try_from(count).unwrap_or(u32::MAX), slot.number);
        Some(slot.number)
    }

    /// The word of this number, a known one, its stem's number from `intern`.
    #[inline]
    pub(super) fn word(&self, number: usize, intern: impl FnOnce(Short) -> u32) -> Word {
        let slot = &self.recent.slots[usize::from(self.recent.met[number].0)];
        Word {
            term: intern(slot.stem),
            stop: slot.stop,
            connector: slot.connector,
            elided: slot.elided,
            dependent: slot.dependent,
            case: slot.case,
            number: slot.is_number,
            characters: u32::from(slot.characters),
        }
    }

    /// Adds a word to those of the text that is not known, and is not to be.
    pub(super) fn pass(&mut self) {
        self.recent.met.push(Place::default());
    }

    /// Adds `word`, which is the same in every text, and keeps it instead of one that was met in an
    /// earlier text; unless there is none in its two places.
    pub(super) fn keep(&mut self, surface: Short, hash: u64, word: Word, stem: Short) -> bool {
        let Recent { slots, met, texts } = &mut self.recent;
        let [one, other] = Place::of(hash);
        let text = |place: Place| slots[usize::from(place.0)].text;
        let place = if text(other) < text(one) { other } else { one };
        if text(place) == *texts {
            return false;
        }
        let slot = &mut slots[usize::from(place.0)];
        *slot = Slot {
            surface,
            stem,
            text: *texts,
            number: u32::try_from(met.len()).unwrap_or(u32::MAX),
            language: self.language,
            stop: word.stop,
            connector: word.connector,
            elided: word.elided,
            dependent: word.dependent,
            case: word.case,
            is_number: word.number,
            // A short word has few.
            characters: u8::try_from(word.characters).unwrap_or(u8::MAX),
        };
        met.push(place);
        true
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        RECENT.set(mem::take(&mut self.recent));
    }
}

impl Place {
    /// The two where a word can be: by the highest bits of its hash, which depend on all its bytes.
    #[inline]
    fn of(hash: u64) -> [Self; 2] {
        let place = u16::try_from(hash >> (u64::BITS - KEPT.ilog2())).unwrap_or_default();
        [Self(place), Self(place ^ 1)]
    }
}

/// The place of `language` in the catalogue, counted from 1; 0 for none.
fn number_of(language: Option<&'static Language>) -> u8 {
    const { assert!(CATALOGUE.len() < u8::MAX as usize) };
    let place = language.and_then(|language| CATALOGUE.iter().position(|other| ptr::eq(other, language)));
    place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or_default()
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
    fn a_word_keeps_its_number_among_more_than_are_kept() {
        let letters = |n: usize| n.to_string().bytes().map(|digit| char::from(digit + b'c' - b'0')).collect::<String>();
        let words: Vec<String> = (0..3 * KEPT).map(letters).collect();
        let text = [words.join(" "), words.join(" ")].join(" ");
        let sentence = Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: Kind::Prose };
        let terms = Terms::new(&text, "", &[sentence], None);
        assert!(terms.sentence(0).iter().zip((0..3 * KEPT).cycle()).all(|(token, n)| token.word as usize == n));
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
