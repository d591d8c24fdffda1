//! The score of a candidate: a linear function of a few features, put through a logistic.

use super::{
    Style,
    candidate::{Candidate, Candidates},
};

/// How many features a candidate has.
pub const FEATURES: usize = 22;

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
    -3.684, // constant
    1.303, // log of its count
    2.308, // share of the sentences that hold it
    -2.425, // how late it first comes, as a logarithm
    -0.437, // how far its first and last are apart
    -0.026, // in the title
    0.214, // capitalised
    1.710, // capitalised more than the text is
    0.873, // acronym
    0.867, // bounded on the left
    0.692, // bounded on the right
    -0.110, // bounded on both sides
    0.242, // part of a longer one
    1.296, // two words
    -0.981, // three words and more
    -0.046, // mean log count of its words
    0.046, // least log count of its words
    -0.010, // log of its characters
    -0.402, // short word
    0.496, // holds a connector or number
    0.979, // single word in lower case
    -0.008, // how often its words are in others
];

#[rustfmt::skip]
static PHRASES: Weights = [
    -4.053, // constant
    1.353, // log of its count
    0.612, // share of the sentences that hold it
    -1.285, // how late it first comes, as a logarithm
    -0.114, // how far its first and last are apart
    0.382, // in the title
    0.059, // capitalised
    0.075, // capitalised more than the text is
    -0.089, // acronym
    0.154, // bounded on the left
    -0.092, // bounded on the right
    1.752, // bounded on both sides
    -0.511, // part of a longer one
    -0.179, // two words
    -0.501, // three words and more
    -0.271, // mean log count of its words
    0.131, // least log count of its words
    0.811, // log of its characters
    0.219, // short word
    -1.911, // holds a connector or number
    -1.466, // single word in lower case
    0.216, // how often its words are in others
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
    ]
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
