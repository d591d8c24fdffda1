//! Sentence splitting.
//!
//! [`super::block`] tells paragraphs, headings, list items and boilerplate apart by their lines; inside each,
//! `boundary` scans from mark to mark once and decides each from what stands around it (`context`), from what the language
//! says of the word before (`rules`) and from list markers (`marker`). `plain` decides the commonest ones at once.

mod boundary;
mod context;
mod mark;
mod marker;
mod plain;
mod quotation;
mod rules;

use crate::languages::Language;

use super::{block, span::Span};

pub(super) use mark::{Mark, is_blank};
pub(super) use marker::Marker;

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
    split_until(text, language, line_breaks, &|| false).unwrap_or_default()
}

/// The same, or `None` where `stopped`, asked at each paragraph, says that nobody waits any more.
pub fn split_until(
    text: &str,
    language: Option<&'static Language>,
    line_breaks: LineBreaks,
    stopped: &dyn Fn() -> bool,
) -> Option<Vec<Sentence>> {
    let rules = rules::Rules::of(language);
    let furniture = block::Furniture::of(language);
    let mut sentences = Vec::with_capacity(text.len() / 64 + 1);
    let mut found = boundary::Found::new();
    let mut marks = mark::Marks::of(text);
    for (paragraph, block) in block::blocks(text, furniture, line_breaks, stopped)?.into_iter().enumerate() {
        if stopped() {
            return None;
        }
        let content = block.span.of(text);
        boundary::find(content, block.span.start, &mut marks, rules, &mut found);
        let mut start = 0;
        for &end in &found.ends {
            let span = trimmed(content, start, end);
            if span.start < span.end {
                let kind = furniture.kind(content, span, found.joints_in(span), block.kind);
                let span = Span::new(block.span.start + span.start, block.span.start + span.end);
                sentences.push(Sentence { span, paragraph, kind });
            }
            start = end;
        }
    }
    Some(sentences)
}

/// `start` to `end` of `text` without the blanks at both ends.
fn trimmed(text: &str, start: usize, end: usize) -> Span {
    // Most sentences have a space before them, if anything.
    let after_space = start + usize::from(text.as_bytes().get(start) == Some(&b' '));
    if let Some([b'!'..=b'~', .., b'!'..=b'~']) = text.as_bytes().get(after_space..end) {
        return Span::new(after_space, end);
    }
    let sentence = &text[start..end];
    let kept = sentence.trim_end_matches(is_blank);
    let end = end - sentence.len() + kept.len();
    Span::new(end - kept.trim_start_matches(is_blank).len(), end)
}
