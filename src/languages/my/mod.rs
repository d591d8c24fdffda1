//! Burmese.

use super::{Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "my",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    abbreviations: "",
    boilerplate: WordList::NONE,
    openers: WordList::NONE,
    stemmer: None,
};
