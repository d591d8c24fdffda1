//! Finnish.

use rust_stemmers::Algorithm;

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "fi",
    stop_words: WordList::new(include_str!("stop_words.txt")),
    connectors: WordList::new(include_str!("connectors.txt")),
    dependents: WordList::NONE,
    abbreviations: Abbreviations::new(include_str!("abbreviations.txt")),
    boilerplate: Boilerplate::new(include_str!("boilerplate.txt")),
    openers: WordList::new(include_str!("openers.txt")),
    stemmer: Some(Algorithm::Finnish),
};
