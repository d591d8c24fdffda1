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

/// A word is dependent by its ending if it has so many characters, and the ending at most so many.
const SHORTEST_DEPENDENT: usize = 6;
const LONGEST_ENDING: usize = 7;

impl Stems {
    /// By the Snowball `algorithm`, and the endings of its dependent words.
    pub(super) fn new(algorithm: Algorithm, dependents: &'static WordList) -> Self {
        Self { algorithm, stemmer: Stemmer::create(algorithm), dependents }
    }

    /// The stem of `word`, which is in lower case.
    pub(super) fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
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
