//! What holds of the words of text without spaces: they are those that ICU4X finds.
#![allow(clippy::unwrap_used)]

use copydesk::text::token::dictionary::word_end;
use icu_segmenter::{WordSegmenter, options::WordBreakInvariantOptions};
use proptest::prelude::*;

/// The characters of such text: Thai and Lao, Khmer, Burmese, kana, Han; without the Lao letter ຣ, which ICU4X takes for none.
const RANGES: &[(u32, u32)] = &[
    (0x0e01, 0x0ea2),
    (0x0ea4, 0x0eff),
    (0x1780, 0x17d3),
    (0x17dc, 0x17dd),
    (0x1000, 0x109f),
    (0x3005, 0x3007),
    (0x3031, 0x3035),
    (0x3041, 0x309f),
    (0x30a1, 0x30fa),
    (0x30fc, 0x30ff),
    (0x3400, 0x4dbf),
    (0x4e00, 0x9fff),
    (0xf900, 0xfaff),
    (0x20000, 0x323af),
];

/// Text of each script, for words to be found in.
fn samples() -> Vec<&'static str> {
    let lines = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap().1).collect()
}

/// Where each word of `text` ends.
fn ends(text: &str) -> Vec<usize> {
    let end = |at: usize| (at < text.len()).then(|| word_end(text, at, text.len()));
    std::iter::successors(end(0), |&at| end(at)).collect()
}

#[track_caller]
fn check(text: &str) {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let expected: Vec<usize> = segmenter.segment_str(text).filter(|&end| end > 0).collect();
    assert_eq!(ends(text), expected, "{text}");
}

fn characters() -> impl Iterator<Item = char> {
    RANGES.iter().flat_map(|&(first, last)| (first..=last).filter_map(char::from_u32))
}

/// A character of one of the ranges, each range as often as another.
fn any_character() -> impl Strategy<Value = String> {
    proptest::sample::select(RANGES)
        .prop_flat_map(|(first, last)| (first..=last).prop_map(|code| char::from_u32(code).unwrap().to_string()))
}

/// Some characters of a sample.
fn any_piece() -> impl Strategy<Value = String> {
    (proptest::sample::select(samples()), 0..100_usize, 1..25_usize).prop_map(|(sample, start, count)| {
        let start = start % sample.chars().count();
        sample.chars().skip(start).take(count).collect()
    })
}

/// Pieces of one script, so that marks and letters that no word has together meet.
fn any_mixture() -> impl Strategy<Value = String> {
    (proptest::sample::select(samples()), prop::collection::vec(0..200_usize, 1..12)).prop_map(|(sample, picks)| {
        let characters: Vec<char> = sample.chars().collect();
        picks.into_iter().map(|pick| characters[pick % characters.len()]).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_are_those_of_icu(
        pieces in prop::collection::vec(prop_oneof![any_piece(), any_mixture(), any_character()], 1..8)
    ) {
        check(&pieces.concat());
    }

    #[test]
    fn words_follow_on_each_other_in_any_text(text in any::<String>()) {
        let mut end = 0;
        for next in ends(&text) {
            prop_assert!(end < next && text.is_char_boundary(next));
            end = next;
        }
        prop_assert_eq!(end, text.len());
    }
}

#[test]
fn samples_are_cut_as_by_icu() {
    for sample in samples() {
        for (at, _) in sample.char_indices() {
            check(&sample[at..]);
            check(&sample[..at]);
        }
    }
}

#[test]
fn every_character_is_cut_as_by_icu() {
    for c in characters() {
        check(&format!("中{c}{c}ก{c}カ{c}"));
    }
}

#[test]
fn every_two_characters_of_a_script_are_cut_as_by_icu() {
    for (first, last) in [(0x0e01, 0x0e5b), (0x0e80, 0x0eff), (0x1780, 0x17dd), (0x1000, 0x109f), (0x3041, 0x30ff)] {
        let letters: Vec<char> = characters().filter(|&c| (first..=last).contains(&u32::from(c))).collect();
        let text: String = letters.iter().flat_map(|&a| letters.iter().flat_map(move |&b| [a, b])).collect();
        check(&text);
    }
}
