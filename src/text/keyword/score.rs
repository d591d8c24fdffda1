//! The score of a candidate: a linear function of a few features, put through a logistic.

use std::sync::LazyLock;

use super::{Style, candidate::Candidates, choose::Choice};
use crate::text::{document::Document, token::Terms};

/// How many features a candidate has.
pub const FEATURES: usize = 29;

/// What each feature is, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "constant",
    "log of its count",
    "share of the sentences that hold it",
    "how late it first comes",
    "how far its first and last are apart",
    "in the title",
    "capitalised",
    "acronym",
    "bounded on the left",
    "bounded on the right",
    "part of a longer one",
    "part of a longer name",
    "two words",
    "three words and more",
    "mean log count of its words",
    "least log count of its words",
    "log of its characters",
    "holds a connector or number",
    "single word in lower case",
    "how often its words are in others",
    "once",
    "some words capitalised",
    "full name of a surname",
    "surname alone more often",
    "single lower-case word, by its characters",
    "after a stop word",
    "phrase in lower case",
    "count of a capitalised one",
    "count of a single lower-case one",
];

/// The weights of a style's features.
pub type Weights = [f32; FEATURES];

/// The weights that `style` is scored with.
pub fn weights(style: Style) -> &'static Weights {
    match style {
        Style::Tags => &TAGS,
        Style::Phrases => &PHRASES,
    }
}

#[rustfmt::skip]
static TAGS: Weights = [
    -2.136, // constant
    0.781, // log of its count
    0.793, // share of the sentences that hold it
    -1.297, // how late it first comes
    -0.188, // how far its first and last are apart
    -0.107, // in the title
    0.158, // capitalised
    0.170, // acronym
    0.045, // bounded on the left
    0.381, // bounded on the right
    -0.117, // part of a longer one
    -0.295, // part of a longer name
    -0.184, // two words
    -0.723, // three words and more
    -0.311, // mean log count of its words
    0.200, // least log count of its words
    0.104, // log of its characters
    0.167, // holds a connector or number
    -0.201, // single word in lower case
    0.116, // how often its words are in others
    -0.127, // once
    -0.176, // some words capitalised
    0.091, // full name of a surname
    -0.616, // surname alone more often
    0.696, // single lower-case word, by its characters
    0.331, // after a stop word
    -0.662, // phrase in lower case
    -0.076, // count of a capitalised one
    -0.229, // count of a single lower-case one
];
#[rustfmt::skip]
static PHRASES: Weights = [
    -4.360, // constant
    0.489, // log of its count
    0.891, // share of the sentences that hold it
    -0.624, // how late it first comes
    -0.261, // how far its first and last are apart
    0.337, // in the title
    0.065, // capitalised
    -0.082, // acronym
    1.342, // bounded on the left
    1.205, // bounded on the right
    -0.539, // part of a longer one
    -0.690, // part of a longer name
    0.264, // two words
    -0.073, // three words and more
    -0.494, // mean log count of its words
    0.090, // least log count of its words
    0.584, // log of its characters
    -2.076, // holds a connector or number
    -1.539, // single word in lower case
    0.624, // how often its words are in others
    -0.903, // once
    0.151, // some words capitalised
    -0.170, // full name of a surname
    -0.187, // surname alone more often
    1.316, // single lower-case word, by its characters
    -0.206, // after a stop word
    -0.275, // phrase in lower case
    -0.045, // count of a capitalised one
    -0.438, // count of a single lower-case one
];

/// Scores every candidate of `pool` by `weights`, less what the commonness of its words takes from it.
pub(super) fn score(document: &Document<'_>, candidates: &Candidates, weights: &Weights, pool: &mut [Choice]) {
    let words = Words::of(document.terms(), candidates);
    let commonness = Commonness::of(document);
    for batch in pool.chunks_mut(BATCH) {
        let mut measured = [[0.0; FEATURES]; BATCH];
        for (measured, choice) in measured.iter_mut().zip(&*batch) {
            *measured = features(candidates, &words, choice.node);
        }
        for (choice, score) in batch.iter_mut().zip(linear(&measured, weights)) {
            choice.score = score - commonness.penalty(candidates, choice.node);
        }
    }
}

/// Candidates that are scored together.
const BATCH: usize = 4;

/// The linear scores of some candidates. Each sum waits for the addition before it, so several are made side by side.
pub(super) fn linear<const N: usize>(features: &[Weights; N], weights: &Weights) -> [f32; N] {
    let mut scores = [0.0; N];
    for (at, weight) in weights.iter().enumerate() {
        for (score, features) in scores.iter_mut().zip(features) {
            *score += features[at] * weight;
        }
    }
    scores
}

/// The features of the complete candidate `node`.
#[expect(clippy::cast_precision_loss, reason = "counts that are far smaller than what a float holds exactly")]
pub(super) fn features(candidates: &Candidates, words: &Words, node: u32) -> Weights {
    let words = words.measure(candidates, node);
    let node = &candidates.nodes[node as usize];
    let count = node.count as f32;
    let share = |n: u32| n as f32 / count;
    let tokens = candidates.tokens.max(1) as f32;
    let capitalised = if node.case_seen == 0 { 0.0 } else { node.capitalised as f32 / node.case_seen as f32 };
    let acronym = if node.case_seen == 0 { 0.0 } else { node.acronym as f32 / node.case_seen as f32 };
    let log_count = ln(node.count);
    let flag = |yes: bool| f32::from(u8::from(yes));
    let single_lower = flag(node.words == 1 && capitalised < 0.5);
    let log_characters = ln(node.characters);
    [
        1.0,
        log_count,
        (node.sentences as f32 / candidates.sentences.max(1) as f32).sqrt(),
        ln(node.first + 1) / 6.0,
        (node.last - node.first) as f32 / tokens,
        flag(node.in_title),
        capitalised,
        acronym,
        share(node.left_bounded),
        share(node.right_bounded),
        share(node.within),
        share(node.within_name),
        flag(node.words == 2),
        flag(node.words >= 3),
        words.mean_log_count,
        words.least_log_count,
        log_characters,
        flag(node.connected || node.numbered),
        single_lower,
        words.mean_log_longer,
        flag(node.count == 1),
        share(node.mixed),
        flag(node.surname.is_some()),
        if node.surname.is_some() { (count / node.in_full as f32).ln() } else { 0.0 },
        single_lower * (log_characters - 2.0),
        share(node.after_stop),
        flag(node.words > 1 && capitalised < 0.5),
        log_count * capitalised,
        log_count * single_lower,
    ]
}

/// How common each stem of a document is in the newsroom's archive, where it has one.
pub(super) struct Commonness {
    by_term: Vec<f32>,
}

impl Commonness {
    /// What a candidate of words that every document has loses.
    const WEIGHT: f32 = 0.75;

    pub(super) fn of(document: &Document<'_>) -> Self {
        let terms = document.terms();
        let language = document.tag().map_or("", |tag| tag.language.code);
        let commonness = |term| document.frequencies().and_then(|f| f.commonness(language, terms.stem(term)));
        Self { by_term: (0..).take(terms.term_count()).map_while(commonness).collect() }
    }

    /// What the commonness of its words takes from the score of `node`; 0 without an archive.
    pub(super) fn penalty(&self, candidates: &Candidates, node: u32) -> f32 {
        Self::WEIGHT * self.mean(candidates, node)
    }

    /// The mean commonness of the words of `node`, from 0 to 1; 0 for a name, which a text is about however often others are
    /// too, and without an archive.
    #[expect(clippy::cast_precision_loss, reason = "a few words")]
    pub(super) fn mean(&self, candidates: &Candidates, node: u32) -> f32 {
        if self.by_term.is_empty() || candidates.nodes[node as usize].is_name() {
            return 0.0;
        }
        let stems = candidates.stems(node);
        let sum: f32 = stems.iter().filter_map(|&term| self.by_term.get(term as usize)).sum();
        sum / stems.len() as f32
    }
}

/// What the words of a document are like by themselves.
pub(super) struct Words {
    /// By stem; `None` where it is no candidate by itself.
    by_term: Vec<Option<Single>>,
}

/// A word that is a candidate by itself.
#[derive(Clone, Copy)]
struct Single {
    log_count: f32,
    /// Of the longer candidates that hold it.
    log_longer: f32,
}

/// What the words of one candidate are like.
struct Means {
    mean_log_count: f32,
    least_log_count: f32,
    mean_log_longer: f32,
}

impl Words {
    /// Those of a document's `terms`.
    pub(super) fn of(terms: &Terms, candidates: &Candidates) -> Self {
        let single = |term| {
            let single = candidates.child(None, term).map(|node| &candidates.nodes[node as usize])?;
            single.complete.then(|| Single { log_count: ln(single.count), log_longer: ln(single.longer + 1) })
        };
        Self { by_term: (0..).take(terms.term_count()).map(single).collect() }
    }

    fn measure(&self, candidates: &Candidates, node: u32) -> Means {
        let (mut sum, mut least, mut longer, mut words) = (0.0_f32, f32::INFINITY, 0.0_f32, 0.0_f32);
        let mut at = Some(node);
        while let Some(part) = at.map(|at| &candidates.nodes[at as usize]) {
            if let Some(single) = self.by_term.get(part.term as usize).copied().flatten() {
                sum += single.log_count;
                least = least.min(single.log_count);
                longer += single.log_longer;
                words += 1.0;
            }
            at = part.prefix;
        }
        let words = words.max(1.0);
        Means { mean_log_count: sum / words, least_log_count: least.min(sum), mean_log_longer: longer / words }
    }
}

/// The natural logarithm of a count: most are small, and those are kept.
#[expect(clippy::cast_precision_loss, reason = "counts that are far smaller than what a float holds exactly")]
fn ln(count: u32) -> f32 {
    static SMALL: LazyLock<Vec<f32>> = LazyLock::new(|| (0_u16..1024).map(|count| f32::from(count).ln()).collect());
    SMALL.get(count as usize).copied().unwrap_or_else(|| (count as f32).ln())
}
