//! What a block is on its page: prose, heading, list item or boilerplate.

use std::str::Chars;

use rustc_hash::FxHashMap;

use crate::{
    languages::{Boilerplate, COMMON_BOILERPLATE, Language},
    text::{
        letter::{Lowered, is_alphanumeric, is_plain, lower},
        sentence::{Kind, Mark, Marker},
        span::Span,
    },
};

use super::{Block, lines::ends_with_mark};

/// A longer line is no heading and no navigation, in bytes and in words.
const LONGEST_LABEL: usize = 240;
const MOST_WORDS_OF_A_HEADING: usize = 24;

/// A longer text is no question that heads a section, in words.
const MOST_WORDS_OF_A_QUESTION: usize = 14;

/// A line of so few words may be a label: a section, a source, a button.
const MOST_WORDS_OF_A_LABEL: usize = 2;

/// A line of so few words that a page holds more than once is one.
const MOST_WORDS_OF_A_REPEATED_LABEL: usize = 4;

/// So many labels in a row are a menu.
const SHORTEST_MENU: usize = 4;

/// The phrases that mark boilerplate, in a language and in all.
#[derive(Debug, Clone, Copy)]
pub(in crate::text) struct Furniture {
    own: &'static Boilerplate,
}

static NEUTRAL: Boilerplate = Boilerplate::NONE;

/// What a line looks like by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Sentences.
    Prose,
    /// A line without a mark at its end, or a short question: a heading or a label.
    Title { words: usize, lower: bool },
    /// A line that starts with a bullet or counter.
    Item { words: usize },
    /// A line that names its own kind.
    Boilerplate,
}

/// The blocks at `spans`, each with its kind; `None` where `stopped` says so at one of them.
pub(super) fn classify(
    text: &str,
    spans: &[Span],
    furniture: Furniture,
    stopped: &dyn Fn() -> bool,
) -> Option<Vec<Block>> {
    let mut looks = Vec::with_capacity(spans.len());
    for span in spans {
        if stopped() {
            return None;
        }
        looks.push(furniture.look(span.of(text)));
    }
    let repeated = Repeated::among(text, spans, &looks);
    let mut blocks: Vec<Block> = Vec::with_capacity(spans.len());
    for (i, &span) in spans.iter().enumerate() {
        let after_colon = || i > 0 && spans[i - 1].of(text).ends_with([':', '：']);
        let kind = match looks[i] {
            Look::Prose => Kind::Prose,
            Look::Boilerplate => Kind::Boilerplate,
            Look::Item { words } => {
                let label = words <= MOST_WORDS_OF_A_REPEATED_LABEL
                    && beside_boilerplate(&looks, i)
                    && repeated.holds(span.of(text));
                if label { Kind::Boilerplate } else { Kind::ListItem }
            }
            Look::Title { .. } if spans.len() == 1 => Kind::Prose,
            // What stands under "You may also be interested in:" are links.
            Look::Title { .. } if after_colon() && blocks[i - 1].kind == Kind::Boilerplate => Kind::Boilerplate,
            Look::Title { words, .. } if words <= MOST_WORDS_OF_A_REPEATED_LABEL && repeated.holds(span.of(text)) => {
                Kind::Boilerplate
            }
            Look::Title { words, .. } if words <= MOST_WORDS_OF_A_LABEL && beside_boilerplate(&looks, i) => {
                Kind::Boilerplate
            }
            Look::Title { .. } if after_colon() => Kind::ListItem,
            Look::Title { .. } if i > 0 && blocks[i - 1].kind == Kind::ListItem && !looks[i - 1].is_item() => {
                Kind::ListItem
            }
            Look::Title { words, .. } if words <= MOST_WORDS_OF_A_LABEL && in_menu(&looks, i) => Kind::Boilerplate,
            Look::Title { lower: true, .. } => Kind::ListItem,
            Look::Title { .. } => Kind::Heading,
        };
        blocks.push(Block { span, kind });
    }
    Some(blocks)
}

/// A label next to a time stamp or a share line belongs to it.
fn beside_boilerplate(looks: &[Look], i: usize) -> bool {
    i > 0 && looks[i - 1] == Look::Boilerplate || looks.get(i + 1) == Some(&Look::Boilerplate)
}

/// Whether the label at `i` stands among so many others that they are a menu.
fn in_menu(looks: &[Look], i: usize) -> bool {
    let label = |look: &&Look| matches!(look, Look::Boilerplate | Look::Title { words: ..=MOST_WORDS_OF_A_LABEL, .. });
    let before = looks[..i].iter().rev().take(SHORTEST_MENU).take_while(label).count();
    let after = looks[i..].iter().take(SHORTEST_MENU).take_while(label).count();
    before + after >= SHORTEST_MENU
}

/// The labels that a page holds more than once.
struct Repeated<'t>(FxHashMap<&'t str, u32>);

impl<'t> Repeated<'t> {
    fn among(text: &'t str, spans: &[Span], looks: &[Look]) -> Self {
        let mut counts = FxHashMap::default();
        for (span, look) in spans.iter().zip(looks) {
            if let Look::Title { words: ..=MOST_WORDS_OF_A_REPEATED_LABEL, .. }
            | Look::Item { words: ..=MOST_WORDS_OF_A_REPEATED_LABEL } = look
            {
                *counts.entry(label(span.of(text))).or_insert(0) += 1;
            }
        }
        Self(counts)
    }

    fn holds(&self, line: &str) -> bool {
        self.0.get(label(line)).is_some_and(|&count| count > 1)
    }
}

/// A line without the bullet before it.
fn label(line: &str) -> &str {
    line.trim_start_matches(|c: char| !c.is_alphanumeric())
}

impl Look {
    fn is_item(self) -> bool {
        matches!(self, Self::Item { .. })
    }
}

impl Furniture {
    pub(in crate::text) fn of(language: Option<&'static Language>) -> Self {
        Self { own: language.and_then(Language::tailoring).map_or(&NEUTRAL, |tailoring| &tailoring.boilerplate) }
    }

    /// The kind of the sentence at `span` of `content`, a block of kind `block`. So many `joints`, capitals that touch a small
    /// letter, stand in it.
    pub(in crate::text) fn kind(self, content: &str, span: Span, joints: usize, block: Kind) -> Kind {
        if block != Kind::Prose {
            return block;
        }
        // A short block that starts as boilerplate does is no prose: nothing new can be seen at its start.
        let seen = span.start == 0 && content.len() <= LONGEST_LABEL;
        if !seen && span.end - span.start <= LONGEST_LABEL && self.starts_sentence(content, span) {
            Kind::Boilerplate
        } else if is_run_together(&content.as_bytes()[span.range()], joints) {
            Kind::ListItem
        } else {
            Kind::Prose
        }
    }

    fn look(self, block: &str) -> Look {
        if block.len() > LONGEST_LABEL {
            return if starts_item(block) { Look::Item { words: usize::MAX } } else { Look::Prose };
        }
        let terminated = ends_with_mark(block);
        if self.is_boilerplate(block, terminated) {
            return Look::Boilerplate;
        }
        if starts_item(block) {
            return Look::Item { words: words(block) };
        }
        let question = block.ends_with(['?', '؟', '？', ';', '՞']);
        if terminated && !question {
            return Look::Prose;
        }
        let words = words(block);
        let question = question && words <= MOST_WORDS_OF_A_QUESTION;
        let lower = block.starts_with(char::is_lowercase);
        match terminated {
            true if question && !lower && !block.starts_with(['–', '—']) && is_one_sentence(block) => {
                Look::Title { words, lower }
            }
            true => Look::Prose,
            false if words <= MOST_WORDS_OF_A_HEADING && is_one_sentence(block) => Look::Title { words, lower },
            false => Look::Prose,
        }
    }

    fn is_boilerplate(self, block: &str, terminated: bool) -> bool {
        if !block.contains(char::is_alphabetic) {
            return true;
        }
        if terminated && !self.may_be_line(block) {
            return false;
        }
        let line = normalised(block);
        let bare = line.trim_matches(is_around);
        self.is_line(bare)
            || self.starts(line.chars())
            || self.starts(bare.chars())
            || !terminated && (self.has_part(&line) || is_menu(block) || self.is_byline(block) || is_address(block))
            || self.is_date(&line)
    }

    /// Whether `block` starts as a line of boilerplate can: as a phrase does, or with a number or a word of the calendar.
    fn may_be_line(self, block: &str) -> bool {
        let bare = block.trim_start_matches(is_around);
        if self.own.may_be_line_at(bare) {
            let line = Normalised::new(bare);
            let word = line.clone().take_while(|&c| !separates_dates(c));
            if self.own.may_be_line(line) || self.own.may_be_calendar_word(word) {
                return true;
            }
        }
        bare.len() < block.len() && self.own.may_be_line(Normalised::new(block))
    }

    fn is_line(self, line: &str) -> bool {
        self.own.is_line(line) || COMMON_BOILERPLATE.is_line(line)
    }

    #[inline(always)]
    fn starts_sentence(self, content: &str, span: Span) -> bool {
        self.own.may_start_at(content, span.start) && self.starts(Normalised::new(span.of(content)))
    }

    fn starts(self, line: impl Iterator<Item = char> + Clone) -> bool {
        self.own.may_start(line.clone()) && (self.own.starts(line.clone()) || COMMON_BOILERPLATE.starts(line))
    }

    fn has_part(self, line: &str) -> bool {
        self.own.has_part(line) || COMMON_BOILERPLATE.has_part(line)
    }

    /// A line of nothing but numbers and the words of the calendar.
    fn is_date(self, line: &str) -> bool {
        line.contains('0')
            && line.split(separates_dates).all(|word| {
                word.is_empty() || self.own.is_calendar_word(word) || COMMON_BOILERPLATE.is_calendar_word(word)
            })
    }

    /// `By Ada Lovelace and Alan Turing`: the word that opens a byline, and names.
    fn is_byline(self, block: &str) -> bool {
        let mut words = block.split_whitespace();
        let opens =
            words.next().is_some_and(|word| self.own.opens_byline(Lowered::new(word.trim_end_matches(':')).as_str()));
        let named = |word: &str| {
            word.starts_with(|c: char| c.is_uppercase() || !c.is_lowercase() && c.is_alphabetic())
                || word.chars().count() <= 3
        };
        opens && (1..=8).contains(&words.clone().count()) && words.all(named)
    }
}

/// Several labels in one line: `Home | News | Sport`.
fn is_menu(block: &str) -> bool {
    ["|", "›", "»", "·", "•", " > ", " / "].iter().any(|separator| {
        let parts = block.split(separator).filter(|part| !part.trim().is_empty());
        let (mut count, mut short) = (0, true);
        for part in parts {
            count += 1;
            short &= words(part) <= MOST_WORDS_OF_A_LABEL;
        }
        count >= 3 && short
    })
}

/// A web or mail address or handle alone.
fn is_address(block: &str) -> bool {
    let mut words = block.split_whitespace();
    words.next().is_some_and(|word| word.contains("://") || word.starts_with("www.") || word.contains('@'))
        && words.next().is_none()
}

/// Whether a block is an item: a bullet, or a counter with a space after it. A dash before sentences is a turn of dialogue.
fn starts_item(block: &str) -> bool {
    // Two letters that are no counter.
    if !Marker::may_start(block) {
        return false;
    }
    let first = block.chars().next().unwrap_or(' ');
    if matches!(first, '-' | '*' | '–' | '—' | '·' | '➤' | '✓' | '✔' | '→') || Mark::of(first) == Mark::Bullet
    {
        let spaced = block[first.len_utf8()..].starts_with(char::is_whitespace);
        let dialogue = matches!(first, '–' | '—') || first == '-' && ends_with_mark(block) && !is_one_sentence(block);
        return (spaced || Mark::of(first) == Mark::Bullet) && !(dialogue && ends_with_mark(block));
    }
    Marker::read(block).is_some_and(|marker| {
        !marker.is_capital() && block[marker.len..].starts_with(char::is_whitespace) && block.len() > marker.len + 1
    })
}

/// Whether no mark stands inside `block` with a space after it and a word of some length before.
fn is_one_sentence(block: &str) -> bool {
    let is_mark = |c: char| matches!(Mark::of(c), Mark::FullStop | Mark::Exclamation | Mark::Terminal);
    !block.split_whitespace().rev().skip(1).any(|word| word.ends_with(is_mark) && word.len() > 4)
}

/// Words by white space; in scripts without spaces, one for each two characters.
fn words(block: &str) -> usize {
    let spaced = block.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let unspaced = block.chars().filter(|&c| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')).count();
    spaced.max(unspaced.div_ceil(2))
}

/// `text` in lower case, with each number as `0` and each run of white space as a space.
fn normalised(text: &str) -> String {
    if text.is_ascii()
        && !text.bytes().fold(false, |found, byte| found | !is_only_lowered(byte))
        && !text.contains("  ")
    {
        return text.to_ascii_lowercase();
    }
    let mut line = String::with_capacity(text.len());
    line.extend(Normalised::new(text));
    line
}

/// Whether `c` may stand around a line of boilerplate without being part of it.
fn is_around(c: char) -> bool {
    !is_alphanumeric(c) && c != '©'
}

/// Whether `byte` is a character that [`normalised`] puts in lower case, if anything.
fn is_only_lowered(byte: u8) -> bool {
    byte >= b' ' && !byte.is_ascii_digit()
}

/// The characters of [`normalised`].
#[derive(Clone)]
struct Normalised<'t> {
    characters: Chars<'t>,
    last: char,
}

impl<'t> Normalised<'t> {
    fn new(text: &'t str) -> Self {
        Self { characters: text.chars(), last: '\0' }
    }
}

impl Iterator for Normalised<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        // Most characters are letters of ASCII or a space alone.
        match self.characters.as_str().bytes().next() {
            Some(byte @ b'a'..=b'z') => self.last = char::from(byte),
            Some(byte @ b'A'..=b'Z') => self.last = char::from(byte.to_ascii_lowercase()),
            Some(b' ') if self.last != ' ' => self.last = ' ',
            _ => return self.next_of_others(),
        }
        self.characters.next();
        Some(self.last)
    }
}

impl Normalised<'_> {
    fn next_of_others(&mut self) -> Option<char> {
        loop {
            let c = match self.characters.next()? {
                c @ ('a'..='z' | ' ') => c,
                c @ 'A'..='Z' => c.to_ascii_lowercase(),
                c if is_plain(c) => c,
                c if c.is_numeric() => '0',
                c if c.is_whitespace() => ' ',
                // All but the Turkish capital of `i` become one character, and that begins with an `i`.
                c => lower(c).or_else(|| c.to_lowercase().next()).unwrap_or(c),
            };
            if !(matches!(c, '0' | ' ') && self.last == c) {
                self.last = c;
                return Some(c);
            }
        }
    }
}

/// Whether `c` stands between the words of a date: a number, or what is no part of a word.
fn separates_dates(c: char) -> bool {
    c == '0' || !is_alphanumeric(c) && !is_mark_of_a_letter(c)
}

fn is_mark_of_a_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{1000}'..='\u{109f}' | '\'' | '’')
}

/// `teams:Red OneBlue TwoGreen Three`: the items of a list whose line breaks a scraper lost. A capital touches a small letter
/// inside a word after a colon that touches a capital, or again and again.
fn is_run_together(sentence: &[u8], joints: usize) -> bool {
    match joints {
        0 => false,
        1..=4 => {
            let colon =
                |triple: &[u8]| triple[0].is_ascii_lowercase() && triple[1] == b':' && triple[2].is_ascii_uppercase();
            sentence.windows(3).any(colon)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        languages::Language,
        text::sentence::{
            Kind::{self, Boilerplate, Heading, ListItem, Prose},
            LineBreaks, split,
        },
    };

    /// The kinds of the sentences of `text`.
    #[track_caller]
    fn check(text: &str, expected: &[Kind]) {
        let kinds: Vec<Kind> =
            split(text, Language::from_code("en"), LineBreaks::Auto).iter().map(|sentence| sentence.kind).collect();
        assert_eq!(kinds, expected, "{text:?}");
    }

    #[test]
    fn a_line_without_a_mark_before_prose_is_a_heading() {
        check("Ferry returns\n\nThe ferry returned on Monday.", &[Heading, Prose]);
    }

    #[test]
    fn a_short_question_alone_is_a_heading() {
        check("Who pays for it?\n\nThe county pays.", &[Heading, Prose]);
        check("The county pays. Who else should?\n\nNobody knows.", &[Prose, Prose, Prose]);
    }

    #[test]
    fn a_text_of_one_line_is_prose() {
        check("Ferry returns", &[Prose]);
    }

    #[test]
    fn bullets_and_counters_mark_items() {
        check("You need:\n\n• flour\n• two eggs", &[Heading, ListItem, ListItem]);
        check("It has rules.\n\n1. Be kind.\n2. Be early.", &[Prose, ListItem, ListItem]);
    }

    #[test]
    fn a_dash_opens_dialogue_where_sentences_end() {
        check("He came in.\n\n— Who is there?\n\n— Nobody, she said.", &[Prose, Prose, Prose]);
    }

    #[test]
    fn a_date_alone_is_boilerplate() {
        check("Updated: 4 May 2024, 10:15 GMT\n\nThe ferry returned on Monday.", &[Boilerplate, Prose]);
        check("3 hours ago\n\nThe ferry returned on Monday.", &[Boilerplate, Prose]);
    }

    #[test]
    fn a_byline_is_boilerplate_and_a_sentence_with_by_is_not() {
        check("By Nora Petrel\n\nThe ferry returned on Monday.", &[Boilerplate, Prose]);
        check("By noon the ferry was full.\n\nIt left late.", &[Prose, Prose]);
    }

    #[test]
    fn labels_in_a_line_are_a_menu() {
        check("Home | Fish | Boats | Ropes\n\nThe ferry returned on Monday.", &[Boilerplate, Prose]);
    }

    #[test]
    fn labels_in_a_row_are_a_menu() {
        check(
            "Fish\n\nBoats\n\nRopes\n\nTar\n\nThe ferry returned on Monday.",
            &[Boilerplate, Boilerplate, Boilerplate, Boilerplate, Prose],
        );
    }

    #[test]
    fn a_label_that_repeats_is_boilerplate() {
        check(
            "Courier\n\nOne thing happened.\n\nCourier\n\nThen another did.",
            &[Boilerplate, Prose, Boilerplate, Prose],
        );
    }

    #[test]
    fn a_follow_line_is_boilerplate_inside_a_paragraph_too() {
        check("The ferry returned. Follow us on Facebook.", &[Prose, Boilerplate]);
    }

    #[test]
    fn items_run_together_are_no_prose() {
        check("There were four teams:Red OneBlue TwoGreen ThreeThe rest left early.", &[ListItem]);
        check("The YouTube star met the eBay founder at the iPhone launch.", &[Prose]);
    }

    #[test]
    fn lines_after_a_related_line_are_links() {
        check(
            "The ferry returned.\n\nYou may also like:\n\nThe lake that came back",
            &[Prose, Boilerplate, Boilerplate],
        );
    }

    #[test]
    fn lines_without_letters_are_boilerplate() {
        check("The ferry returned.\n\n* * *\n\nIt was late.", &[Prose, Boilerplate, Prose]);
    }
}
