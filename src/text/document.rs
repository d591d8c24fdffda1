//! A text analysed once: what keywords and summary share.

use std::cell::OnceCell;

use crate::languages::Tag;

use super::{
    frequencies::Frequencies,
    sentence::{self, LineBreaks, Sentence},
    token::Terms,
};

/// A text with its language and sentences, and its words from when they are first asked for.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    title: &'t str,
    tag: Option<Tag>,
    sentences: Vec<Sentence>,
    terms: OnceCell<Terms>,
    frequencies: Option<&'t Frequencies>,
}

impl<'t> Document<'t> {
    /// Splits `text` into sentences by the rules of its language; `title` is empty where there is none, `tag` is `None`
    /// where the text has no language.
    pub fn new(text: &'t str, title: &'t str, tag: Option<Tag>, line_breaks: LineBreaks) -> Self {
        Self::of(text, title, tag, sentence::split(text, tag.map(|tag| tag.language), line_breaks))
    }

    /// The text whose `sentences` are found already, by the rules of its language.
    pub fn of(text: &'t str, title: &'t str, tag: Option<Tag>, sentences: Vec<Sentence>) -> Self {
        Self { text, title, tag, sentences, terms: OnceCell::new(), frequencies: None }
    }

    /// The same document, its words weighed against an archive.
    #[must_use]
    pub fn with_frequencies(self, frequencies: &'t Frequencies) -> Self {
        Self { frequencies: Some(frequencies), ..self }
    }

    /// The archive that its words are weighed against.
    pub fn frequencies(&self) -> Option<&'t Frequencies> {
        self.frequencies
    }

    /// The text, as the caller gave it.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The headline; empty where there is none.
    pub fn title(&self) -> &'t str {
        self.title
    }

    /// The language that it is analysed in.
    pub fn tag(&self) -> Option<Tag> {
        self.tag
    }

    /// Its sentences, in order.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// Its words.
    pub fn terms(&self) -> &Terms {
        self.terms.get_or_init(|| Terms::new(self.text, self.title, &self.sentences, self.tag.map(|tag| tag.language)))
    }
}
