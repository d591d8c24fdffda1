//! Language detection.

pub mod features;
pub mod model;
pub mod script;

mod han;
mod line;
mod noise;
mod posterior;
mod reading;
mod segment;

use crate::languages::Tag;
use posterior::{by_script_alone, is_familiar, posterior};
use reading::Reading;

use super::span::Span;

/// What to detect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The only languages that may be answered; empty: all. A tag allows its script alone, where a language has several.
    pub candidates: Vec<Tag>,
    /// How many languages to answer at most.
    pub max_languages: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { candidates: Vec::new(), max_languages: 3 }
    }
}

/// A language that a text may be in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The language and its script.
    pub tag: Tag,
    /// How likely the answer is right, 0 to 1: of answers at 0.9, nine in ten are right.
    pub confidence: f64,
}

/// The languages that a text may be in.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Best first; empty for text without language.
    pub languages: Vec<Candidate>,
    /// Whether the first can be relied on.
    pub reliable: bool,
}

/// A run of one language in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Where it stands.
    pub span: Span,
    /// Its language; `None` where it has none.
    pub language: Option<Candidate>,
}

/// The languages that `text` may be in.
///
/// Reliable is an answer that is the best of all languages, with a confidence of [`RELIABLE`] or more, for a text whose words
/// are such as the model knows.
pub fn detect(text: &str, options: &Options) -> Detection {
    let (free, allowed) = read(text, options);
    let best = free.languages.first().map(|best| best.tag);
    let mut languages = allowed.unwrap_or(free.languages);
    let best_of_all = languages.first().map(|best| best.tag) == best;
    languages.retain(|candidate| candidate.confidence >= NEGLIGIBLE);
    languages.truncate(options.max_languages);
    Detection { reliable: free.reliable && best_of_all, languages }
}

/// The runs of one language in `text`, in order, covering all of it.
pub fn segments(text: &str, options: &Options) -> Vec<Segment> {
    segments_until(text, options, &|| false).unwrap_or_default()
}

/// The same, or `None` where `stopped`, asked at each sentence, says that nobody waits any more: of all analyses this one
/// takes longest.
pub fn segments_until(text: &str, options: &Options, stopped: &dyn Fn() -> bool) -> Option<Vec<Segment>> {
    segment::segments(text, options, stopped)
}

/// The confidence from which on an answer is reliable.
pub const RELIABLE: f64 = 0.99945;

/// What is not worth an answer.
const NEGLIGIBLE: f64 = 0.0005;

/// The answer without regard to the candidates, and the one among them, if there are any.
fn read(text: &str, options: &Options) -> (Detection, Option<Vec<Candidate>>) {
    if let Some(only) = by_script_alone(text) {
        let allowed = (!options.candidates.is_empty())
            .then(|| Some(only).filter(|only| options.candidates.contains(&only.tag)).into_iter().collect());
        return (Detection { languages: vec![only], reliable: true }, allowed);
    }
    let answer = |reading: &Reading<'_>| {
        let languages = posterior(reading, &[]);
        let best = languages.first().filter(|best| best.confidence >= RELIABLE);
        let reliable = best.is_some_and(|best| is_familiar(text, reading, best.tag));
        Detection { languages, reliable }
    };
    let mut reading = Reading::of(text);
    let mut free = answer(&reading);
    while !free.reliable && reading.read_on() {
        free = answer(&reading);
    }
    let allowed = (!options.candidates.is_empty()).then(|| posterior(&reading, &options.candidates));
    (free, allowed)
}
