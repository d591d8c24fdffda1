//! A list of words, one a line, read on first use.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::{heads::Heads, shapes::ExactShapes};

/// A set of lower-case words or phrases, from a text with one entry a line; `#` starts a comment line.
#[derive(Debug)]
pub struct WordList {
    source: &'static str,
    /// Boxed, since the binary holds a static as large as it is in memory.
    entries: OnceLock<Box<Entries>>,
    /// How the texts start that an entry starts.
    heads: OnceLock<Box<Heads>>,
}

#[derive(Debug)]
struct Entries {
    words: FxHashSet<&'static str>,
    shapes: ExactShapes,
    longest: usize,
}

impl WordList {
    #[expect(clippy::declare_interior_mutable_const, reason = "each use is meant to be a list of its own")]
    /// A list with nothing in it, for a language that needs none.
    pub const NONE: Self = Self::new("");

    /// The list that `source` holds.
    pub const fn new(source: &'static str) -> Self {
        Self { source, entries: OnceLock::new(), heads: OnceLock::new() }
    }

    /// Whether it holds `word`, given in lower case.
    pub fn contains(&self, word: &str) -> bool {
        let entries = self.entries();
        entries.shapes.may_hold(word) && entries.words.contains(word)
    }

    /// Whether `text` may start with one of its entries, in any case: the first question, since most do not.
    pub fn may_start(&self, text: &str) -> bool {
        let heads = self.heads.get_or_init(|| {
            let mut heads = Box::<Heads>::default();
            self.iter().for_each(|entry| heads.insert(entry));
            heads
        });
        heads.may_start(text, 0)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.entries().words.is_empty()
    }

    /// The bytes of its longest entry.
    pub fn longest(&self) -> usize {
        self.entries().longest
    }

    /// Its entries, in the order of the source.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    }

    fn entries(&self) -> &Entries {
        self.entries.get_or_init(|| {
            Box::new(Entries {
                words: self.iter().collect(),
                shapes: ExactShapes::of(self.iter()),
                longest: self.iter().map(str::len).max().unwrap_or_default(),
            })
        })
    }
}
