//! The cost of each analysis alone, in this process.
//!
//! `measure PART LANGUAGE BYTES COUNT [TEXTS]` does it so many times and prints microseconds a text and a kilobyte (the
//! median, and the least), and the mean CPU and page faults of all that the thread did a time. Other work on the machine interrupts what takes
//! longer than a few milliseconds: there only the CPU tells. PART is one of `detect`, `split`, `terms`, `keywords`, `summary`, `analyze`; a part builds what
//! it needs from the parts before it first, once. COUNT 0 does all but the part: `benches/instructions` takes the
//! difference. LANGUAGE is one that text is generated in (en, de, ru, ar, hi, zh, ja) or a file of text, which is
//! measured whole where BYTES is 0. With TEXTS, so many different ones take turns, as in a server: what one text leaves in the
//! processor's caches is of little use to the next.

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use copydesk::text::{
    detect::{self, detect},
    document::Document,
    keyword, sentence, summary,
};

#[path = "../benches/corpus/mod.rs"]
#[allow(dead_code, reason = "hostile text is for the benchmarks")]
mod corpus;

/// The first text is generated from this number, the next from the one after it.
const SEED: u64 = 20_261_122;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut arguments, mut texts) = (arguments.as_slice(), 1);
    if let [rest @ .., last] = arguments
        && rest.len() == 4
    {
        (arguments, texts) = (rest, last.parse().unwrap_or(0));
    }
    let [part, language, bytes, count] = arguments else {
        eprintln!("usage: measure detect|split|terms|keywords|summary|analyze LANGUAGE|FILE BYTES COUNT [TEXTS]");
        return ExitCode::FAILURE;
    };
    let (Ok(bytes), Ok(count), true) = (bytes.parse(), count.parse(), texts > 0) else {
        eprintln!("BYTES, COUNT and TEXTS are numbers");
        return ExitCode::FAILURE;
    };
    let texts: Vec<String> = (0..texts).map(|number| text(language, bytes, SEED + number)).collect();
    // Off the main thread, as in the server: there the allocator keeps memory another way.
    let measured = thread::scope(|scope| scope.spawn(|| measure(part, &texts, count)).join());
    let Ok(Some(Measured { times, cpu, faults })) = measured else {
        eprintln!("no such part: {part}");
        return ExitCode::FAILURE;
    };
    if let (Some(least), Some(median)) = (times.first(), times.get(times.len() / 2)) {
        let bytes = texts.iter().map(String::len).sum::<usize>() / texts.len();
        let kilobytes = u32::try_from(bytes).map_or(f64::NAN, f64::from) / 1e3;
        let [least, median, cpu] = [*least, *median, cpu].map(|time| time.as_secs_f64() * 1e6);
        println!(
            "{part} {language} {bytes} bytes: median {median:.1} us ({:.2} us a KB), least {least:.1} us ({:.2} us a KB), CPU {cpu:.1} us, {faults:.1} page faults",
            median / kilobytes,
            least / kilobytes
        );
    }
    ExitCode::SUCCESS
}

/// Generated text, or the first `bytes` of a file.
fn text(language: &str, bytes: usize, seed: u64) -> String {
    if corpus::LANGUAGES.iter().any(|corpus| corpus.code == language) {
        return corpus::article(language, bytes, seed);
    }
    let mut text = std::fs::read_to_string(language).expect("a language of the corpus or a readable file of UTF-8");
    if bytes > 0 {
        let end = (0..=bytes.min(text.len())).rev().find(|&byte| text.is_char_boundary(byte)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// What some rounds of a part took.
struct Measured {
    /// Each, in ascending order.
    times: Vec<Duration>,
    /// The CPU of one, and its page faults: means, of all that the thread did.
    cpu: Duration,
    faults: f64,
}

/// The cost of `count` rounds of `part`, the texts in turn.
fn measure(part: &str, texts: &[String], count: usize) -> Option<Measured> {
    let tag = detect(&texts[0], &detect::Options::default()).languages.first().map(|candidate| candidate.tag);
    let language = tag.map(|tag| tag.language);
    let document = |text| Document::new(text, "", tag, sentence::LineBreaks::Auto);
    let analysed: Vec<Document<'_>> = texts.iter().map(|text| document(text)).collect();
    for document in &analysed {
        document.terms();
    }
    let text = |round: usize| black_box(texts[round % texts.len()].as_str());
    let analysed = |round: usize| black_box(&analysed[round % texts.len()]);
    Some(match part {
        "detect" => rounds(count, text, |text| detect(text, &detect::Options::default())),
        "split" => rounds(count, text, |text| sentence::split(text, language, sentence::LineBreaks::Auto)),
        "terms" => rounds(
            count,
            |round| document(text(round)),
            |document| {
                document.terms();
                document
            },
        ),
        "keywords" => rounds(count, analysed, |document| keyword::extract(document, &keyword::Options::default())),
        "summary" => rounds(count, analysed, |document| summary::summarize(document, &summary::Options::default())),
        "analyze" => rounds(count, text, whole),
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

fn rounds<I, T>(count: usize, prepare: impl Fn(usize) -> I, step: impl Fn(I) -> T) -> Measured {
    let (cpu_before, faults_before) = (cpu(), faults());
    let mut times: Vec<Duration> = (0..count)
        .map(|round| {
            let input = prepare(round);
            let begun = Instant::now();
            let result = step(input);
            let took = begun.elapsed();
            drop(result);
            took
        })
        .collect();
    let rounds = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let cpu = cpu().saturating_sub(cpu_before) / rounds;
    let faults = (faults() - faults_before) / f64::from(rounds);
    times.sort();
    Measured { times, cpu, faults }
}

/// The time that this thread has run for, by Linux; none elsewhere.
fn cpu() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedule.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

/// The pages of memory that this thread touched for the first time, likewise.
fn faults() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // After the name in brackets: the state, six numbers, then this one.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().nth(7).and_then(|faults| faults.parse().ok()).unwrap_or_default()
}
