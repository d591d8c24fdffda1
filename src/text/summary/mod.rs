//! Extractive summaries.
//!
//! `candidate` says which sentences may be chosen, `vector` what each is about, `article` which are of the main
//! article, `score` how much each says of the
//! document, `select` chooses without repeating, `budget` counts. `docs/summaries.md` explains the design and each of
//! the [`Weights`].

mod article;
mod budget;
mod candidate;
mod score;
mod select;
mod vector;
mod weights;

use super::document::Document;

pub use weights::Weights;

/// How long a summary may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// So many sentences.
    Sentences(usize),
    /// So many words (UAX #29).
    Words(usize),
    /// So many code points of the joined text.
    Characters(usize),
    /// This share, over 0 to 1, of the words of the document's prose.
    Ratio(f64),
}

/// What the summary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// The gist, as a standfirst.
    #[default]
    News,
    /// A longer digest that covers the whole.
    Informative,
}

/// The order of a summary's sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they stand in the document.
    #[default]
    Source,
    /// Best first.
    Rank,
}

/// Which summary to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How long.
    pub length: Length,
    /// In which order.
    pub order: Order,
    /// For what.
    pub profile: Profile,
}

impl Default for Options {
    fn default() -> Self {
        Self { length: Length::Sentences(3), order: Order::Source, profile: Profile::News }
    }
}

/// A sentence chosen for a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pick {
    /// Which of the document's sentences it is.
    pub sentence: usize,
    /// Its place in the order of choice, from 1.
    pub rank: usize,
    /// How much it says of the document, 0 to 1.
    pub score: f64,
}

/// A summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its sentences, in the order asked for.
    pub picks: Vec<Pick>,
    /// They joined as prose.
    pub text: String,
}

/// A summary of `document`: never empty where it has a sentence, never longer than asked except that one sentence always
/// comes.
pub fn summarize(document: &Document<'_>, options: &Options) -> Summary {
    summarize_with(document, options, &Weights::of(options.profile))
}

/// A summary by other weights than those of the profile: for the program that fits them.
pub fn summarize_with(document: &Document<'_>, options: &Options, weights: &Weights) -> Summary {
    let candidates = candidate::of(document);
    let vectors = vector::Vectors::new(document, &candidates);
    let is_main = article::is_main(&candidates, &vectors);
    let values = score::values(
        &score::Field { candidates: &candidates, vectors: &vectors, is_main: &is_main },
        options.length,
        weights,
    );
    let mut picks = select::choose(document, options, &select::Field { candidates, vectors, values }, weights);
    if options.order == Order::Source {
        picks.sort_unstable_by_key(|pick| pick.sentence);
    }
    let text = budget::join(document, picks.iter().map(|pick| pick.sentence));
    Summary { picks, text }
}
