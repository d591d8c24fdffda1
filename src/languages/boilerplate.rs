//! The furniture of scraped pages in a language: navigation, share and follow lines, credits, dates. Read on first use.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::sections;

/// The phrases of a language that mark a line or sentence of a page as boilerplate, from its `boilerplate.txt`.
///
/// One phrase a line, in lower case; `0` stands for any number. Phrases are looked up in lines that are normalised in the
/// same way.
#[derive(Debug)]
pub struct Boilerplate {
    source: &'static str,
    lists: OnceLock<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    lines: FxHashSet<&'static str>,
    /// By their opening; those that are shorter than one, by their first character.
    starts: FxHashMap<Opening, Vec<&'static str>>,
    parts: Vec<&'static str>,
    calendar: FxHashSet<&'static str>,
    bylines: FxHashSet<&'static str>,
}

/// The first characters of a phrase: enough to tell most sentences from it.
type Opening = [Option<char>; 4];

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

    /// Whether `text` starts with a phrase that only boilerplate starts with: `follow us on`.
    pub fn starts(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        let opening = opening(text.clone());
        let starts = |phrase: &&str| {
            let mut rest = text.clone();
            phrase.chars().all(|c| rest.next() == Some(c)) && !continues_word(phrase, rest.next())
        };
        [opening, [opening[0], None, None, None]]
            .iter()
            .filter_map(|opening| self.lists().starts.get(opening))
            .any(|phrases| phrases.iter().any(starts))
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
            let mut lists = Lists::default();
            for (section, phrase) in self.entries() {
                match section {
                    "lines" => drop(lists.lines.insert(phrase)),
                    "starts" => {
                        let mut opening = opening(phrase.chars());
                        if opening.contains(&None) {
                            opening = [opening[0], None, None, None];
                        }
                        lists.starts.entry(opening).or_default().push(phrase);
                    }
                    "parts" => lists.parts.push(phrase),
                    "calendar" => lists.calendar.extend(phrase.split_whitespace()),
                    "bylines" => lists.bylines.extend(phrase.split_whitespace()),
                    _ => {}
                }
            }
            lists
        })
    }
}

fn opening(mut text: impl Iterator<Item = char>) -> Opening {
    [text.next(), text.next(), text.next(), text.next()]
}

/// Whether the last word of `phrase` goes on with `next`: `by` in `bypass`. Only where words are told apart by spaces.
fn continues_word(phrase: &str, next: Option<char>) -> bool {
    let spaced = |c: char| {
        c.is_alphabetic()
            && !matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    };
    phrase.chars().next_back().is_some_and(spaced) && next.is_some_and(spaced)
}
