//! Thai.

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "th",
    stop_words: WordList::new(include_str!("stop_words.txt")),
    connectors: WordList::NONE,
    dependents: WordList::NONE,
    abbreviations: Abbreviations::new(include_str!("abbreviations.txt")),
    boilerplate: Boilerplate::new(include_str!("boilerplate.txt")),
    openers: WordList::new(include_str!("openers.txt")),
    stemmer: None,
};
