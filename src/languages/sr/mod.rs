//! Serbian.

use super::{Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "sr",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    abbreviations: "",
    boilerplate: WordList::NONE,
    openers: WordList::NONE,
    stemmer: None,
};
