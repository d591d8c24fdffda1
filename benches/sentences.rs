//! Sentence splitting beside its peers in one run: F1 on the golden sentences and pages of this repository, bytes a second
//! on the articles of `corpus/`, and nanoseconds a byte on hostile text of growing size.
//!
//! The peers take turns, and each figure is the median of their turns, so that a busy machine slows all of them alike.

use std::{collections::BTreeSet, fs, hint::black_box, path::Path, time::Instant};

use copydesk::{
    languages::Language,
    text::sentence::{LineBreaks, split},
};
use icu_segmenter::SentenceSegmenter;
use unicode_segmentation::UnicodeSegmentation;

#[allow(dead_code)]
mod corpus;

const LANGUAGES: [&str; 7] = ["en", "de", "ru", "ar", "hi", "zh", "ja"];
const SEED: u64 = 20_261_122;
const ROUNDS: usize = 15;
const THROUGHPUT_BYTES: usize = 1 << 20;

/// A text with the ends of its sentences, the last one's excluded.
struct Golden {
    code: String,
    text: String,
    ends: BTreeSet<usize>,
}

/// A splitter: the ends of the sentences of a text in a language.
struct Peer {
    name: &'static str,
    split: fn(&str, &str) -> Vec<usize>,
}

const PEERS: &[Peer] = &[
    Peer { name: "copydesk", split: copydesk },
    Peer { name: "icu_segmenter", split: icu },
    Peer { name: "unicode-segmentation", split: unicode },
    Peer { name: "sentencex", split: sentencex_ends },
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let golden = golden(&root);
    println!("F1 over sentence ends ({} golden texts of this repository)", golden.len());
    for peer in PEERS {
        println!("  {:22} {:.3}", peer.name, f1(peer, &golden));
    }
    let english = corpus::article("en", THROUGHPUT_BYTES, SEED);
    let multilingual: String =
        LANGUAGES.iter().map(|code| corpus::article(code, THROUGHPUT_BYTES / LANGUAGES.len(), SEED)).collect();
    for (name, text) in [("English", &english), ("multilingual", &multilingual)] {
        println!("MB/s, one thread, {name}, {} bytes, median of {ROUNDS} turns", text.len());
        let seconds = medians(text, "en");
        let icu = seconds[1];
        for (peer, seconds) in PEERS.iter().zip(seconds) {
            let rate = text.len() as f64 / seconds / 1e6;
            println!("  {:22} {rate:7.1}  {:.2} x icu_segmenter", peer.name, icu / seconds);
        }
    }
    println!("x icu_segmenter, each language by its own rules, median of {ROUNDS} turns");
    for code in LANGUAGES {
        let seconds = medians(&corpus::article(code, THROUGHPUT_BYTES, SEED), code);
        println!("  {code} {:.2}", seconds[1] / seconds[0]);
    }
    println!("ns/byte of copydesk on hostile text by size");
    for piece in [".", "\"", "\". ", "(", "x", "\u{301}", "x.Y", "!? ", "1. ", "• ", "\n", "x\n", "。"] {
        let costs: Vec<String> = [16, 18, 20].iter().map(|&power| format!("{:6.1}", cost(piece, 1 << power))).collect();
        println!("  {:12} 64 KiB {}  256 KiB {}  1 MiB {}", format!("{piece:?}"), costs[0], costs[1], costs[2]);
    }
}

fn copydesk(text: &str, code: &str) -> Vec<usize> {
    split(text, Language::from_code(code), LineBreaks::Auto).iter().map(|sentence| sentence.span.end).collect()
}

fn icu(text: &str, _: &str) -> Vec<usize> {
    SentenceSegmenter::new(Default::default()).segment_str(text).collect()
}

fn unicode(text: &str, _: &str) -> Vec<usize> {
    text.split_sentence_bound_indices().map(|(start, sentence)| start + sentence.len()).collect()
}

fn sentencex_ends(text: &str, code: &str) -> Vec<usize> {
    sentencex::get_sentence_boundaries(code, text).iter().map(|boundary| boundary.end_byte).collect()
}

/// The golden sentences and pages of the repository.
fn golden(root: &Path) -> Vec<Golden> {
    let mut texts = Vec::new();
    for folder in files(&root.join("src/languages")) {
        let code = stem(&folder);
        let lines = fs::read_to_string(folder.join("sentences.txt")).unwrap_or_default();
        for line in lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            texts.push(read(&code, line));
        }
    }
    for page in files(&root.join("tests/pages")) {
        let code = stem(&page).split('-').next().unwrap_or_default().to_string();
        let marked = fs::read_to_string(&page).expect("a page is UTF-8");
        // A block ends a sentence; a line that starts with `+` goes on with the block before.
        let lines: Vec<String> = marked
            .lines()
            .map(|line| match line.split_once(' ') {
                Some(("+", rest)) => format!("\n{rest}"),
                Some((_, rest)) => format!("\n¦{rest}"),
                None => String::from("\n"),
            })
            .collect();
        texts.push(read(&code, &lines.concat()));
    }
    texts
}

fn read(code: &str, marked: &str) -> Golden {
    let (mut text, mut ends) = (String::new(), BTreeSet::new());
    for sentence in marked.split('¦') {
        text.push_str(if text.ends_with(' ') { sentence.trim_start() } else { sentence });
        ends.insert(text.trim_end().len());
    }
    ends.remove(&0);
    ends.remove(&text.trim_end().len());
    Golden { code: code.to_string(), text, ends }
}

fn f1(peer: &Peer, golden: &[Golden]) -> f64 {
    let (mut right, mut found, mut wanted) = (0, 0, 0);
    for text in golden {
        let last = text.text.trim_end().len();
        let ends: BTreeSet<usize> = (peer.split)(&text.text, &text.code)
            .iter()
            .map(|&end| text.text[..end].trim_end().len())
            .filter(|&end| end > 0 && end < last)
            .collect();
        right += ends.intersection(&text.ends).count();
        found += ends.len();
        wanted += text.ends.len();
    }
    2.0 * right as f64 / (found + wanted) as f64
}

/// The median seconds of each peer on `text`, in turns. Those with rules of languages use those of `code`.
fn medians(text: &str, code: &str) -> Vec<f64> {
    let mut turns = vec![Vec::new(); PEERS.len()];
    for _ in 0..ROUNDS {
        for (peer, turns) in PEERS.iter().zip(&mut turns) {
            let start = Instant::now();
            black_box((peer.split)(black_box(text), code));
            turns.push(start.elapsed().as_secs_f64());
        }
    }
    turns
        .iter_mut()
        .map(|turns| {
            turns.sort_by(f64::total_cmp);
            turns[turns.len() / 2]
        })
        .collect()
}

/// The least nanoseconds a byte of `bytes` of `piece` over and over.
fn cost(piece: &str, bytes: usize) -> f64 {
    let text = piece.repeat(bytes / piece.len());
    (0..3)
        .map(|_| {
            let start = Instant::now();
            black_box(copydesk(black_box(&text), "en"));
            start.elapsed().as_secs_f64() * 1e9 / text.len() as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder exists").map(|entry| entry.expect("it can be listed").path()).collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().and_then(|name| name.to_str()).expect("names are UTF-8").to_string()
}
