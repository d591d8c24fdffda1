//! The words of scripts without spaces beside `icu_segmenter`, which finds the same ones by the same dictionaries:
//! nanoseconds a character, in turns in one run.

use std::{hint::black_box, time::Instant};

use copydesk::text::token::dictionary::word_end;
use icu_segmenter::{WordSegmenter, options::WordBreakInvariantOptions};

#[allow(dead_code)]
mod corpus;

const SEED: u64 = 20_261_122;
const ROUNDS: usize = 31;
const BYTES: usize = 1 << 18;

fn main() {
    println!("ns/character, one thread, least of {ROUNDS} turns");
    println!("      copydesk  icu_segmenter");
    for (code, runs) in texts() {
        let characters: usize = runs.iter().map(|run| run.chars().count()).sum();
        let mut least = [f64::INFINITY; 2];
        let mut words = [0; 2];
        for _ in 0..ROUNDS {
            for (index, count) in [copydesk as fn(&str) -> usize, icu].into_iter().enumerate() {
                let start = Instant::now();
                words[index] = black_box(&runs).iter().map(|run| count(run)).sum();
                least[index] = least[index].min(start.elapsed().as_secs_f64());
            }
        }
        assert_eq!(words[0], words[1], "both find the same words");
        let [ours, theirs] = least.map(|seconds| seconds * 1e9 / characters as f64);
        println!("  {code}  {ours:8.1}  {theirs:13.1}  {:.1} times as fast", theirs / ours);
    }
}

/// By language, the runs of such a script in its text: articles of `corpus/`, and samples of the others over and over.
fn texts() -> Vec<(&'static str, Vec<String>)> {
    let articles = ["zh", "ja"].map(|code| {
        let article = corpus::article(code, BYTES, SEED);
        let runs = article.split(|c: char| !matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
        (code, runs.filter(|run| !run.is_empty()).map(String::from).collect())
    });
    let samples = include_str!("../tests/words.txt").lines().filter_map(|line| line.split_once(' '));
    let others = samples.filter(|(code, _)| matches!(*code, "th" | "lo" | "km" | "my"));
    let others = others.map(|(code, sample)| (code, vec![sample.to_string(); BYTES / sample.len()]));
    articles.into_iter().chain(others).collect()
}

fn copydesk(run: &str) -> usize {
    let end = |at: usize| (at < run.len()).then(|| word_end(run, at, run.len()));
    std::iter::successors(end(0), |&at| end(at)).count()
}

fn icu(run: &str) -> usize {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    segmenter.segment_str(run).count() - 1
}
