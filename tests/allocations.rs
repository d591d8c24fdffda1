//! How often each analysis of a 4 KB article asks for memory, and for how much at once: ceilings that a change has to keep.

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use copydesk::text::{
    detect::{self, detect},
    document::Document,
    keyword,
    sentence::LineBreaks,
    summary,
};

#[path = "../benches/corpus/mod.rs"]
#[allow(dead_code, reason = "hostile text is for the benchmarks")]
mod corpus;

/// Holds what `step` allocates against a ceiling. The first round reads the word lists, so it is the second that counts.
#[track_caller]
fn check<T>(step: impl Fn() -> T, most: u64, most_bytes: u64) {
    let step = || {
        black_box(step());
    };
    step();
    let AllocationInfo { count_total, bytes_max, .. } = measure(step);
    assert!(count_total > 0, "nothing was allocated, so nothing was measured");
    assert!(count_total <= most, "{count_total} allocations, {most} at most");
    assert!(bytes_max <= most_bytes, "{bytes_max} bytes at once, {most_bytes} at most");
}

/// Does `step` on a 4 KB English article whose words are known.
fn on_article(step: impl FnOnce(&Document<'_>)) {
    let text = corpus::article("en", 4 << 10, 20_261_122);
    let tag = detect(&text, &detect::Options::default()).languages.first().map(|candidate| candidate.tag);
    let document = Document::new(&text, "", tag, LineBreaks::Auto);
    document.terms();
    step(&document);
}

#[test]
fn detection() {
    on_article(|article| check(|| detect(article.text(), &detect::Options::default()), 8, 6 << 10));
}

/// What is kept of a short line for the runs of languages is bounded, whatever the number of lines and of languages.
#[test]
fn runs_of_languages() {
    let languages = include_str!("detect/sentences.tsv").lines().filter_map(|line| line.split_once('\t'));
    let text: String =
        languages.map(|(_, sentence)| format!("{sentence}\n")).collect::<String>() + &"me\n".repeat(30_000);
    let segments = || detect::segments(&text, &detect::Options::default());
    assert!(segments().len() > 90);
    check(segments, 500_000, 48 << 20);
}

#[test]
fn sentences() {
    on_article(|article| check(|| Document::new(article.text(), "", article.tag(), LineBreaks::Auto), 24, 6 << 10));
}

#[test]
fn sentences_and_words() {
    let words = |article: &Document<'_>| {
        let document = Document::new(article.text(), "", article.tag(), LineBreaks::Auto);
        document.terms().term_count()
    };
    on_article(|article| check(|| words(article), 70, 100 << 10));
}

#[test]
fn keywords() {
    on_article(|article| check(|| keyword::extract(article, &keyword::Options::default()), 72, 88 << 10));
}

#[test]
fn summary() {
    on_article(|article| check(|| summary::summarize(article, &summary::Options::default()), 110, 24 << 10));
}
