//! Tamil.

use rust_stemmers::Algorithm;

use super::{Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "ta",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    abbreviations: "",
    boilerplate: WordList::NONE,
    openers: WordList::NONE,
    stemmer: Some(Algorithm::Tamil),
};
