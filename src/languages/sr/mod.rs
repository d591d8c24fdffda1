//! Serbian.

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "sr",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    abbreviations: Abbreviations::NONE,
    boilerplate: Boilerplate::NONE,
    openers: WordList::NONE,
    stemmer: None,
};
