//! Czech.

use super::{Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "cs",
    stop_words: WordList::new(include_str!("stop_words.txt")),
    connectors: WordList::NONE,
    abbreviations: "",
    boilerplate: WordList::NONE,
    openers: WordList::NONE,
    stemmer: None,
};
