//! Tokens: the words of a text, each distinct word stemmed and looked up once.

use rust_stemmers::Stemmer;
use rustc_hash::FxHashMap;
use unicode_segmentation::UnicodeSegmentation;

use crate::languages::Language;

use super::{sentence::Sentence, span::Span};

/// A word where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the text (in the title, for the title's tokens).
    pub span: Span,
    /// Which distinct word it is: an index into [`Terms::words`].
    pub word: u32,
}

/// A distinct word of the text, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its stem, interned: equal for words that share it, counted from 0.
    pub term: u32,
    /// Whether it is a stop word, a number or otherwise carries no topic.
    pub stop: bool,
}

/// The words of a document.
#[derive(Debug, Default)]
pub struct Terms {
    tokens: Vec<Token>,
    sentence_ends: Vec<usize>,
    title: Vec<Token>,
    words: Vec<Word>,
    term_count: usize,
}

impl Terms {
    /// The words of `sentences` of `text` and of `title`.
    pub fn new(text: &str, title: &str, sentences: &[Sentence], language: Option<&'static Language>) -> Self {
        let tailoring = language.and_then(Language::tailoring);
        let stemmer = tailoring.and_then(|t| t.stemmer).map(Stemmer::create);
        let mut terms = Self::default();
        let mut by_surface: FxHashMap<String, u32> = FxHashMap::default();
        let mut by_stem: FxHashMap<String, u32> = FxHashMap::default();
        let mut read = |run: &str, offset: usize, words: &mut Vec<Word>, into: &mut Vec<Token>| {
            for (at, surface) in run.unicode_word_indices() {
                let lower = surface.to_lowercase();
                let next = u32::try_from(words.len()).unwrap_or(u32::MAX);
                let word = *by_surface.entry(lower).or_insert_with_key(|lower| {
                    let stem = stemmer.as_ref().map_or_else(|| lower.clone(), |s| s.stem(lower).into_owned());
                    let count = u32::try_from(by_stem.len()).unwrap_or(u32::MAX);
                    let term = *by_stem.entry(stem).or_insert(count);
                    let stop = tailoring.is_some_and(|t| t.stop_words.contains(lower))
                        || !lower.chars().any(char::is_alphabetic);
                    words.push(Word { term, stop });
                    next
                });
                into.push(Token { span: Span::new(offset + at, offset + at + surface.len()), word });
            }
        };
        for sentence in sentences {
            read(sentence.span.of(text), sentence.span.start, &mut terms.words, &mut terms.tokens);
            terms.sentence_ends.push(terms.tokens.len());
        }
        read(title, 0, &mut terms.words, &mut terms.title);
        terms.term_count = by_stem.len();
        terms
    }

    /// The tokens of the sentence at `index`.
    pub fn sentence(&self, index: usize) -> &[Token] {
        let start = if index == 0 { 0 } else { self.sentence_ends[index - 1] };
        &self.tokens[start..self.sentence_ends[index]]
    }

    /// The tokens of the title.
    pub fn title(&self) -> &[Token] {
        &self.title
    }

    /// The distinct word that `token` is.
    pub fn word(&self, token: Token) -> Word {
        self.words[token.word as usize]
    }

    /// How many distinct stems there are: terms count from 0 up to it.
    pub fn term_count(&self) -> usize {
        self.term_count
    }
}
