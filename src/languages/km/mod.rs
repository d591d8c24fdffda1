//! Khmer.

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "km",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    dependents: WordList::NONE,
    abbreviations: Abbreviations::NONE,
    boilerplate: Boilerplate::new(include_str!("boilerplate.txt")),
    openers: WordList::NONE,
    stemmer: None,
};
