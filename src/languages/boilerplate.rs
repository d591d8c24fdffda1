//! The furniture of scraped pages in a language: navigation, share and follow lines, credits, dates. Read on first use.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{heads::Heads, sections};

/// The phrases of a language that mark a line or sentence of a page as boilerplate, from its `boilerplate.txt`.
///
/// One phrase a line, in lower case; `0` stands for any number. Phrases are looked up in lines that are normalised in the
/// same way.
#[derive(Debug)]
pub struct Boilerplate {
    source: &'static str,
    /// Boxed, since the binary holds a static as large as it is in memory.
    lists: OnceLock<Box<Lists>>,
}

#[derive(Debug, Default)]
struct Lists {
    lines: FxHashSet<&'static str>,
    /// By their first character.
    starts: FxHashMap<Option<char>, Vec<&'static str>>,
    parts: Vec<&'static str>,
    calendar: FxHashSet<&'static str>,
    bylines: FxHashSet<&'static str>,
    /// How `starts` open, in this language and in all.
    openings_of_starts: Openings,
    heads_of_starts: Heads,
    /// How whole lines open, in this language and in all.
    openings_of_lines: Openings,
    /// With which letters lines and the words of the calendar start, in this language and in all.
    heads_of_lines: Heads,
    /// The words of the calendar, in this language and in all: how they open, and their hashes.
    pairs_of_calendar: Pairs,
    hashes_of_calendar: FxHashSet<u32>,
}

/// The openings of phrases, which tell most text from boilerplate by its first characters.
#[derive(Debug, Default)]
struct Openings {
    pairs: Pairs,
    /// The openings of each phrase, from the first character alone on.
    inside: Hashes,
    /// The longest opening of each, which is the phrase or as much of it as is looked at: a filter, and all of them.
    may_end: Hashes,
    ends: FxHashSet<u32>,
}

/// With which two characters phrases start: by the first the second ones as bits, five bits of each.
#[derive(Debug, Default)]
struct Pairs([u32; 32]);

/// A set of hashes that may hold others too.
#[derive(Debug)]
struct Hashes([u64; 128]);

/// How many characters of a phrase are looked at.
const LONGEST_OPENING: usize = 12;

/// The names of the sections, in the order in which the files hold them.
#[cfg(test)]
pub(super) const SECTIONS: &[&str] = &["lines", "starts", "parts", "calendar", "bylines"];

impl Boilerplate {
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

    /// Every phrase with the section that it stands in, in the order of the source. In `calendar` and `bylines` words are
    /// separated by white space.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        sections::lines(self.source)
    }

    /// Whether `line` as a whole is boilerplate: `related articles`.
    pub fn is_line(&self, line: &str) -> bool {
        self.lists().lines.contains(line)
    }

    /// Whether `text`, not normalised, may from `at` on be such that [`Self::may_start`] it: the first question, since most
    /// are not.
    #[inline]
    pub fn may_start_at(&self, text: &str, at: usize) -> bool {
        self.lists().heads_of_starts.may_start(text, at)
    }

    /// Whether `line`, not normalised, may be one that [`Self::may_be_line`], or its first word one of the calendar.
    #[inline]
    pub fn may_be_line_at(&self, line: &str) -> bool {
        self.lists().heads_of_lines.may_start(line, 0)
    }

    /// Whether `text` may start with a phrase that only boilerplate starts with, in this language or in any.
    pub fn may_start(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        self.lists().openings_of_starts.may_open(text)
    }

    /// Whether `line` may be one of boilerplate, in this language or in any.
    pub fn may_be_line(&self, line: impl Iterator<Item = char> + Clone) -> bool {
        self.lists().openings_of_lines.may_open(line)
    }

    /// Whether `word` may be one that dates and times are made of, in this language or in any. The empty word may: it stands
    /// before a number.
    pub fn may_be_calendar_word(&self, word: impl Iterator<Item = char> + Clone) -> bool {
        let lists = self.lists();
        lists.pairs_of_calendar.hold(word.clone()) && lists.hashes_of_calendar.contains(&word.fold(0, hash))
    }

    /// Whether `text` starts with a phrase that only boilerplate starts with: `follow us on`.
    pub fn starts(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        let starts = |phrase: &&str| {
            let mut rest = text.clone();
            phrase.chars().all(|c| rest.next() == Some(c)) && !continues_word(phrase, rest.next())
        };
        self.lists().starts.get(&text.clone().next()).is_some_and(|phrases| phrases.iter().any(starts))
    }

    /// Whether `line` holds a phrase that marks a short line as boilerplate: `getty images`.
    pub fn has_part(&self, line: &str) -> bool {
        self.lists().parts.iter().any(|phrase| line.contains(phrase))
    }

    /// Whether `word` is one that dates and times are made of: a month, a weekday, `updated`, `gmt`.
    pub fn is_calendar_word(&self, word: &str) -> bool {
        self.lists().calendar.contains(word)
    }

    /// Whether `word` opens the line that names the author: `by`.
    pub fn opens_byline(&self, word: &str) -> bool {
        self.lists().bylines.contains(word)
    }

    fn lists(&self) -> &Lists {
        self.lists.get_or_init(|| {
            let mut lists = Box::<Lists>::default();
            for (section, phrase) in self.entries() {
                match section {
                    "lines" => drop(lists.lines.insert(phrase)),
                    "starts" => lists.starts.entry(phrase.chars().next()).or_default().push(phrase),
                    "parts" => lists.parts.push(phrase),
                    "calendar" => lists.calendar.extend(phrase.split_whitespace()),
                    "bylines" => lists.bylines.extend(phrase.split_whitespace()),
                    _ => {}
                }
            }
            for (section, phrase) in self.entries().chain(super::COMMON_BOILERPLATE.entries()) {
                match section {
                    "lines" => {
                        lists.openings_of_lines.insert(phrase);
                        lists.heads_of_lines.insert(phrase);
                    }
                    "starts" => {
                        lists.openings_of_starts.insert(phrase);
                        lists.heads_of_starts.insert(phrase);
                        lists.openings_of_lines.insert(phrase);
                        lists.heads_of_lines.insert(phrase);
                    }
                    "calendar" => phrase.split_whitespace().for_each(|word| lists.insert_calendar_word(word)),
                    _ => {}
                }
            }
            lists.insert_calendar_word("");
            lists
        })
    }
}

impl Lists {
    fn insert_calendar_word(&mut self, word: &str) {
        self.pairs_of_calendar.insert(word.chars());
        self.heads_of_lines.insert(word);
        self.hashes_of_calendar.insert(word.chars().fold(0, hash));
    }
}

impl Openings {
    fn insert(&mut self, phrase: &str) {
        self.pairs.insert(phrase.chars());
        hashes(phrase.chars()).for_each(|hash| self.inside.insert(hash));
        if let Some(end) = hashes(phrase.chars()).last() {
            self.may_end.insert(end);
            self.ends.insert(end);
        }
    }

    /// Whether `text` may start with one of the phrases.
    fn may_open(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        self.pairs.hold(text.clone()) && {
            let mut openings = hashes(text).take_while(|&hash| self.inside.may_hold(hash));
            openings.any(|hash| self.may_end.may_hold(hash) && self.ends.contains(&hash))
        }
    }
}

impl Pairs {
    fn insert(&mut self, mut phrase: impl Iterator<Item = char>) {
        let first = phrase.next().unwrap_or('\0');
        self.0[five_bits(first)] |= phrase.next().map_or(u32::MAX, |second| 1 << five_bits(second));
    }

    fn hold(&self, mut text: impl Iterator<Item = char>) -> bool {
        let (first, second) = (text.next().unwrap_or('\0'), text.next().unwrap_or('\0'));
        self.0[five_bits(first)] >> five_bits(second) & 1 == 1
    }
}

impl Hashes {
    fn insert(&mut self, hash: u32) {
        let (word, bit) = Self::place(hash);
        self.0[word] |= bit;
    }

    fn may_hold(&self, hash: u32) -> bool {
        let (word, bit) = Self::place(hash);
        self.0[word] & bit != 0
    }

    fn place(hash: u32) -> (usize, u64) {
        ((hash >> 25) as usize, 1 << (hash >> 19 & 0x3f))
    }
}

impl Default for Hashes {
    fn default() -> Self {
        Self([0; 128])
    }
}

fn five_bits(c: char) -> usize {
    u32::from(c) as usize & 0x1f
}

/// The hash of the first character of `text`, of its first two, and so on.
fn hashes(text: impl Iterator<Item = char>) -> impl Iterator<Item = u32> {
    text.take(LONGEST_OPENING).scan(0, |state, c| {
        *state = hash(*state, c);
        Some(*state)
    })
}

/// The hash of a text, from that of the text without its last character `c`.
fn hash(state: u32, c: char) -> u32 {
    (state.rotate_left(5) ^ u32::from(c)).wrapping_mul(0x9e37_79b1)
}

/// Whether the last word of `phrase` goes on with `next`: `by` in `bypass`. Only where words are told apart by spaces.
fn continues_word(phrase: &str, next: Option<char>) -> bool {
    let spaced = |c: char| {
        c.is_alphabetic()
            && !matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    };
    phrase.chars().next_back().is_some_and(spaced) && next.is_some_and(spaced)
}
