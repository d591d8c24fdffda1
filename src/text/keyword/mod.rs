//! Keyword extraction: candidates counted by their stems, each scored by itself, the best chosen without overlap.
//!
//! `docs/keywords.md` has the design, what each part adds and where the weights come from.

mod candidate;
mod choose;
mod mention;
mod score;

pub use score::{FEATURE_NAMES, FEATURES, Weights};

use super::{document::Document, span::Span};

use self::candidate::Candidates;

/// What kind of keyword is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// What an editor would tag: names and topics.
    #[default]
    Tags,
    /// Noun phrases, as an index would hold them.
    Phrases,
}

/// Which keywords to extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many at most.
    pub max_keywords: usize,
    /// How many words a keyword has at most.
    pub max_words: usize,
    /// What kind.
    pub style: Style,
    /// Whether to say where each stands.
    pub mentions: bool,
    /// Phrases never to return, in any of their forms.
    pub blocked: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_keywords: 10, max_words: 3, style: Style::Tags, mentions: false, blocked: Vec::new() }
    }
}

/// A word or phrase that says what a text is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// Its best surface form: one of its mentions, each run of white space as one space.
    pub text: String,
    /// How much it says of the text, 0 to 1, comparable between texts.
    pub score: f64,
    /// How often any form of it occurs in the text.
    pub count: usize,
    /// Where it occurs, in order; empty unless asked for.
    pub mentions: Vec<Span>,
}

/// The keywords of `document`, best first. Scores fall strictly; of equals the one that comes first in the text is better.
pub fn extract(document: &Document<'_>, options: &Options) -> Vec<Keyword> {
    extract_by(document, options, score::weights(options.style))
}

/// [`extract`] with weights of one's own: what the program that fits them tries.
pub fn extract_by(document: &Document<'_>, options: &Options, weights: &Weights) -> Vec<Keyword> {
    let candidates = Candidates::of(document, options.max_words);
    let chosen = choose::best(document, &candidates, options, weights);
    mention::keywords(document, &candidates, &chosen, options)
}

/// Every candidate of `document` with its features: what the program that fits the weights learns from.
pub fn measure(document: &Document<'_>, options: &Options) -> Vec<(Keyword, Weights)> {
    let candidates = Candidates::of(document, options.max_words);
    let all = choose::all(document, &candidates, options);
    let keywords = mention::keywords(document, &candidates, &all, options);
    let features = all.iter().map(|c| score::features(&candidates, &candidates.nodes[c.node as usize]));
    keywords.into_iter().zip(features).collect()
}
