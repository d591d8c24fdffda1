//! Stems, with those of the words that a thread met last kept at hand: stemming is the dearest step of a word, and most
//! words of a text stood in the one before it too.

use std::borrow::Cow;
use std::cell::RefCell;
use std::hash::Hasher;

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHasher;

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

/// How many stems a thread keeps; a power of two.
const KEPT: usize = 4096;

/// Longer words, in bytes, are not kept.
const LONGEST: usize = 30;

thread_local! {
    static RECENT: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
}

/// A word and its stem.
#[derive(Clone, Copy)]
struct Slot {
    hash: u64,
    word: Short,
    stem: Short,
    dependent: bool,
}

/// A short string in place.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short {
    length: u8,
    bytes: [u8; LONGEST],
}

impl Short {
    const EMPTY: Self = Self { length: 0, bytes: [0; LONGEST] };

    fn new(string: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..string.len())?.copy_from_slice(string.as_bytes());
        Some(Self { length: u8::try_from(string.len()).ok()?, bytes })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl Stems {
    /// By the Snowball `algorithm`, and the endings of its dependent words.
    pub(super) fn new(algorithm: Algorithm, dependents: &'static WordList) -> Self {
        Self { algorithm, stemmer: Stemmer::create(algorithm), dependents }
    }

    /// Calls `read` with the stem of `word`, which is in lower case, and whether the word is dependent by its ending.
    pub(super) fn stem<T>(&self, word: &str, read: impl FnOnce(&str, bool) -> T) -> T {
        let hash = self.hash(word);
        let index = usize::try_from(hash).unwrap_or_default() % KEPT;
        let known = RECENT.with_borrow(|recent| {
            let slot = recent.get(index)?;
            (slot.hash == hash && slot.word.as_bytes() == word.as_bytes()).then_some((slot.stem, slot.dependent))
        });
        if let Some((stem, dependent)) = &known
            && let Ok(stem) = std::str::from_utf8(stem.as_bytes())
        {
            return read(stem, *dependent);
        }
        let stem = self.once_more(self.stemmer.stem(word));
        let dependent = self.is_dependent(word);
        if let (Some(word), Some(stem)) = (Short::new(word), Short::new(&stem)) {
            RECENT.with_borrow_mut(|recent| {
                if recent.is_empty() {
                    let free = Slot { hash: 0, word: Short::EMPTY, stem: Short::EMPTY, dependent: false };
                    recent.resize(KEPT, free);
                }
                recent[index] = Slot { hash, word, stem, dependent };
            });
        }
        read(&stem, dependent)
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

    fn is_dependent(&self, word: &str) -> bool {
        !self.dependents.is_empty()
            && word.chars().nth(SHORTEST_DEPENDENT - 1).is_some()
            && word.char_indices().rev().take(LONGEST_ENDING).any(|(at, _)| self.dependents.contains(&word[at..]))
    }

    /// A word has another stem in each language, so that has a part in it: no two hashes of one word are the same.
    fn hash(&self, word: &str) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u8(self.algorithm as u8);
        hasher.write(word.as_bytes());
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static NONE: WordList = WordList::NONE;

    #[track_caller]
    fn check(algorithm: Algorithm, words: &[&str]) {
        let stems = Stems::new(algorithm, &NONE);
        let stemmer = Stemmer::create(algorithm);
        for word in words.iter().chain(words) {
            assert_eq!(stems.stem(word, |stem, _| stem.to_owned()), stemmer.stem(word), "{word}");
        }
    }

    #[test]
    fn a_kept_stem_is_the_stemmers_own() {
        check(Algorithm::English, &["running", "flies", "happily", "national", "a", ""]);
        check(Algorithm::Russian, &["новостей", "городской", "предупреждениями"]);
    }

    #[test]
    fn the_same_word_has_a_stem_in_each_language() {
        for _ in 0..2 {
            check(Algorithm::English, &["kosten", "wagen", "nation"]);
            check(Algorithm::German, &["kosten", "wagen", "nation"]);
            check(Algorithm::French, &["kosten", "wagen", "nation"]);
        }
    }

    #[test]
    fn more_words_than_are_kept_still_have_their_own_stems() {
        let words: Vec<String> = (0..3 * KEPT).map(|n| format!("{n}ings")).collect();
        check(Algorithm::English, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn a_dependent_word_is_told_by_its_ending() {
        static ENDINGS: WordList = WordList::new("ого\nировали");
        let stems = Stems::new(Algorithm::Russian, &ENDINGS);
        for word in ["портового", "планировали", "портового"] {
            assert!(stems.stem(word, |_, dependent| dependent), "{word}");
        }
        for word in ["много", "портовый", "ого"] {
            assert!(!stems.stem(word, |_, dependent| dependent), "{word}");
        }
    }

    #[test]
    fn a_long_word_is_stemmed_all_the_same() {
        check(Algorithm::German, &["donaudampfschifffahrtsgesellschaften", &"lang".repeat(100)]);
    }
}
