//! The score of a candidate: a linear function of a few features, put through a logistic.

use super::{
    Style,
    candidate::{Candidate, Candidates},
};
use crate::text::document::Document;

/// How many features a candidate has.
pub const FEATURES: usize = 32;

/// What each feature is, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "constant",
    "log of its count",
    "share of the sentences that hold it",
    "how late it first comes, as a logarithm",
    "how far its first and last are apart",
    "in the title",
    "capitalised",
    "capitalised more than the text is",
    "acronym",
    "bounded on the left",
    "bounded on the right",
    "bounded on both sides",
    "part of a longer one",
    "two words",
    "three words and more",
    "mean log count of its words",
    "least log count of its words",
    "log of its characters",
    "short word",
    "holds a connector or number",
    "single word in lower case",
    "how often its words are in others",
    "once",
    "two words x length",
    "capitalised x length",
    "name head",
    "surname",
    "single lower x characters",
    "after stop",
    "lower phrase",
    "count x capitalised",
    "count x single lower",
];

/// The weights of a style's features.
pub type Weights = [f32; FEATURES];

/// The weights that `style` is scored with.
pub(super) fn weights(style: Style) -> &'static Weights {
    match style {
        Style::Tags => &TAGS,
        Style::Phrases => &PHRASES,
    }
}

#[rustfmt::skip]
static TAGS: Weights = [
    -2.023, // constant
    2.148, // log of its count
    3.151, // share of the sentences that hold it
    -2.651, // how late it first comes, as a logarithm
    -0.609, // how far its first and last are apart
    -0.157, // in the title
    -0.175, // capitalised
    1.872, // capitalised more than the text is
    0.244, // acronym
    0.287, // bounded on the left
    1.363, // bounded on the right
    -0.039, // bounded on both sides
    -0.390, // part of a longer one
    0.423, // two words
    -0.088, // three words and more
    -0.303, // mean log count of its words
    0.252, // least log count of its words
    -0.286, // log of its characters
    -0.657, // short word
    0.211, // holds a connector or number
    0.237, // single word in lower case
    -0.009, // how often its words are in others
    -0.338, // once
    -0.686, // two words x length
    -0.576, // capitalised x length
    0.016, // name head
    -0.211, // surname
    1.329, // single lower x characters
    0.837, // after stop
    -0.913, // lower phrase
    -0.253, // count x capitalised
    -0.601, // count x single lower
];
#[rustfmt::skip]
static PHRASES: Weights = [
    -3.072, // constant
    0.290, // log of its count
    0.374, // share of the sentences that hold it
    -0.443, // how late it first comes, as a logarithm
    0.142, // how far its first and last are apart
    0.335, // in the title
    -0.216, // capitalised
    -0.135, // capitalised more than the text is
    -0.105, // acronym
    0.808, // bounded on the left
    0.614, // bounded on the right
    1.062, // bounded on both sides
    -0.533, // part of a longer one
    0.129, // two words
    -0.008, // three words and more
    -0.453, // mean log count of its words
    0.063, // least log count of its words
    0.443, // log of its characters
    0.076, // short word
    -1.993, // holds a connector or number
    -1.535, // single word in lower case
    0.618, // how often its words are in others
    -0.824, // once
    -0.095, // two words x length
    -0.185, // capitalised x length
    -0.087, // name head
    -0.154, // surname
    1.537, // single lower x characters
    -0.198, // after stop
    -0.393, // lower phrase
    0.137, // count x capitalised
    -0.024, // count x single lower
];
/// The linear score.
pub(super) fn linear(features: &Weights, weights: &Weights) -> f32 {
    features.iter().zip(weights).map(|(f, w)| f * w).sum()
}

/// The features of the complete candidate `node`.
#[expect(clippy::cast_precision_loss, reason = "counts that are far smaller than what a float holds exactly")]
pub(super) fn features(candidates: &Candidates, node: &Candidate) -> Weights {
    let count = node.count as f32;
    let share = |n: u32| n as f32 / count;
    let tokens = candidates.tokens.max(1) as f32;
    let capitalised = if node.case_seen == 0 { 0.0 } else { node.capitalised as f32 / node.case_seen as f32 };
    let acronym = if node.case_seen == 0 { 0.0 } else { node.acronym as f32 / node.case_seen as f32 };
    let words = Words::of(candidates, node);
    let flag = |yes: bool| f32::from(u8::from(yes));
    let length = tokens.ln() / 6.0;
    let single =
        candidates.child(None, node.term).map_or(0.0, |n| candidates.nodes[n as usize].count as f32).max(count);
    let name_head = if node.words > 1 && capitalised > 0.5 { single.ln() - count.ln() } else { 0.0 };
    let surname = flag(node.surname.is_some());
    let average_length = node.characters as f32 / f32::from(node.tokens);
    [
        1.0,
        count.ln(),
        (node.sentences as f32 / candidates.sentences.max(1) as f32).sqrt(),
        (1.0 + node.first as f32).ln() / 6.0,
        (node.last - node.first) as f32 / tokens,
        flag(node.in_title),
        capitalised,
        capitalised * (1.0 - candidates.capitalised),
        acronym,
        share(node.left_bounded),
        share(node.right_bounded),
        share(node.bounded),
        node.within as f32 / count,
        flag(node.words == 2),
        flag(node.words >= 3),
        words.mean_log_count,
        words.least_log_count,
        (node.characters as f32).ln(),
        flag(average_length <= 3.0),
        flag(node.connected || node.numbered),
        flag(node.words == 1 && capitalised < 0.5),
        words.mean_log_longer,
        flag(node.count == 1),
        flag(node.words == 2) * (length - 1.0),
        capitalised * (length - 1.0),
        name_head,
        surname,
        flag(node.words == 1 && capitalised < 0.5) * ((node.characters as f32).ln() - 2.0),
        share(node.after_stop),
        flag(node.words > 1 && capitalised < 0.5),
        count.ln() * capitalised,
        count.ln() * flag(node.words == 1 && capitalised < 0.5),
    ]
}

/// How rare each stem of a document is in the newsroom's archive, where it has one.
pub(super) struct Rarity {
    by_term: Vec<f32>,
}

impl Rarity {
    /// How much a candidate of words that no document has gains over one of words that every document has.
    const WEIGHT: f32 = 3.0;
    /// The rarity that neither gains nor loses.
    const NEUTRAL: f32 = 0.6;

    pub(super) fn of(document: &Document<'_>) -> Self {
        let terms = document.terms();
        let language = document.tag().map_or("", |tag| tag.language.code);
        let rarity = |term| document.frequencies().and_then(|f| f.rarity(language, terms.stem(term)));
        Self { by_term: (0..).take(terms.term_count()).map_while(rarity).collect() }
    }

    /// What the rarity of its words adds to the score of `node`; 0 without an archive.
    #[expect(clippy::cast_precision_loss, reason = "a few words")]
    pub(super) fn score(&self, candidates: &Candidates, node: u32) -> f32 {
        if self.by_term.is_empty() {
            return 0.0;
        }
        let stems = candidates.stems(node);
        let sum: f32 = stems.iter().filter_map(|&term| self.by_term.get(term as usize)).sum();
        Self::WEIGHT * (sum / stems.len() as f32 - Self::NEUTRAL)
    }
}

/// What the words of a candidate are like by themselves.
struct Words {
    mean_log_count: f32,
    least_log_count: f32,
    mean_log_longer: f32,
}

impl Words {
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    fn of(candidates: &Candidates, node: &Candidate) -> Self {
        let (mut sum, mut least, mut longer, mut words) = (0.0_f32, f32::INFINITY, 0.0_f32, 0.0_f32);
        let mut at = Some(node);
        while let Some(part) = at {
            if let Some(single) = candidates.child(None, part.term).map(|n| &candidates.nodes[n as usize])
                && single.complete
            {
                let log = (single.count as f32).ln();
                sum += log;
                least = least.min(log);
                longer += (1.0 + single.longer as f32).ln();
                words += 1.0;
            }
            at = part.prefix.map(|p| &candidates.nodes[p as usize]);
        }
        let words = words.max(1.0);
        Self { mean_log_count: sum / words, least_log_count: least.min(sum), mean_log_longer: longer / words }
    }
}
