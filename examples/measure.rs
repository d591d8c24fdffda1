//! The cost of each analysis alone, in this process.
//!
//! `measure PART LANGUAGE BYTES COUNT` does it so many times and prints microseconds a text and a kilobyte (the median, and
//! the least), and the mean CPU of all that the process did a time. Other work on the machine interrupts what takes longer
//! than a few milliseconds: there only the CPU tells. PART is one of `detect`, `split`, `terms`, `keywords`, `summary`, `analyze`; a part builds what
//! it needs from the parts before it first, once. COUNT 0 does all but the part: `benches/instructions` takes the
//! difference. LANGUAGE is one that text is generated in (en, de, ru, ar, hi, zh, ja) or a file of text, which is
//! measured whole where BYTES is 0.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use copydesk::text::{
    detect::{self, detect},
    document::Document,
    keyword, sentence, summary,
};

#[path = "../benches/corpus/mod.rs"]
#[allow(dead_code, reason = "hostile text is for the benchmarks")]
mod corpus;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [part, language, bytes, count] = arguments.as_slice() else {
        eprintln!("usage: measure detect|split|terms|keywords|summary|analyze LANGUAGE|FILE BYTES COUNT");
        return ExitCode::FAILURE;
    };
    let (Ok(bytes), Ok(count)) = (bytes.parse(), count.parse()) else {
        eprintln!("BYTES and COUNT are numbers");
        return ExitCode::FAILURE;
    };
    let text = text(language, bytes);
    let before = cpu();
    let Some(times) = measure(part, &text, count) else {
        eprintln!("no such part: {part}");
        return ExitCode::FAILURE;
    };
    let cpu = cpu().saturating_sub(before).as_secs_f64() * 1e6 / u32::try_from(times.len()).map_or(f64::NAN, f64::from);
    if let (Some(least), Some(median)) = (times.first(), times.get(times.len() / 2)) {
        let kilobytes = u32::try_from(text.len()).map_or(f64::NAN, f64::from) / 1e3;
        let [least, median] = [least, median].map(|time| time.as_secs_f64() * 1e6);
        println!(
            "{part} {language} {} bytes: median {median:.1} us ({:.2} us a KB), least {least:.1} us ({:.2} us a KB), CPU {cpu:.1} us",
            text.len(),
            median / kilobytes,
            least / kilobytes
        );
    }
    ExitCode::SUCCESS
}

/// Generated text, or the first `bytes` of a file.
fn text(language: &str, bytes: usize) -> String {
    if corpus::LANGUAGES.iter().any(|corpus| corpus.code == language) {
        return corpus::article(language, bytes, 20_261_122);
    }
    let mut text = std::fs::read_to_string(language).expect("a language of the corpus or a readable file of UTF-8");
    if bytes > 0 {
        let end = (0..=bytes.min(text.len())).rev().find(|&byte| text.is_char_boundary(byte)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// The time of each of `count` rounds of `part`, in ascending order.
fn measure(part: &str, text: &str, count: usize) -> Option<Vec<Duration>> {
    let tag = detect(text, &detect::Options::default()).languages.first().map(|candidate| candidate.tag);
    let language = tag.map(|tag| tag.language);
    let document = || Document::new(text, "", tag, sentence::LineBreaks::Auto);
    let analysed = document();
    analysed.terms();
    let keywords = || keyword::extract(black_box(&analysed), &keyword::Options::default());
    let summary = || summary::summarize(black_box(&analysed), &summary::Options::default());
    Some(match part {
        "detect" => times(count, || (), |()| detect(black_box(text), &detect::Options::default())),
        "split" => times(count, || (), |()| sentence::split(black_box(text), language, sentence::LineBreaks::Auto)),
        "terms" => times(count, document, |document| {
            document.terms();
            document
        }),
        "keywords" => times(count, || (), |()| keywords()),
        "summary" => times(count, || (), |()| summary()),
        "analyze" => times(count, || (), |()| whole(black_box(text))),
        _ => return None,
    })
}

/// What `Analyze` does between its message and its answer.
fn whole(text: &str) -> (Vec<keyword::Keyword>, summary::Summary) {
    let tag = detect(text, &detect::Options::default()).languages.first().map(|candidate| candidate.tag);
    let document = Document::new(text, "", tag, sentence::LineBreaks::Auto);
    let keywords = keyword::extract(&document, &keyword::Options::default());
    (keywords, summary::summarize(&document, &summary::Options::default()))
}

/// The time that the process has run for, by Linux; none elsewhere.
fn cpu() -> Duration {
    let schedule = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedule.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

fn times<I, T>(count: usize, prepare: impl Fn() -> I, step: impl Fn(I) -> T) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..count)
        .map(|_| {
            let input = prepare();
            let begun = Instant::now();
            let result = step(input);
            let took = begun.elapsed();
            drop(result);
            took
        })
        .collect();
    times.sort();
    times
}
