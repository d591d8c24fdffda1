//! Stems, by Snowball.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};

use crate::languages::WordList;

/// The stemmer of a language.
pub(super) struct Stems {
    algorithm: Algorithm,
    stemmer: Stemmer,
    dependents: &'static WordList,
}

/// The longest word that is stemmed, in bytes. Some of Snowball's algorithms take a letter out of a word, or look for one,
/// as often as it has letters: a megabyte of Arabic's tatweel would take minutes.
const LONGEST: usize = 256;

/// A word is dependent by its ending if it has so many characters, and the ending at most so many.
const SHORTEST_DEPENDENT: usize = 6;
const LONGEST_ENDING: usize = 7;

impl Stems {
    /// By the Snowball `algorithm`, and the endings of its dependent words.
    pub(super) fn new(algorithm: Algorithm, dependents: &'static WordList) -> Self {
        Self { algorithm, stemmer: Stemmer::create(algorithm), dependents }
    }

    /// The stem of `word`, which is in lower case; one longer than words are is its own.
    pub(super) fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if word.len() > LONGEST {
            return Cow::Borrowed(word);
        }
        self.once_more(self.stemmer.stem(word))
    }

    /// Snowball takes `-ов` off `Ершов` and leaves it on `Ершова`, of which it takes the `-а`: what is left of such a word is
    /// stemmed again, so that all forms of the surname share a stem.
    fn once_more<'w>(&self, stem: Cow<'w, str>) -> Cow<'w, str> {
        let surname = matches!(self.algorithm, Algorithm::Russian) && (stem.ends_with("ов") || stem.ends_with("ев"));
        if surname {
            return Cow::Owned(self.stemmer.stem(&stem).into_owned());
        }
        stem
    }

    /// Whether `word`, which is in lower case, is dependent by its ending.
    pub(super) fn is_dependent(&self, word: &str) -> bool {
        !self.dependents.is_empty()
            && word.chars().nth(SHORTEST_DEPENDENT - 1).is_some()
            && word.char_indices().rev().take(LONGEST_ENDING).any(|(at, _)| self.dependents.contains(&word[at..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_stemmed_that_is_longer_than_words_are() {
        static NO_ENDINGS: WordList = WordList::NONE;
        let stems = Stems::new(Algorithm::German, &NO_ENDINGS);
        for (length, stem) in [(LONGEST, LONGEST - "en".len()), (LONGEST + 1, LONGEST + 1)] {
            let word = "ta".repeat(LONGEST)[..length - "en".len()].to_owned() + "en";
            assert_eq!(stems.stem(&word), word[..stem], "{length}");
        }
    }

    #[test]
    fn a_dependent_word_is_told_by_its_ending() {
        static ENDINGS: WordList = WordList::new("ого\nировали");
        let stems = Stems::new(Algorithm::Russian, &ENDINGS);
        for word in ["портового", "планировали", "портового"] {
            assert!(stems.is_dependent(word), "{word}");
        }
        for word in ["много", "портовый", "ого"] {
            assert!(!stems.is_dependent(word), "{word}");
        }
    }
}
