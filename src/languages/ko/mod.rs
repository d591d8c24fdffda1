//! Korean.

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "ko",
    stop_words: WordList::new(include_str!("stop_words.txt")),
    connectors: WordList::NONE,
    dependents: WordList::NONE,
    abbreviations: Abbreviations::NONE,
    boilerplate: Boilerplate::new(include_str!("boilerplate.txt")),
    openers: WordList::new(include_str!("openers.txt")),
    stemmer: None,
};
