//! Summaries beside their peers, in one run: speed beside pithy, quality beside Lead, LexRank, TextRank and pithy.
//!
//! LexRank (Erkan and Radev 2004) and TextRank (Mihalcea and Tarau 2004) are written here from their papers. All get the
//! sentences and words that Copydesk found, so that it is the choice that is compared. Quality needs the data sets of
//! `../shared/eval/dev/summaries` beside the checkout and says so where they are absent.

use std::{
    collections::{HashMap, HashSet},
    fs,
    hint::black_box,
    path::Path,
    time::Instant,
};

use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        sentence::LineBreaks,
        summary::{Length, Options, Profile, summarize},
    },
};
use serde::Deserialize;

#[expect(dead_code, reason = "the hostile texts are for the bench of all analyses")]
mod corpus;
#[path = "../training/src/rouge.rs"]
mod rouge;

const SETS: &[(&str, Profile)] = &[
    ("cnndm.en", Profile::News),
    ("cnndm99.en", Profile::News),
    ("writers.en", Profile::News),
    ("orangesum.fr", Profile::News),
    ("vietnews.vi", Profile::News),
    ("fundus.multi", Profile::News),
    ("bnlpc.bn", Profile::Informative),
    ("norsumm.nb", Profile::Informative),
    ("usc.ur", Profile::Informative),
];

const SYSTEMS: [(&str, System); 5] =
    [("copydesk", copydesk), ("Lead", lead), ("LexRank", lex_rank), ("TextRank", text_rank), ("pithy", pithy_choice)];

/// Chooses three sentences of a document, by their numbers, in its order.
type System = fn(&Document<'_>, Profile) -> Vec<usize>;

const SENTENCES: usize = 3;

fn main() {
    // pithy ranks on every core; here it is a thread against a thread.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("no pool is running yet");
    speed();
    quality();
}

/// MB/s on one thread, words and sentences already found.
fn speed() {
    println!(
        "\n| MB/s, document analysed | copydesk, 3 sentences | copydesk, half the words | pithy, 3 sentences | ratio |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for (code, bytes) in
        [("en", 4 << 10), ("en", 64 << 10), ("en", 512 << 10), ("de", 64 << 10), ("ru", 64 << 10), ("zh", 64 << 10)]
    {
        let text = corpus::article(code, bytes, 20_261_122);
        let document = Document::new(&text, "", Tag::parse(code), LineBreaks::Auto);
        document.terms();
        let ours = rate(&text, || copydesk(&document, Profile::News).len());
        let half = Options { length: Length::Ratio(0.5), ..Options::default() };
        let half = rate(&text, || summarize(&document, &half).picks.len());
        // The quadratic peer is given up on where one call would take minutes.
        let theirs = (bytes <= 64 << 10).then(|| rate(&text, || pithy_choice(&document, Profile::News).len()));
        let (peer, ratio) =
            theirs.map_or(("-".into(), "-".into()), |t| (format!("{t:.1}"), format!("{:.0}", ours / t)));
        println!("| {code} {} KB | {ours:.0} | {half:.0} | {peer} | {ratio} |", bytes >> 10);
    }
}

/// The best of some runs in MB/s: what disturbs a run only slows it.
fn rate(text: &str, mut run: impl FnMut() -> usize) -> f64 {
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    let mut runs = 0;
    while runs < 5 || (begin.elapsed().as_millis() < 600 && runs < 2_000) {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
        runs += 1;
    }
    text.len() as f64 / best / 1e6
}

#[derive(Deserialize)]
struct Record {
    lang: String,
    title: Option<String>,
    text: String,
    summary: Vec<String>,
    #[serde(default)]
    more_refs: Vec<Vec<String>>,
}

/// ROUGE-2 F1 of three sentences, in points.
fn quality() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/eval/dev/summaries");
    if !folder.is_dir() {
        println!("\nQUALITY SKIPPED: no data sets at {}", folder.display());
        return;
    }
    println!("\n| ROUGE-2, 3 sentences | {} |", SYSTEMS.map(|(name, _)| name).join(" | "));
    println!("| --- | {} |", SYSTEMS.map(|_| "---").join(" | "));
    for (name, profile) in SETS {
        let Ok(lines) = fs::read_to_string(folder.join(format!("{name}.jsonl"))) else { continue };
        let mut sums = [0.0; SYSTEMS.len()];
        let mut count = 0.0;
        for line in lines.lines() {
            let record: Record = serde_json::from_str(line).expect("a line is a record");
            count += 1.0;
            for (sum, score) in sums.iter_mut().zip(scores(&record, *profile)) {
                *sum += score;
            }
        }
        println!("| {name} | {} |", sums.map(|sum| format!("{:.1}", 100.0 * sum / count)).join(" | "));
    }
}

fn scores(record: &Record, profile: Profile) -> [f64; SYSTEMS.len()] {
    let title = record.title.as_deref().unwrap_or_default();
    let document = Document::new(&record.text, title, Tag::parse(&record.lang), LineBreaks::Auto);
    let mut tokenizer = rouge::Tokenizer::new(record.lang == "en");
    let references: Vec<rouge::Counts> = std::iter::once(&record.summary)
        .chain(&record.more_refs)
        .map(|sentences| rouge::bigrams(&tokenizer.words(&sentences.join("\n"))))
        .collect();
    SYSTEMS.map(|(_, choose)| {
        let chosen: Vec<&str> =
            choose(&document, profile).into_iter().map(|index| sentence(&document, index)).collect();
        let ours = rouge::bigrams(&tokenizer.words(&chosen.join("\n")));
        references.iter().map(|reference| rouge::f1(&ours, reference)).sum::<f64>() / references.len() as f64
    })
}

fn sentence<'t>(document: &Document<'t>, index: usize) -> &'t str {
    document.sentences()[index].span.of(document.text())
}

fn copydesk(document: &Document<'_>, profile: Profile) -> Vec<usize> {
    let options = Options { length: Length::Sentences(SENTENCES), profile, ..Options::default() };
    summarize(document, &options).picks.into_iter().map(|pick| pick.sentence).collect()
}

/// The first sentences that are not the title.
fn lead(document: &Document<'_>, _: Profile) -> Vec<usize> {
    let all = 0..document.sentences().len();
    all.filter(|index| sentence(document, *index) != document.title()).take(SENTENCES).collect()
}

/// Degree and power iteration over the graph of sentences whose tf-idf cosine is above 0.1.
fn lex_rank(document: &Document<'_>, _: Profile) -> Vec<usize> {
    let bags = bags(document);
    let mut frequency: HashMap<u32, f64> = HashMap::new();
    for term in bags.iter().flat_map(HashMap::keys) {
        *frequency.entry(*term).or_default() += 1.0;
    }
    let count = bags.len() as f64;
    let idf = |term: &u32| (count / frequency[term]).ln();
    let length = |bag: &HashMap<u32, f64>| bag.iter().map(|(t, n)| (n * idf(t)).powi(2)).sum::<f64>().sqrt();
    let lengths: Vec<f64> = bags.iter().map(length).collect();
    rank(bags.len(), |i, j| {
        let shared = bags[i].iter().filter_map(|(t, n)| bags[j].get(t).map(|m| n * m * idf(t) * idf(t))).sum::<f64>();
        let cosine = shared / (lengths[i] * lengths[j]).max(f64::MIN_POSITIVE);
        if cosine > 0.1 { 1.0 } else { 0.0 }
    })
}

/// Power iteration over the graph of sentences, weighted by the words that two share over the logarithms of their lengths.
fn text_rank(document: &Document<'_>, _: Profile) -> Vec<usize> {
    let bags = bags(document);
    rank(bags.len(), |i, j| {
        let shared = bags[i].keys().filter(|term| bags[j].contains_key(term)).count() as f64;
        let lengths = (bags[i].len() as f64).ln() + (bags[j].len() as f64).ln();
        if lengths > 0.0 { shared / lengths } else { 0.0 }
    })
}

/// The content terms of each sentence, with how often each occurs.
fn bags(document: &Document<'_>) -> Vec<HashMap<u32, f64>> {
    let terms = document.terms();
    let bag = |index: usize| {
        let mut bag = HashMap::new();
        for word in terms.sentence(index).iter().map(|token| terms.word(*token)).filter(|word| !word.stop) {
            *bag.entry(word.term).or_default() += 1.0;
        }
        bag
    };
    (0..document.sentences().len()).map(bag).collect()
}

/// The sentences that PageRank (damping 0.85) puts first, in the document's order.
fn rank(count: usize, weight: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let matrix: Vec<Vec<f64>> =
        (0..count).map(|i| (0..count).map(|j| if i == j { 0.0 } else { weight(i, j) }).collect()).collect();
    let out: Vec<f64> = matrix.iter().map(|row| row.iter().sum()).collect();
    let mut ranks = vec![1.0 / count as f64; count];
    for _ in 0..50 {
        let next = (0..count).map(|j| {
            let into: f64 = (0..count).filter(|i| out[*i] > 0.0).map(|i| ranks[i] * matrix[i][j] / out[i]).sum();
            0.15 / count as f64 + 0.85 * into
        });
        ranks = next.collect();
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| ranks[*other].total_cmp(&ranks[*one]));
    order.truncate(SENTENCES);
    order.sort_unstable();
    order
}

/// pithy with the settings of its command line.
fn pithy_choice(document: &Document<'_>, _: Profile) -> Vec<usize> {
    let sentences: Vec<String> = (0..document.sentences().len()).map(|i| sentence(document, i).to_owned()).collect();
    let mut summariser = pithy::Summariser::from_sentences(String::new(), sentences.clone());
    let top =
        summariser.top_sentences(SENTENCES, false, None, false, 0.6, false, 3.0, None, None, false, String::new());
    let texts: HashSet<&str> = top.iter().map(|sentence| sentence.text.as_str()).collect();
    (0..sentences.len()).filter(|index| texts.contains(sentences[*index].as_str())).take(SENTENCES).collect()
}
