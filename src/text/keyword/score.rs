//! The score of a candidate: a linear function of a few features, put through a logistic.

use std::{array, sync::LazyLock};

use super::{
    Style,
    candidate::{Candidate, Node},
    candidates::Candidates,
    choose::Choice,
};
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
        // The last batch is filled up with its last candidate.
        let nodes: [Node; BATCH] = array::from_fn(|at| batch[at.min(batch.len() - 1)].node);
        let scores = linear(&features(candidates, &words, nodes), weights);
        for (choice, score) in batch.iter_mut().zip(scores) {
            choice.score = score - commonness.penalty(candidates, choice.node);
        }
    }
}

/// Candidates that are measured and scored side by side, so that the processor does several at once.
const BATCH: usize = 4;

/// Each feature of some candidates.
pub(super) type Columns<const N: usize> = [[f32; N]; FEATURES];

/// The linear scores of some candidates.
pub(super) fn linear<const N: usize>(features: &Columns<N>, weights: &Weights) -> [f32; N] {
    let mut scores = [0.0; N];
    for (feature, weight) in features.iter().zip(weights) {
        for (score, value) in scores.iter_mut().zip(feature) {
            *score += value * weight;
        }
    }
    scores
}

/// The features of the complete candidates `numbers`.
pub(super) fn features<const N: usize>(candidates: &Candidates, words: &Words, numbers: [Node; N]) -> Columns<N> {
    let nodes = numbers.map(|number| &candidates[number]);
    let tallies = numbers.map(|number| candidates.tally(number));
    let containers = numbers.map(|number| candidates.containers(number));
    let means = numbers.map(|number| words.measure(candidates, number));
    // All counts first: what was just stored in parts cannot be loaded at once as a whole.
    let count = nodes.map(|node| float(node.count));
    let case_seen = tallies.map(|tally| float(tally.case_seen.max(1)));
    let capitalised = tallies.map(|tally| float(tally.capitalised));
    let acronym = tallies.map(|tally| float(tally.acronym));
    let sentences = tallies.map(|tally| float(tally.sentences));
    let extent = array::from_fn(|at| float(tallies[at].last - nodes[at].first));
    let left_bounded = tallies.map(|tally| float(tally.left_bounded));
    let right_bounded = tallies.map(|tally| float(tally.right_bounded));
    let mixed = tallies.map(|tally| float(tally.mixed));
    let after_stop = tallies.map(|tally| float(tally.after_stop));
    let within = containers.map(|containers| float(containers.count));
    let within_name = containers.map(|containers| float(containers.name_count));
    let log_count = nodes.map(|node| words.ln(node.count));
    let log_first = nodes.map(|node| words.ln(node.first + 1));
    let log_characters = nodes.map(|node| words.ln(node.characters));
    let is_single = nodes.map(|node| flag(node.words == 1));
    let is_phrase = nodes.map(|node| flag(node.words > 1));

    let all_sentences = float(candidates.sentences.max(1));
    let all_tokens = float(candidates.tokens.max(1));
    let share = |part: [f32; N]| divide(part, count);
    let capitalised = divide(capitalised, case_seen);
    let small = capitalised.map(|share| flag(share < 0.5));
    let single_lower = multiply(is_single, small);
    [
        [1.0; N],
        log_count,
        sentences.map(|count: f32| (count / all_sentences).sqrt()),
        log_first.map(|log| log / 6.0),
        extent.map(|extent: f32| extent / all_tokens),
        nodes.map(|node| flag(node.is(Candidate::IN_TITLE))),
        capitalised,
        divide(acronym, case_seen),
        share(left_bounded),
        share(right_bounded),
        share(within),
        share(within_name),
        nodes.map(|node| flag(node.words == 2)),
        nodes.map(|node| flag(node.words >= 3)),
        means.map(|means| means.mean_log_count),
        means.map(|means| means.least_log_count),
        log_characters,
        nodes.map(|node| flag(node.is(Candidate::CONNECTED | Candidate::NUMBERED))),
        single_lower,
        means.map(|means| means.mean_log_longer),
        nodes.map(|node| flag(node.count == 1)),
        share(mixed),
        tallies.map(|tally| flag(tally.surname.is_some())),
        array::from_fn(|at| {
            tallies[at].surname.map_or(0.0, |_| (float(nodes[at].count) / float(tallies[at].in_full)).ln())
        }),
        multiply(single_lower, log_characters.map(|log| log - 2.0)),
        share(after_stop),
        multiply(is_phrase, small),
        multiply(log_count, capitalised),
        multiply(log_count, single_lower),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts that are far smaller than what a float holds exactly")]
fn float(count: u32) -> f32 {
    count as f32
}

fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

fn divide<const N: usize>(parts: [f32; N], wholes: [f32; N]) -> [f32; N] {
    array::from_fn(|at| parts[at] / wholes[at])
}

fn multiply<const N: usize>(one: [f32; N], other: [f32; N]) -> [f32; N] {
    array::from_fn(|at| one[at] * other[at])
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
    pub(super) fn penalty(&self, candidates: &Candidates, node: Node) -> f32 {
        Self::WEIGHT * self.mean(candidates, node)
    }

    /// The mean commonness of the words of `node`, from 0 to 1; 0 for a name, which a text is about however often others are
    /// too, and without an archive.
    #[expect(clippy::cast_precision_loss, reason = "a few words")]
    pub(super) fn mean(&self, candidates: &Candidates, node: Node) -> f32 {
        if self.by_term.is_empty() || candidates[node].is_name() {
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
    /// The natural logarithms of small numbers.
    logarithms: &'static [f32],
}

/// A word that is a candidate by itself.
#[derive(Clone, Copy)]
struct Single {
    log_count: f32,
    /// Of the longer candidates that hold it.
    log_longer: f32,
}

/// What the words of one candidate are like.
#[derive(Clone, Copy)]
struct Means {
    mean_log_count: f32,
    least_log_count: f32,
    mean_log_longer: f32,
}

impl Words {
    /// Those of a document's `terms`.
    pub(super) fn of(terms: &Terms, candidates: &Candidates) -> Self {
        static SMALL: LazyLock<Vec<f32>> = LazyLock::new(|| (0_u16..1024).map(|count| f32::from(count).ln()).collect());
        let mut words = Self { by_term: Vec::new(), logarithms: &SMALL };
        let single = |term| {
            let node = candidates.child(None, term)?;
            let (single, longer) = (&candidates[node], candidates.containers(node).longer);
            single
                .is(Candidate::COMPLETE)
                .then(|| Single { log_count: words.ln(single.count), log_longer: words.ln(longer + 1) })
        };
        words.by_term = (0..).take(terms.term_count()).map(single).collect();
        words
    }

    /// The natural logarithm of a count: most are small, and those are kept.
    fn ln(&self, count: u32) -> f32 {
        self.logarithms.get(count as usize).copied().unwrap_or_else(|| float(count).ln())
    }

    fn measure(&self, candidates: &Candidates, node: Node) -> Means {
        let (mut sum, mut least, mut longer, mut words) = (0.0_f32, f32::INFINITY, 0.0_f32, 0.0_f32);
        let mut at = Some(node);
        while let Some(part) = at.map(|at| &candidates[at]) {
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
