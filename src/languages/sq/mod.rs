//! Albanian.

use super::{Abbreviations, Boilerplate, Tailoring, WordList};

pub static TAILORING: Tailoring = Tailoring {
    code: "sq",
    stop_words: WordList::NONE,
    connectors: WordList::NONE,
    dependents: WordList::NONE,
    abbreviations: Abbreviations::new(include_str!("abbreviations.txt")),
    boilerplate: Boilerplate::new(include_str!("boilerplate.txt")),
    openers: WordList::NONE,
    stemmer: None,
};
