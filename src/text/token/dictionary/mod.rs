//! The words of scripts that are written without spaces: Chinese, Japanese, Thai, Lao, Khmer and Burmese.
//!
//! A run of Han and hiragana, or of one of the other scripts, is cut from left to right, each time at the end of the
//! longest word of the dictionary that ends where a grapheme cluster does. What starts no word is cut after the cluster
//! that shows so: the first that no word goes on with. Katakana, digits and what else there is are cut by the rules of
//! UAX #29.
//!
//! The answers are those of ICU4X (`icu_segmenter` 2.4, `WordSegmenter::new_dictionary`), which is what the tests compare
//! with, but for the Lao letter `ຣ`, which that takes for no letter, so that its dictionary's own words are cut there; the
//! dictionaries are its own in another form, that of [`words`].

mod cluster;
pub mod words;

use self::words::{Node, Section, Step};

/// How the characters of a word hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Of the script of a dictionary.
    Han,
    Thai,
    Lao,
    Khmer,
    Burmese,
    /// Katakana, which UAX #29 never cuts.
    Katakana,
    /// The digits of these scripts.
    Digit,
    /// What belongs to the character before it: the voiced sound marks.
    Mark,
    /// Punctuation, symbols and what is not assigned.
    Other,
}

/// Where the word of Han or hiragana that starts at `start` of `text` ends, at `limit` at the latest, if a look at two
/// characters of three bytes tells what starts there: of most such words it does.
#[inline]
pub fn plain_word_end(text: &str, start: usize, limit: usize) -> Option<usize> {
    let six: &[u8; 6] = text.as_bytes().get(start..limit)?.first_chunk()?;
    matches!(six, [0xe3..=0xe9, _, _, 0xe0..=0xef, ..]).then(|| word_of_two_end(text, start, limit, six))?
}

/// The same, of `six`, the bytes of the two characters.
fn word_of_two_end(text: &str, start: usize, limit: usize, six: &[u8; 6]) -> Option<usize> {
    let &[a, b, c, d, e, f] = six;
    let [first, second] = [[a, b, c], [d, e, f]].map(|bytes| {
        let [high, middle, low] = bytes.map(u32::from);
        (high & 0x0f) << 12 | (middle & 0x3f) << 6 | low & 0x3f
    });
    match words::PAIRS.find([first, second], &words::HAN) {
        Step::Word => Some(start + 6),
        Step::Start(node) => {
            let shorter = (!words::PAIRS.is_opener(first)).then_some(3);
            let length = longest(text.get(start..limit)?, Start { node, end: 6, shorter }, Class::Han, &words::HAN);
            Some(start + length)
        }
        Step::Nothing => (class(first) == Class::Han && !words::PAIRS.is_opener(first)).then_some(start + 3),
    }
}

/// Where the word that starts at `start` of `text` ends, at `limit` at the latest.
pub fn word_end(text: &str, start: usize, limit: usize) -> usize {
    plain_word_end(text, start, limit).unwrap_or_else(|| other_word_end(text, start, limit))
}

/// The same of a word that [`plain_word_end`] does not tell.
pub fn other_word_end(text: &str, start: usize, limit: usize) -> usize {
    let run = text.get(start..limit).unwrap_or_default();
    let Some(first) = run.chars().next() else { return limit };
    let length = match class(first) {
        Class::Han => first_of_pairs(run, first),
        Class::Thai => longest_of_script(run, first, Class::Thai, &words::THAI),
        Class::Lao => longest_of_script(run, first, Class::Lao, &words::LAO),
        Class::Khmer => longest_of_script(run, first, Class::Khmer, &words::KHMER),
        Class::Burmese => longest_of_script(run, first, Class::Burmese, &words::BURMESE),
        kind => by_rules(run, kind),
    };
    start + length
}

/// How long the first word of `run` is, which starts with `first`, of Han or hiragana, where the first two characters start
/// no word of more. Each character is a cluster.
fn first_of_pairs(run: &str, first: char) -> usize {
    let end = first.len_utf8();
    match run[end..].chars().next() {
        Some(second) if words::PAIRS.is_opener(first.into()) && class(second) == Class::Han => end + second.len_utf8(),
        _ => end,
    }
}

/// How long the first word of `run` is, which starts with `first`, a character of `script`.
#[inline]
fn longest_of_script(run: &str, first: char, script: Class, section: &Section<'_, 1>) -> usize {
    let end = first.len_utf8();
    match section.start(first) {
        Some(node) => longest(run, Start { node, end, shorter: None }, script, section),
        None => cluster_end(run, end, script),
    }
}

/// How words start, at the start of a run.
struct Start {
    node: Node,
    /// How long it is.
    end: usize,
    /// How long the longest word is that is shorter.
    shorter: Option<usize>,
}

/// How long the first word of `run` is, of `script`, which starts so.
#[inline]
fn longest<const WIDTH: usize>(run: &str, start: Start, script: Class, section: &Section<'_, WIDTH>) -> usize {
    let is_boundary = |at: usize| !joins(run, at, script);
    let Start { mut node, mut end, shorter: mut matched } = start;
    if node.is_word && is_boundary(end) {
        matched = Some(end);
    }
    for c in run[end..].chars() {
        let next = end + c.len_utf8();
        match section.step(node, c) {
            Step::Start(longer) => {
                node = longer;
                if longer.is_word && is_boundary(next) {
                    matched = Some(next);
                }
            }
            Step::Word if is_boundary(next) => return next,
            _ if class(c) != script => break,
            _ => return matched.unwrap_or_else(|| cluster_end(run, next, script)),
        }
        end = next;
    }
    matched.unwrap_or(end)
}

/// Where the grapheme cluster ends that goes on to `at` at least.
fn cluster_end(run: &str, mut at: usize, script: Class) -> usize {
    while joins(run, at, script) {
        at += run[at..].chars().next().map_or(1, char::len_utf8);
    }
    at
}

/// Whether what stands at `at` is of one grapheme cluster with what is before it.
#[inline]
fn joins(run: &str, at: usize, script: Class) -> bool {
    // Each character of Han and hiragana is a cluster.
    script != Class::Han
        && run[at..].chars().next().is_some_and(|next| class(next) == script && cluster::joins(&run[..at], next))
}

/// How long the first word of `run` is, which starts with a character of `kind` that is of no dictionary.
fn by_rules(run: &str, kind: Class) -> usize {
    let goes_on = |class| match class {
        Class::Mark => true,
        class => class == kind && matches!(kind, Class::Katakana | Class::Digit),
    };
    let rest = run.char_indices().skip(1).find(|&(_, c)| !goes_on(class(c)));
    rest.map_or(run.len(), |(at, _)| at)
}

/// The class of a character of an unspaced script.
#[inline]
fn class(c: impl Into<u32>) -> Class {
    match c.into() {
        0x4e00..=0x9fff | 0x3041..=0x3096 => Class::Han,
        0x30a1..=0x30fa | 0x30fc..=0x30ff | 0x3031..=0x3035 | 0x309b | 0x309c => Class::Katakana,
        0x0e01..=0x0e3a | 0x0e40..=0x0e4e => Class::Thai,
        0x0e81 | 0x0e82 | 0x0e84 | 0x0e86..=0x0e8a | 0x0e8c..=0x0ea3 | 0x0ea5 | 0x0ea7..=0x0ebd => Class::Lao,
        0x0ec0..=0x0ec4 | 0x0ec6 | 0x0ec8..=0x0ece | 0x0edc..=0x0edf => Class::Lao,
        0x1780..=0x17d3 | 0x17dc | 0x17dd => Class::Khmer,
        0x1000..=0x103f | 0x1050..=0x108f | 0x109a..=0x109f => Class::Burmese,
        0x3005 | 0x3007 | 0x309d..=0x309f | 0x3400..=0x4dbf | 0xf900..=0xfa6d | 0xfa70..=0xfad9 => Class::Han,
        0x20000..=0x2a6df | 0x2a700..=0x2b81d | 0x2b820..=0x2cead | 0x2ceb0..=0x2ebe0 | 0x2ebf0..=0x2ee5d => Class::Han,
        0x2f800..=0x2fa1d | 0x30000..=0x3134a | 0x31350..=0x323af => Class::Han,
        0x0e50..=0x0e59 | 0x0ed0..=0x0ed9 | 0x1040..=0x1049 | 0x1090..=0x1099 => Class::Digit,
        0x3099 | 0x309a => Class::Mark,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` are the words and what is between them, parted by `|`.
    #[track_caller]
    fn check(expected: &str) {
        let text = expected.replace('|', "");
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = word_end(&text, at, text.len());
            parts.push(&text[at..end]);
            at = end;
        }
        assert_eq!(parts.join("|"), expected);
    }

    #[test]
    fn the_longest_word_is_taken() {
        check("人民政府|的|圖書館");
        check("ประเทศไทย|และ|ประเทศ|ลาว");
    }

    #[test]
    fn a_lao_word_is_not_cut_at_ro() {
        check("ພຣະ");
        check("ຣາຊະການ");
    }

    #[test]
    fn a_start_that_no_word_goes_on_with_is_given_back() {
        check("中央|信心");
    }

    #[test]
    fn a_katakana_word_is_whole() {
        check("ソフトウェアエンジニア|は|コーヒー|が|好き");
    }

    #[test]
    fn digits_are_apart() {
        check("ปี|๒๕๖๙");
    }

    #[test]
    fn scripts_are_apart() {
        check("ไทย|中国|ລາວ|カナ");
    }

    #[test]
    fn what_is_plain_starts_with_a_letter() {
        for c in '\u{800}'..='\u{ffff}' {
            for second in ["中", "の", "。", "ก"] {
                let text = format!("{c}{second}");
                assert!(plain_word_end(&text, 0, text.len()).is_none() || c.is_alphanumeric(), "{text}");
            }
        }
    }

    #[test]
    fn a_cluster_is_never_cut() {
        check("ក្រ");
        check("กั่");
    }
}
