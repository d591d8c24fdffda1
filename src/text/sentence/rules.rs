//! What a language says of a word: its own lists first, then those that all languages share.

use super::mark::is_unspaced;
use crate::{
    languages::{Abbreviation, Abbreviations, COMMON_ABBREVIATIONS, Ending, Language, Tail},
    text::letter::Lowered,
};

/// The rules of a language, or the neutral ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    own: &'static Abbreviations,
}

static NEUTRAL: Abbreviations = Abbreviations::NONE;

impl Rules {
    pub(super) fn of(language: Option<&'static Language>) -> Self {
        Self { own: language.and_then(Language::tailoring).map_or(&NEUTRAL, |tailoring| &tailoring.abbreviations) }
    }

    /// What the full stop after `word` means. `word` stands without it, as the text writes it.
    pub(super) fn abbreviation(self, word: &str) -> Option<Abbreviation> {
        let whole = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let closed_up = (!whole && word.contains(' ')).then(|| word.replace(' ', ""));
        let word = closed_up.as_deref().unwrap_or(word);
        if whole && !self.may_be_abbreviation(word) {
            return looks_abbreviated(word);
        }
        let lower = Lowered::new(word);
        let lower = lower.as_str();
        let common = || word.starts_with(char::is_uppercase).then(|| COMMON_ABBREVIATIONS.find(lower)).flatten();
        // `Lt.-Col.`, and a word glued to the one before: `Tuesday.Mr. Alder`.
        let last = || if whole { None } else { self.own.find(lower.rsplit_once(['-', '.'])?.1) };
        let found = self.own.find(lower).or_else(common).or_else(|| looks_abbreviated(word)).or_else(last)?;
        // A capital alone is an initial first of all, whatever else it is short for.
        let initial = matches!(found.ending, Ending::BeforeCapital | Ending::AfterClause)
            && is_initial(word)
            && word.starts_with(char::is_uppercase);
        Some(if initial { Abbreviation { ending: Ending::BeforeStarter, ..found } } else { found })
    }

    /// Whether a list may know `word` as an abbreviation.
    pub(super) fn may_be_abbreviation(self, word: &str) -> bool {
        self.own.may_find(word)
    }

    /// Whether a list may know a word with this `tail` as an abbreviation.
    #[inline]
    pub(super) fn may_be_abbreviation_with(self, tail: Tail) -> bool {
        self.own.may_find_with(tail)
    }

    /// Whether the word that is no longer than its `tail` never ends a sentence with its full stop, as the language's own list
    /// says.
    #[inline]
    pub(super) fn is_title(self, tail: Tail) -> bool {
        self.own.is_title(tail)
    }

    /// Whether `word` often starts a sentence and seldom follows an abbreviation with a capital.
    pub(super) fn starts_sentences(self, word: &str) -> bool {
        self.own.may_start_sentences(word) && self.own.starts_sentences(Lowered::new(word).as_str())
    }

    /// Whether such a word may stand at `at` in `text`.
    #[inline]
    pub(super) fn may_be_starter_at(self, text: &str, at: usize) -> bool {
        self.own.may_be_starter_at(text, at)
    }

    /// Whether `word` is written with a capital inside sentences too.
    pub(super) fn is_capitalised_anywhere(self, word: &str) -> bool {
        self.own.is_capitalised_anywhere(Lowered::new(word).as_str())
    }

    /// Whether `word` opens a phrase that can stand before the subject.
    pub(super) fn fronts(self, word: &str) -> bool {
        self.own.fronts(Lowered::new(word).as_str())
    }

    /// Whether ordinal numbers are written with a full stop.
    pub(super) fn has_ordinals(self) -> bool {
        self.own.has_ordinals()
    }

    /// Whether an ordinal number may count `word`, which is written with a capital.
    pub(super) fn counts(self, word: &str) -> bool {
        let lower = Lowered::new(word);
        self.own.counts(lower.as_str()) && !self.own.starts_sentences(lower.as_str())
    }

    /// Whether `text` starts with a short subject and a verb that says who spoke: `Alder asked`, `她说`.
    pub(super) fn attributes_speech(self, text: &str) -> bool {
        let unspaced = text.chars().next().is_some_and(is_unspaced);
        let end = text.char_indices().nth(if unspaced { 6 } else { 40 }).map_or(text.len(), |(end, _)| end);
        let opening = &text[..end];
        self.own.attribution().any(|verb| {
            if unspaced {
                opening.contains(verb)
            } else {
                opening.split(' ').take(3).any(|word| word.starts_with(verb))
            }
        })
    }

    /// Whether `mark` ends sentences in this language although it does not in others.
    pub(super) fn terminates(self, mark: char) -> bool {
        self.own.terminates(mark)
    }
}

/// What the shape of a word says where no list knows it.
fn looks_abbreviated(word: &str) -> Option<Abbreviation> {
    (is_initial(word) || is_dotted(word) || has_no_vowel(word))
        .then_some(Abbreviation { ending: Ending::BeforeStarter, takes_number: false })
}

/// A single letter is an initial or a unit, in scripts where a letter is no syllable.
pub(super) fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    let single = chars.next().filter(|_| chars.next().is_none());
    single.is_some_and(|c| {
        c.is_uppercase() || c.is_lowercase() || matches!(c, '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' | '\u{904}'..='\u{939}' | '\u{985}'..='\u{9b9}')
    })
}

/// Letters and pairs of letters with full stops between them: `U.S`, `т.е`, `s.r.o`, `J.-P`.
fn is_dotted(word: &str) -> bool {
    word.contains('.')
        && word
            .split(['.', '-'])
            .filter(|part| !part.is_empty())
            .all(|part| (1..=3).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic))
}

/// A single syllable of an Indic script, as the letters of the Latin alphabet are spelled: `बी`, `സി`.
pub(super) fn is_indic_syllable(word: &str) -> bool {
    let indic = word.chars().all(|c| matches!(c, '\u{900}'..='\u{d7f}'));
    indic && word.chars().filter(|&c| !matches!(u32::from(c) & 0x7f, 0..=3 | 0x3c | 0x3e..=0x4d)).count() == 1
}

/// A word of small Latin or Cyrillic consonants cannot be spoken, so it is short for one: `tzv`, `млрд`. `l`, `r` and `y` can
/// carry a syllable (Czech `vlk`, `prst`).
fn has_no_vowel(word: &str) -> bool {
    word.len() > 1 && word.chars().all(|c| matches!(c, 'b'..='d' | 'f'..='h' | 'j' | 'k' | 'm' | 'n' | 'p' | 'q' | 's' | 't' | 'v' | 'x' | 'z' | 'б'..='д' | 'ж' | 'з' | 'к'..='н' | 'п' | 'с' | 'т' | 'ф'..='щ'))
}
