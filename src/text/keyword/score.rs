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
    "some words capitalised",
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
pub fn weights(style: Style) -> &'static Weights {
    match style {
        Style::Tags => &TAGS,
        Style::Phrases => &PHRASES,
    }
}

#[rustfmt::skip]
static TAGS: Weights = [
    -1.928, // constant
    1.662, // log of its count
    1.975, // share of the sentences that hold it
    -2.347, // how late it first comes, as a logarithm
    -0.396, // how far its first and last are apart
    0.186, // in the title
    -0.114, // capitalised
    1.504, // capitalised more than the text is
    0.056, // acronym
    -0.365, // bounded on the left
    0.942, // bounded on the right
    0.253, // bounded on both sides
    -0.649, // part of a longer one
    0.070, // two words
    -0.508, // three words and more
    -0.201, // mean log count of its words
    0.118, // least log count of its words
    -0.252, // log of its characters
    -0.280, // short word
    -0.104, // holds a connector or number
    0.084, // single word in lower case
    0.141, // how often its words are in others
    -0.645, // once
    0.087, // two words x length
    -1.238, // capitalised x length
    -0.248, // some words capitalised
    -0.188, // surname
    0.960, // single lower x characters
    0.896, // after stop
    -0.527, // lower phrase
    -0.147, // count x capitalised
    -0.452, // count x single lower
];
#[rustfmt::skip]
static PHRASES: Weights = [
    -2.976, // constant
    0.393, // log of its count
    0.257, // share of the sentences that hold it
    -0.335, // how late it first comes, as a logarithm
    -0.035, // how far its first and last are apart
    0.254, // in the title
    -0.322, // capitalised
    -0.063, // capitalised more than the text is
    -0.033, // acronym
    0.713, // bounded on the left
    0.652, // bounded on the right
    0.877, // bounded on both sides
    -0.378, // part of a longer one
    0.184, // two words
    -0.013, // three words and more
    -0.388, // mean log count of its words
    0.029, // least log count of its words
    0.439, // log of its characters
    0.038, // short word
    -1.991, // holds a connector or number
    -1.573, // single word in lower case
    0.540, // how often its words are in others
    -0.932, // once
    -0.060, // two words x length
    -0.368, // capitalised x length
    0.182, // some words capitalised
    -0.150, // surname
    1.636, // single lower x characters
    -0.193, // after stop
    -0.388, // lower phrase
    -0.080, // count x capitalised
    -0.406, // count x single lower
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
        capitalised * (1.0 - candidates.capitalised_share()),
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
        share(node.mixed),
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
