//! What holds of the sentences of any text.
#![allow(clippy::unwrap_used)]

use copydesk::{
    languages::{CATALOGUE, Language},
    text::sentence::{LineBreaks, split},
};
use proptest::prelude::*;

/// Pieces that the rules look for, so that random text meets them.
const PIECES: &[&str] = &[
    ". ",
    ".",
    "...",
    " . . . ",
    "!",
    "?",
    "?!",
    "…",
    "。",
    "！",
    "।",
    "؟",
    "።",
    "\"",
    "“",
    "”",
    "«",
    "»",
    "„",
    "'",
    "’",
    "(",
    ")",
    "[1]",
    "[",
    "]",
    "「",
    "」",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\u{2028}",
    "\t",
    " ",
    "\u{a0}",
    "\u{3000}",
    "- ",
    "— ",
    "• ",
    "1. ",
    "2) ",
    "(a) ",
    "iv) ",
    "b. ",
    "Mr.",
    "z. B. ",
    "U.S. ",
    "p.m. ",
    "No. ",
    "3. ",
    "The ",
    "the ",
    "Mai ",
    "Alder",
    "x",
    "A",
    "I",
    "É",
    "ß",
    "я",
    "Я",
    "語",
    "ह",
    "ि",
    "\u{301}",
    "\u{200b}",
    "\u{200f}",
    "\u{feff}",
    "\0",
    "🙂",
    "👩‍🚀",
    "www.a.Com",
    "a@b.C",
    "2024",
    "3.5",
    ",,",
    ":",
    ";",
    "¿",
    "¡",
];

fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat());
    prop_oneof![3 => pieces, 1 => ".{0,80}"]
}

fn any_language() -> impl Strategy<Value = Option<&'static Language>> {
    (0..=CATALOGUE.len()).prop_map(|index| CATALOGUE.get(index))
}

fn any_line_breaks() -> impl Strategy<Value = LineBreaks> {
    prop::sample::select(vec![LineBreaks::Auto, LineBreaks::Break, LineBreaks::Flow])
}

/// White space, controls and format characters: what may stand outside every sentence.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn sentences_are_trimmed_slices_in_order(text in any_text(), language in any_language(), breaks in any_line_breaks()) {
        let sentences = split(&text, language, breaks);
        let (mut end, mut paragraph) = (0, 0);
        for sentence in &sentences {
            let span = sentence.span;
            prop_assert!(end <= span.start && span.start < span.end && span.end <= text.len());
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            let slice = span.of(&text);
            prop_assert_eq!(slice, slice.trim_matches(is_blank));
            prop_assert!(sentence.paragraph >= paragraph);
            (end, paragraph) = (span.end, sentence.paragraph);
        }
    }

    #[test]
    fn nothing_but_blanks_is_left_out(text in any_text(), language in any_language(), breaks in any_line_breaks()) {
        let mut end = 0;
        for sentence in split(&text, language, breaks) {
            prop_assert!(text[end..sentence.span.start].chars().all(is_blank));
            end = sentence.span.end;
        }
        prop_assert!(text[end..].chars().all(is_blank));
    }

    #[test]
    fn the_same_text_is_split_the_same_way_again(text in any_text(), language in any_language(), breaks in any_line_breaks()) {
        prop_assert_eq!(split(&text, language, breaks), split(&text, language, breaks));
    }

    #[test]
    fn a_newline_always_ends_a_sentence_where_asked(text in any_text(), language in any_language()) {
        for sentence in split(&text, language, LineBreaks::Break) {
            prop_assert!(!sentence.span.of(&text).contains(['\n', '\r']));
        }
    }
}

/// Texts on which the splitter once cut a character in two, or looked behind the start of a sentence.
#[test]
fn marks_before_an_ellipsis_do_no_harm() {
    for text in [
        "Alder\u{2026}. ...The ",
        "\u{627}\u{61F}... . AA",
        "A\u{2026} . . . . B",
        "\u{92C}\u{940}.\u{938}\u{940}. \u{92C}. x",
    ] {
        for language in [None, Language::from_code("en"), Language::from_code("hi"), Language::from_code("af")] {
            split(text, language, LineBreaks::Auto);
        }
    }
}
