//! Bytes a second of each analysis and of the whole, by size, by language, and on hostile text.

use std::hint::black_box;
use std::time::Duration;

use copydesk::text::{
    detect::{self, detect},
    document::Document,
    keyword, sentence, summary,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

mod corpus;

const SIZES: [usize; 6] = [1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];
const SEED: u64 = 20_261_122;

criterion_group! {
    name = analyses;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(10);
    targets = parts_by_size, whole_by_size, whole_by_language, whole_of_hostile_text
}
criterion_main!(analyses);

/// Each analysis alone: the words and what stands before it are made outside the clock.
fn parts_by_size(criterion: &mut Criterion) {
    for bytes in SIZES {
        let text = corpus::article("en", bytes, SEED);
        let tag = detect(&text, &detect::Options::default()).languages.first().map(|candidate| candidate.tag);
        let language = tag.map(|tag| tag.language);
        let document = || Document::new(&text, "", tag, sentence::LineBreaks::Auto);
        let analysed = document();
        analysed.terms();

        let mut group = criterion.benchmark_group(format!("part/en/{bytes}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("detect", |b| b.iter(|| detect(black_box(&text), &detect::Options::default())));
        group.bench_function("split", |b| {
            b.iter(|| sentence::split(black_box(&text), language, sentence::LineBreaks::Auto));
        });
        group.bench_function("terms", |b| {
            b.iter_batched_ref(document, |d| d.terms().term_count(), criterion::BatchSize::LargeInput)
        });
        group.bench_function("keywords", |b| {
            b.iter(|| keyword::extract(black_box(&analysed), &keyword::Options::default()));
        });
        group.bench_function("summary", |b| {
            b.iter(|| summary::summarize(black_box(&analysed), &summary::Options::default()));
        });
        group.finish();
    }
}

fn whole_by_size(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole/en");
    for bytes in SIZES {
        let text = corpus::article("en", bytes, SEED);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(bytes), &text, |b, text| b.iter(|| whole(text)));
    }
    group.finish();
}

fn whole_by_language(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole/4096");
    for language in corpus::LANGUAGES {
        let text = corpus::article(language.code, 4 << 10, SEED);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(language.code), &text, |b, text| b.iter(|| whole(text)));
    }
    group.finish();
}

/// A sixteenth of the limit beside the limit: the rates stay together where each step is linear.
fn whole_of_hostile_text(criterion: &mut Criterion) {
    for (name, unit) in corpus::HOSTILE {
        let mut group = criterion.benchmark_group(format!("hostile/{name}"));
        for bytes in [64 << 10, 1 << 20] {
            let text = corpus::hostile(unit, bytes);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(bytes), &text, |b, text| b.iter(|| whole(text)));
        }
        group.finish();
    }
}

/// What `Analyze` does between its message and its answer.
fn whole(text: &str) -> (usize, usize) {
    let text = black_box(text);
    let detection = detect(text, &detect::Options::default());
    let tag = detection.languages.first().map(|candidate| candidate.tag);
    let document = Document::new(text, "", tag, sentence::LineBreaks::Auto);
    let keywords = keyword::extract(&document, &keyword::Options::default());
    let summary = summary::summarize(&document, &summary::Options::default());
    (keywords.len(), summary.picks.len())
}
