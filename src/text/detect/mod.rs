//! Language detection.

pub mod features;
pub mod model;
pub mod script;

mod han;
mod noise;
mod posterior;
mod reading;
mod segment;

use crate::languages::Tag;
use posterior::{posterior, restrict};
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
pub fn detect(text: &str, options: &Options) -> Detection {
    let reading = Reading::of(text);
    let posterior = posterior(&reading);
    let reliable = posterior.first().is_some_and(|best| best.confidence >= RELIABLE);
    let mut languages = restrict(posterior, &reading, &options.candidates);
    languages.retain(|candidate| candidate.confidence >= NEGLIGIBLE);
    languages.truncate(options.max_languages);
    Detection { reliable: reliable && !languages.is_empty(), languages }
}

/// The runs of one language in `text`, in order, covering all of it.
pub fn segments(text: &str, options: &Options) -> Vec<Segment> {
    segment::segments(text, options)
}

/// The confidence from which on an answer is reliable.
const RELIABLE: f64 = 0.995;

/// What is not worth an answer.
const NEGLIGIBLE: f64 = 0.0005;
