//! Blocks: the paragraphs, headings, list items and boilerplate of a text. Sentences are found inside them.
//!
//! `lines` tells which line breaks end a block and which are only where a line was full; `kind` what each block is.

mod kind;
mod lines;

use super::{
    sentence::{Kind, LineBreaks},
    span::Span,
};

pub(super) use kind::Furniture;

/// A run of lines that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Where it stands, without the white space around it; never empty.
    pub(super) span: Span,
    /// What its sentences are, unless a sentence itself says otherwise.
    pub(super) kind: Kind,
}

/// The blocks of `text`, in order; `None` where `stopped` says so at one of them.
pub(super) fn blocks(
    text: &str,
    furniture: Furniture,
    line_breaks: LineBreaks,
    stopped: &dyn Fn() -> bool,
) -> Option<Vec<Block>> {
    let spans = lines::join(text, line_breaks);
    kind::classify(text, &spans, furniture, stopped)
}
