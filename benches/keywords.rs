//! Keywords beside yake-rust, on the same texts in one run: what counts is the ratio.

use std::hint::black_box;

use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        keyword::{self, Options},
        sentence::LineBreaks,
    },
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use yake_rust::{Config, StopWords};

/// Paragraphs of a report of our own, told of many places so that the words differ.
fn report() -> String {
    let places = ["Lindow", "Arden", "Valmer", "Robledo", "Castelverde", "Nordhaven", "Ersholm", "Tarrow"];
    let goods = ["lorries", "timber", "herring", "turbines", "apples", "granite", "bicycles", "paper"];
    let mut text = String::from("Harbours prepare for a year of repairs\n\n");
    for (place, goods) in places.iter().zip(goods) {
        text.push_str(&format!(
            "The harbour of {place} will close its oldest quay in spring, the port authority said on Monday. Most of the \
             {goods} that leave {place} are loaded there. Engineers found cracks in the concrete, and divers confirmed \
             that the foundations have sunk by four centimetres since 2019. Mayor Ingrid {place}sson promised shopkeepers \
             help from the regional fund.\n\n"
        ));
    }
    text
}

fn keywords(criterion: &mut Criterion) {
    let text = report();
    let mut group = criterion.benchmark_group("keywords");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(20);
    let tag = Tag::parse("en");
    group.bench_function("copydesk, from the text", |bencher| {
        bencher.iter(|| {
            let document = Document::new(black_box(&text), "", tag, LineBreaks::Auto);
            keyword::extract(&document, &Options::default())
        });
    });
    let document = Document::new(&text, "", tag, LineBreaks::Auto);
    document.terms();
    group.bench_function("copydesk, from the words", |bencher| {
        bencher.iter(|| keyword::extract(black_box(&document), &Options::default()));
    });
    let stop_words = StopWords::predefined("en").expect("yake-rust has English");
    let config = Config { ngrams: 3, ..Config::default() };
    group.bench_function("yake-rust", |bencher| {
        bencher.iter(|| yake_rust::get_n_best(10, black_box(&text), &stop_words, &config));
    });
    group.finish();
}

criterion_group!(benches, keywords);
criterion_main!(benches);
