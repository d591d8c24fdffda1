//! What a full stop means after a word: the abbreviations of a language, read on first use.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    COMMON_ABBREVIATIONS,
    heads::Heads,
    sections,
    shapes::Shapes,
    tails::{Tail, Tails},
};

/// The abbreviations and sentence starters of a language, from the sections of its `abbreviations.txt`.
///
/// Words are separated by white space, in lower case, and abbreviations stand without their last full stop: `prof`, `z.b`.
#[derive(Debug)]
pub struct Abbreviations {
    source: &'static str,
    /// Boxed, since the binary holds a static as large as it is in memory.
    lists: OnceLock<Box<Lists>>,
}

/// Whether the full stop of an abbreviation can also end a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// As after any word: before a capital it does.
    #[default]
    BeforeCapital,
    /// Before a capital it does, unless the sentence is no more than a phrase that leads up to its subject: `At 5 a.m.`
    AfterClause,
    /// Before a word that often starts a sentence it does: `in the U.S. The`.
    BeforeStarter,
    /// It never does: `Mr.`, `z. B.`
    Never,
}

/// What is known of an abbreviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abbreviation {
    /// Whether it can end a sentence before a word.
    pub ending: Ending,
    /// Whether a number belongs to it: `No. 5`, `Art. 7`.
    pub takes_number: bool,
}

/// Which nouns an ordinal number with a full stop may count: `3. Mai`.
#[derive(Debug, Default)]
enum Counted {
    /// None: the language writes ordinals another way.
    #[default]
    None,
    /// These, as far as they are written with a capital.
    Listed(FxHashSet<&'static str>),
    /// Any: the language writes all nouns with a capital.
    AnyNoun,
}

#[derive(Debug, Default)]
struct Lists {
    abbreviations: FxHashMap<&'static str, Abbreviation>,
    /// In this language and in all.
    shapes_of_abbreviations: Shapes,
    tails_of_abbreviations: Tails,
    /// The words of up to four letters that never end a sentence in this language.
    titles: FxHashSet<Tail>,
    starters: FxHashSet<&'static str>,
    shapes_of_starters: Shapes,
    heads_of_starters: Heads,
    capitalised: FxHashSet<&'static str>,
    fronting: FxHashSet<&'static str>,
    counted: Counted,
    attribution: FxHashSet<&'static str>,
    terminators: Vec<char>,
}

/// The names of the sections, in the order in which the files hold them.
#[cfg(test)]
pub(super) const SECTIONS: &[&str] = &[
    "never end a sentence",
    "end one before a starter",
    "end one after a clause",
    "take a number",
    "starters",
    "capitalised anywhere",
    "fronting",
    "counted by ordinals",
    "attribution",
    "terminators",
];

impl Abbreviations {
    /// None, for a language without tailored rules.
    #[expect(clippy::declare_interior_mutable_const, reason = "each use initialises a static of its own")]
    pub const NONE: Self = Self::new("");

    /// Those that `source` holds.
    pub const fn new(source: &'static str) -> Self {
        Self { source, lists: OnceLock::new() }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Every word with the section that it stands in, in the order of the source.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        sections::lines(self.source)
            .flat_map(|(section, line)| line.split_whitespace().map(move |word| (section, word)))
    }

    /// Whether [`Self::find`] may know `word`, in any case, in this language or among the abbreviations of all.
    pub fn may_find(&self, word: &str) -> bool {
        self.lists().shapes_of_abbreviations.may_hold(word)
    }

    /// Whether [`Self::find`] may know a word with this `tail`, in any case, likewise.
    #[inline]
    pub fn may_find_with(&self, tail: Tail) -> bool {
        self.lists().tails_of_abbreviations.may_hold(tail)
    }

    /// Whether the word that is no longer than its `tail` is one of this language that never ends a sentence: `Mr`, `Prof`.
    #[inline]
    pub fn is_title(&self, tail: Tail) -> bool {
        self.lists().titles.contains(&tail)
    }

    /// Whether `word`, in any case, may be one that [`Self::starts_sentences`].
    pub fn may_start_sentences(&self, word: &str) -> bool {
        self.lists().shapes_of_starters.may_hold(word)
    }

    /// Whether `text` may go on at `at` with a word that [`Self::starts_sentences`].
    #[inline]
    pub fn may_be_starter_at(&self, text: &str, at: usize) -> bool {
        self.lists().heads_of_starters.may_start(text, at)
    }

    /// What is known of `word`, given in lower case and without its last full stop.
    pub fn find(&self, word: &str) -> Option<Abbreviation> {
        self.lists().abbreviations.get(word).copied()
    }

    /// Whether `word`, given in lower case, often starts a sentence and seldom follows an abbreviation with a capital.
    pub fn starts_sentences(&self, word: &str) -> bool {
        self.lists().starters.contains(word)
    }

    /// Whether `word`, given in lower case, is written with a capital inside sentences too: English `I`, German `Sie`.
    pub fn is_capitalised_anywhere(&self, word: &str) -> bool {
        self.lists().capitalised.contains(word)
    }

    /// Whether `word`, given in lower case, opens a phrase that can stand before the subject: `at`, `in`, `by`.
    pub fn fronts(&self, word: &str) -> bool {
        self.lists().fronting.contains(word)
    }

    /// Whether ordinal numbers are written with a full stop.
    pub fn has_ordinals(&self) -> bool {
        !matches!(self.lists().counted, Counted::None)
    }

    /// Whether an ordinal number may count `word`, given in lower case but written with a capital.
    pub fn counts(&self, word: &str) -> bool {
        match &self.lists().counted {
            Counted::None => false,
            Counted::Listed(words) => words.contains(word),
            Counted::AnyNoun => true,
        }
    }

    /// The verbs, in lower case, that say who spoke and that a subject stands before: `“Why?” Alder asked`.
    pub fn attribution(&self) -> impl Iterator<Item = &'static str> {
        self.lists().attribution.iter().copied()
    }

    /// Whether `mark` ends sentences in this language although it does not in others: the Greek `;`.
    pub fn terminates(&self, mark: char) -> bool {
        self.lists().terminators.contains(&mark)
    }

    fn lists(&self) -> &Lists {
        self.lists.get_or_init(|| {
            let mut lists = Box::<Lists>::default();
            for (section, word) in self.entries() {
                lists.insert(section, word);
            }
            let common = COMMON_ABBREVIATIONS.entries().filter(|(section, _)| is_of_abbreviations(section));
            let abbreviations: Vec<_> =
                lists.abbreviations.keys().copied().chain(common.map(|(_, word)| word)).collect();
            lists.shapes_of_abbreviations = Shapes::of(abbreviations.iter().copied());
            lists.tails_of_abbreviations = Tails::of(abbreviations);
            let titles = lists.abbreviations.iter().filter(|(word, abbreviation)| {
                abbreviation.ending == Ending::Never && word.len() <= 4 && word.is_ascii()
            });
            lists.titles = titles.filter_map(|(word, _)| Tail::of_word(word)).collect();
            lists.shapes_of_starters = Shapes::of(lists.starters.iter().copied());
            lists.starters.iter().for_each(|word| lists.heads_of_starters.insert(word));
            lists
        })
    }
}

/// Whether the words of `section` are abbreviations.
fn is_of_abbreviations(section: &str) -> bool {
    matches!(section, "never end a sentence" | "end one before a starter" | "end one after a clause" | "take a number")
}

impl Lists {
    fn insert(&mut self, section: &str, word: &'static str) {
        let mut ends = |ending| self.abbreviations.entry(word).or_default().ending = ending;
        match section {
            "never end a sentence" => ends(Ending::Never),
            "end one before a starter" => ends(Ending::BeforeStarter),
            "end one after a clause" => ends(Ending::AfterClause),
            "take a number" => self.abbreviations.entry(word).or_default().takes_number = true,
            "starters" => drop(self.starters.insert(word)),
            "capitalised anywhere" => drop(self.capitalised.insert(word)),
            "fronting" => drop(self.fronting.insert(word)),
            "counted by ordinals" => self.counted.insert(word),
            "attribution" => drop(self.attribution.insert(word)),
            "terminators" => self.terminators.extend(word.chars()),
            _ => {}
        }
    }
}

impl Counted {
    fn insert(&mut self, word: &'static str) {
        match self {
            _ if word == "*" => *self = Self::AnyNoun,
            Self::None => *self = Self::Listed(FxHashSet::from_iter([word])),
            Self::Listed(words) => drop(words.insert(word)),
            Self::AnyNoun => {}
        }
    }
}
