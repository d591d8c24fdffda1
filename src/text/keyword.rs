//! Keyword extraction.

use super::{document::Document, span::Span};

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
    /// How much it says of the text, 0 to 1, comparable between texts.
    pub score: f64,
    /// How often any form of it occurs in the text.
    pub count: usize,
    /// Where it occurs, in order; empty unless asked for.
    pub mentions: Vec<Span>,
}

/// The keywords of `document`, best first.
pub fn extract(document: &Document<'_>, options: &Options) -> Vec<Keyword> {
    let _ = (document, options);
    Vec::new()
}
