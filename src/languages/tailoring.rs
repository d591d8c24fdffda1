//! What a language's folder holds.

use rust_stemmers::Algorithm;

use super::{Abbreviations, Boilerplate, WordList};

/// The data that one language is analysed with. Each folder under `languages/` defines one.
#[derive(Debug)]
pub struct Tailoring {
    /// The BCP 47 code that it belongs to, as in the catalogue.
    pub code: &'static str,
    /// Words that carry no topic: never at an end of a keyword, never counted.
    pub stop_words: WordList,
    /// Stop words that may stand inside a keyphrase: `of`, `de`, `du`, `der`.
    pub connectors: WordList,
    /// Endings of words that are no keyword by themselves though they may be part of one: adjectives, verbs.
    pub dependents: WordList,
    /// Abbreviations and sentence starters, and what else the language says of full stops.
    pub abbreviations: Abbreviations,
    /// Phrases that mark a line or sentence of a scraped page as boilerplate.
    pub boilerplate: Boilerplate,
    /// Words that lean on the sentence before when they open one: pronouns, `but`, `meanwhile`.
    pub openers: WordList,
    /// The Snowball stemmer, if there is one.
    pub stemmer: Option<Algorithm>,
}
