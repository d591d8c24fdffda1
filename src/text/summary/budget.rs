//! How long a summary is, and its text.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::{document::Document, sentence::Kind};

use super::{Length, Order, candidate::closes};

/// What is left of the length asked for.
#[derive(Debug)]
pub(super) struct Budget<'d, 't> {
    document: &'d Document<'t>,
    limit: Limit,
    /// Whether the sentence that stands last in the text is the one chosen last.
    by_rank: bool,
    used: usize,
    last: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Sentences(usize),
    Words(usize),
    Characters(usize),
}

impl<'d, 't> Budget<'d, 't> {
    /// The whole of `length`.
    pub fn new(document: &'d Document<'t>, length: Length, order: Order) -> Self {
        let limit = match length {
            Length::Sentences(most) => Limit::Sentences(most),
            Length::Words(most) => Limit::Words(most),
            Length::Characters(most) => Limit::Characters(most),
            Length::Ratio(share) => Limit::Words(share_of_prose(document, share)),
        };
        Self { document, limit, by_rank: order == Order::Rank, used: 0, last: None }
    }

    /// How much of it is used, 0 to 1.
    pub fn used(&self) -> f64 {
        let (Limit::Sentences(most) | Limit::Words(most) | Limit::Characters(most)) = self.limit;
        if self.used >= most { 1.0 } else { self.used as f64 / most as f64 }
    }

    /// Takes `sentence` if it fits.
    pub fn take(&mut self, sentence: usize) -> bool {
        let text = self.document.sentences()[sentence].span.of(self.document.text());
        match self.limit {
            Limit::Sentences(most) => self.spend(1, most),
            Limit::Words(most) => self.spend(text.unicode_words().count(), most),
            Limit::Characters(most) => {
                // Only between sentences does a joint count: the one after the text's last sentence is none.
                let last = match self.last {
                    Some(last) if !self.by_rank => last.max(sentence),
                    _ => sentence,
                };
                let cost = flattened(text).count() + joint(text).len();
                let past = joint(self.document.sentences()[last].span.of(self.document.text())).len();
                if self.used + cost > most + past {
                    return false;
                }
                self.used += cost;
                self.last = Some(last);
                true
            }
        }
    }

    fn spend(&mut self, cost: usize, most: usize) -> bool {
        let fits = self.used + cost <= most;
        if fits {
            self.used += cost;
        }
        fits
    }
}

/// The text of `sentences`, joined as prose: line breaks inside them as spaces, a space between them, none after the full
/// stop of a script that sets none.
pub(super) fn join(document: &Document<'_>, sentences: impl Iterator<Item = usize> + Clone) -> String {
    let length = |sentence: usize| document.sentences()[sentence].span.of(document.text()).len() + 1;
    let mut joined = String::with_capacity(sentences.clone().map(length).sum());
    let mut between = "";
    for sentence in sentences {
        let text = document.sentences()[sentence].span.of(document.text());
        joined.push_str(between);
        if is_one_line(text) {
            joined.push_str(text);
        } else {
            joined.extend(flattened(text));
        }
        between = joint(text);
    }
    joined
}

/// So many words as `share` of the words of the document's prose (of all its sentences, where it has no prose).
fn share_of_prose(document: &Document<'_>, share: f64) -> usize {
    let words = |prose_only: bool| -> usize {
        document
            .sentences()
            .iter()
            .filter(|sentence| !prose_only || sentence.kind == Kind::Prose)
            .map(|sentence| sentence.span.of(document.text()).unicode_words().count())
            .sum()
    };
    let all = match words(true) {
        0 => words(false),
        prose => prose,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is one")]
    let most = (all as f64 * share.clamp(0.0, 1.0)) as usize;
    most
}

/// What stands between a sentence and the next.
fn joint(text: &str) -> &'static str {
    match text.chars().rev().find(|c| !closes(*c)) {
        Some('。' | '．' | '｡' | '！' | '？') => "",
        _ if text.ends_with(['」', '』', '）', '】', '》', '〉', '］']) => "",
        _ => " ",
    }
}

/// The characters of a sentence on one line: white space that breaks the line is one space, and nothing between characters
/// of a script that sets none.
fn flattened(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut rest = text.chars();
    let mut before = ' ';
    std::iter::from_fn(move || {
        let c = rest.next()?;
        if !c.is_whitespace() {
            before = c;
            return Some(c);
        }
        let tail = rest.as_str();
        let next = tail.trim_start();
        let run = &tail[..tail.len() - next.len()];
        if !breaks_line(c) && !run.chars().any(breaks_line) {
            return Some(c);
        }
        rest = next.chars();
        if is_unspaced(before) && next.starts_with(is_unspaced) {
            before = rest.next()?;
            return Some(before);
        }
        Some(' ')
    })
}

/// Whether nothing in `text` breaks the line, as in most sentences.
fn is_one_line(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'\n'..=b'\r')) && (text.is_ascii() || !text.contains(breaks_line))
}

fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether `c` belongs to the Han characters, kana or their punctuation, which are set without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(flattened(text).collect::<String>(), expected);
        assert_eq!(is_one_line(text), text == expected);
    }

    #[test]
    fn a_line_break_inside_a_sentence_is_a_space() {
        check("The council\nmet on\r\n  Monday.", "The council met on Monday.");
        check("The council \n met.", "The council met.");
        check("The council\u{2028}met.", "The council met.");
        check("The council\u{85}met.", "The council met.");
    }

    #[test]
    fn a_line_break_between_han_characters_is_nothing() {
        check("会议在\n北京举行。", "会议在北京举行。");
        check("会议在\nBerlin\n举行。", "会议在 Berlin 举行。");
    }

    #[test]
    fn other_white_space_stays() {
        check("«\u{a0}Oui\u{a0}», dit-il\u{202f}!", "«\u{a0}Oui\u{a0}», dit-il\u{202f}!");
        check("a  b", "a  b");
    }

    #[test]
    fn no_space_follows_a_full_width_stop() {
        for (text, expected) in [
            ("完。", ""),
            ("「完。」", ""),
            ("他问：“完了？”", ""),
            ("Done.", " "),
            ("“Done.”", " "),
            ("끝.", " "),
            ("শেষ।", " "),
        ] {
            assert_eq!(joint(text), expected, "{text}");
        }
    }
}
