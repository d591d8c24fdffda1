//! Sentence splitting.

use crate::languages::Language;

use super::span::Span;

/// What a line break means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineBreaks {
    /// Tell hard-wrapped copy from one paragraph a line.
    #[default]
    Auto,
    /// Every newline ends a sentence.
    Break,
    /// A single newline is white space; an empty line ends a paragraph.
    Flow,
}

/// What a sentence is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text.
    Prose,
    /// A headline or a heading between paragraphs.
    Heading,
    /// An item of a list.
    ListItem,
    /// Navigation, credits, "follow us", time stamps, share lines.
    Boilerplate,
}

/// A sentence: a trimmed, non-empty slice of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands.
    pub span: Span,
    /// The paragraph that it stands in, counted from 0.
    pub paragraph: usize,
    /// What it is.
    pub kind: Kind,
}

/// The sentences of `text`, in order. `language` is `None` where the text has none.
pub fn split(text: &str, language: Option<&'static Language>, line_breaks: LineBreaks) -> Vec<Sentence> {
    use unicode_segmentation::UnicodeSegmentation;
    let _ = (language, line_breaks);
    text.split_sentence_bound_indices()
        .filter(|(_, s)| !s.trim().is_empty())
        .map(|(start, s)| {
            let start = start + (s.len() - s.trim_start().len());
            Sentence { span: Span::new(start, start + s.trim().len()), paragraph: 0, kind: Kind::Prose }
        })
        .collect()
}
