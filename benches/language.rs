//! Language detection beside its peers: a headline, one KB and one MB in eight languages, one run.
//!
//! `cargo bench --bench language` compares with whatlang and whichlang; `--features lingua` adds lingua, whose build takes
//! minutes and whose models take 250 MB, so it stays out of the ordinary run.

use std::hint::black_box;
use std::time::Duration;

use copydesk::text::detect::{Options, detect, segments};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Headlines, written for this benchmark.
const HEADLINES: [&str; 8] = [
    "Council votes to close two libraries despite protests from residents",
    "Stadtrat beschließt Schließung zweier Bibliotheken trotz Protesten",
    "Le conseil municipal ferme deux bibliothèques malgré les protestations",
    "El ayuntamiento cierra dos bibliotecas pese a las protestas vecinales",
    "Rada miasta zamyka dwie biblioteki mimo protestów mieszkańców",
    "Городской совет закроет две библиотеки, несмотря на протесты жителей",
    "المجلس البلدي يغلق مكتبتين رغم احتجاجات السكان",
    "市议会不顾居民抗议决定关闭两座图书馆",
];

criterion_group! {
    name = language;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
    targets = detectors, runs
}
criterion_main!(language);

fn detectors(criterion: &mut Criterion) {
    compare(criterion, "headline", &HEADLINES.map(str::to_owned));
    compare(criterion, "1 KB", &HEADLINES.map(|headline| repeated(headline, 1 << 10)));
    compare(criterion, "1 MB", &HEADLINES.map(|headline| repeated(headline, 1 << 20)));
}

/// Each iteration is all eight texts: divide by eight for one.
fn compare(criterion: &mut Criterion, size: &str, texts: &[String]) {
    let mut group = criterion.benchmark_group(format!("language/{size}"));
    group.throughput(Throughput::Elements(texts.len() as u64));
    let options = Options::default();
    group.bench_function("copydesk", |b| {
        b.iter(|| texts.iter().map(|text| detect(black_box(text), &options).languages.len()).sum::<usize>());
    });
    group.bench_function("whichlang", |b| {
        b.iter(|| texts.iter().map(|text| whichlang::detect_language(black_box(text)) as usize).sum::<usize>());
    });
    // A megabyte takes whatlang and lingua so long that the figure says nothing more than the one for a kilobyte.
    if size != "1 MB" {
        group.bench_function("whatlang", |b| {
            b.iter(|| texts.iter().filter(|text| whatlang::detect(black_box(text.as_str())).is_some()).count());
        });
        #[cfg(feature = "lingua")]
        {
            let detector =
                lingua::LanguageDetectorBuilder::from_all_languages().with_preloaded_language_models().build();
            group.bench_function("lingua", |b| {
                b.iter(|| {
                    texts.iter().filter(|text| detector.detect_language_of(black_box(text.as_str())).is_some()).count()
                });
            });
        }
    }
    group.finish();
}

fn runs(criterion: &mut Criterion) {
    let text = HEADLINES.map(|headline| format!("{headline}.\n")).concat();
    let mut group = criterion.benchmark_group("language/segments");
    for bytes in [1 << 10, 64 << 10] {
        let text = repeated(&text, bytes);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(bytes), &text, |b, text| {
            b.iter(|| segments(black_box(text), &Options::default()).len());
        });
    }
    group.finish();
}

/// `text` again and again, up to `bytes`.
fn repeated(text: &str, bytes: usize) -> String {
    let mut repeated = format!("{text} ").repeat(bytes / (text.len() + 1) + 1);
    let end = (0..=bytes).rev().find(|&at| repeated.is_char_boundary(at)).unwrap_or(0);
    repeated.truncate(end);
    repeated
}
