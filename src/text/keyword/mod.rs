//! Keyword extraction: candidates counted by their stems, each scored by itself, the best chosen without overlap.
//!
//! `docs/keywords.md` has the design, what each part adds and where the weights come from.

mod candidate;
mod candidates;
mod choose;
mod chunk;
mod edges;
mod mention;
mod opening;
mod score;

pub use score::{FEATURE_NAMES, FEATURES, Weights, weights};

use super::{document::Document, span::Span};

use self::{candidates::Candidates, choose::Choice, score::Scorer};

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
    /// How likely an editor would choose it, 0 to 1, comparable between texts.
    pub score: f64,
    /// How often any form of it occurs in the text.
    pub count: usize,
    /// Where it occurs, in order; empty unless asked for.
    pub mentions: Vec<Span>,
}

/// The keywords of `document`, best first. Scores fall strictly; of equals the one that comes first in the text is better.
pub fn extract(document: &Document<'_>, options: &Options) -> Vec<Keyword> {
    let candidates = Candidates::of(document, options.max_words);
    let mut pool = choose::pool(document, &candidates, options);
    let scorer = Scorer::new(document, &candidates, options.style);
    scorer.estimate(&mut pool);
    let chosen = choose::best(&candidates, pool, options.max_keywords, |node| scorer.score(node));
    mention::keywords(document, &candidates, &chosen, options)
}

/// Every candidate of a document with its features: what the program that fits the weights learns from.
#[derive(Debug)]
pub struct Measured {
    /// The candidates as keywords, not scored.
    pub keywords: Vec<Keyword>,
    /// The features of each.
    pub features: Vec<Weights>,
    /// How common the words of each are in the archive, from 0 to 1; 0 without an archive.
    pub commonness: Vec<f32>,
    candidates: Candidates,
    pool: Vec<Choice>,
}

impl Measured {
    /// The candidates of `document`.
    pub fn of(document: &Document<'_>, options: &Options) -> Self {
        let candidates = Candidates::of(document, options.max_words);
        let pool = choose::pool(document, &candidates, options);
        let keywords = mention::keywords(document, &candidates, &pool, options);
        let words = score::Words::of(&candidates);
        let features = pool.iter().map(|c| score::features(&words, [c.node]).map(|[value]| value)).collect();
        let archive = score::Commonness::of(document);
        let commonness = pool.iter().map(|c| archive.mean(&candidates, c.node)).collect();
        Self { keywords, features, commonness, candidates, pool }
    }

    /// The linear score of each candidate by `weights`.
    pub fn scores(&self, weights: &Weights) -> Vec<f32> {
        self.features.iter().flat_map(|features| score::linear(&features.map(|value| [value]), weights)).collect()
    }

    /// The indices of the candidates that would be chosen by `scores`, one a candidate, best first.
    pub fn choose(&self, scores: &[f32], max_keywords: usize) -> Vec<usize> {
        let pool = self.pool.iter().zip(scores).map(|(choice, &score)| Choice { score, ..*choice }).collect();
        let chosen = choose::best(&self.candidates, pool, max_keywords, |_| f32::NEG_INFINITY);
        chosen.iter().filter_map(|c| self.pool.iter().position(|p| p.node == c.node)).collect()
    }
}
