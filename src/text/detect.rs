//! Language detection.

use crate::languages::Tag;

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
    let info = whatlang::detect(text);
    let languages: Vec<Candidate> = info
        .and_then(|info| Tag::parse(info.lang().code()).map(|tag| Candidate { tag, confidence: info.confidence() }))
        .into_iter()
        .filter(|c| options.candidates.is_empty() || options.candidates.contains(&c.tag))
        .collect();
    Detection { reliable: false, languages }
}

/// The runs of one language in `text`, in order, covering all of it.
pub fn segments(text: &str, options: &Options) -> Vec<Segment> {
    vec![Segment { span: Span::new(0, text.len()), language: detect(text, options).languages.first().copied() }]
}
