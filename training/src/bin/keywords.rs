//! Fits the weights that keywords are scored with, and says what each part of them adds.
//!
//! ```text
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords           # fit, print both vectors
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --score   # score the weights in the source
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --ablate  # what each feature adds to them
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --fit-only  # fit, without the long validation
//! ```
//!
//! Each `NAME.jsonl` of the folder is one data set, a document a line: `{"lang", "text", "keys"}`. A first fit is a
//! logistic regression over all candidates, each set with the same weight; from there each weight in turn moves to where
//! the mean over the sets of F1@10 is best. It is judged on sets that it was not fitted on: each set is left out once.

use std::{collections::HashSet, env, fs, path::Path};

use anyhow::{Context, Result, bail};
use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        keyword::{self, FEATURE_NAMES, FEATURES, Measured, Options, Style, Weights},
        sentence::LineBreaks,
    },
};
use rust_stemmers::Stemmer;
use serde::Deserialize;

/// Sets whose keys are an index's noun phrases; the others are an editor's tags.
const PHRASE_SETS: [&str; 1] = ["inspec_en"];

/// How many parts the documents are put in when some are kept from the fit.
const FOLDS: usize = 5;

/// How often the regression is made again over the candidates that come first, and over how many of them.
const ROUNDS: usize = 2;
const TOP: usize = 60;

/// The ridge that holds the weights small.
const RIDGE: f64 = 0.02;

/// How many fits are averaged, each without one share of the documents.
const BAGS: usize = 4;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(folder) = arguments.iter().find(|a| !a.starts_with("--")) else {
        bail!("name the folder of the data sets");
    };
    let texts = read(Path::new(folder))?;
    let sets: Vec<Set<'_>> = texts.iter().map(Set::of).collect();
    let (phrases, tags): (Vec<&Set<'_>>, Vec<&Set<'_>>) =
        sets.iter().partition(|set| PHRASE_SETS.contains(&set.name.as_str()));
    if arguments.iter().any(|a| a == "--score") {
        score(&tags, &phrases);
        return Ok(());
    }
    if arguments.iter().any(|a| a == "--ablate") {
        ablate(&tags, &phrases);
        return Ok(());
    }
    let validate = !arguments.iter().any(|a| a == "--fit-only");
    for (style, sets) in [(Style::Tags, &tags), (Style::Phrases, &phrases)] {
        fit_style(style, sets, validate);
    }
    Ok(())
}

/// Fits a style on `sets`, printing the vector and what it reaches on each set when fitted without it.
fn fit_style(style: Style, sets: &[&Set<'_>], validate: bool) {
    println!("{style:?}");
    let weights = fit(sets, Part::default());
    let mut left_out = vec![f64::NAN; sets.len()];
    let mut held_out = vec![0.0; sets.len()];
    if validate {
        for (index, set) in sets.iter().enumerate() {
            let rest: Vec<&Set<'_>> = sets.iter().enumerate().filter(|&(i, _)| i != index).map(|(_, &s)| s).collect();
            if !rest.is_empty() {
                left_out[index] = set.f1(&Part::default(), &fit(&rest, Part::default()));
            }
        }
        for fold in 0..FOLDS {
            let weights = fit(sets, Part { without: Some(fold), ..Part::default() });
            for (f1, set) in held_out.iter_mut().zip(sets) {
                *f1 += set.f1(&Part { only: Some(fold), ..Part::default() }, &weights) / FOLDS as f64;
            }
        }
    }
    println!("{:<14} {:>10} {:>17} {:>14}", "F1@10", "fitted", "documents unseen", "set unseen");
    let fitted: Vec<f64> = sets.iter().map(|set| set.f1(&Part::default(), &weights)).collect();
    for (index, set) in sets.iter().enumerate() {
        let [a, b, c] = [fitted[index], held_out[index], left_out[index]].map(|f| 100.0 * f);
        println!("{:<14} {a:10.2} {b:17.2} {c:14.2}", set.name);
    }
    let [a, b, c] = [&fitted, &held_out, &left_out].map(|f| 100.0 * f.iter().sum::<f64>() / f.len() as f64);
    println!("{:<14} {a:10.2} {b:17.2} {c:14.2}", "mean");
    for (weight, name) in weights.iter().zip(FEATURE_NAMES) {
        println!("    {weight:.3}, // {name}");
    }
}

/// Says what the mean over the sets is without each feature, the other weights as they are.
fn ablate(tags: &[&Set<'_>], phrases: &[&Set<'_>]) {
    let styles = [(Style::Tags, tags), (Style::Phrases, phrases)];
    let whole: Vec<f64> =
        styles.iter().map(|&(style, sets)| mean(sets, Part::default(), keyword::weights(style))).collect();
    println!("{:<44} {:>6} {:>8}", "points of F1@10 lost without", "tags", "phrases");
    for (feature, name) in FEATURE_NAMES.iter().enumerate().skip(1) {
        let lost: Vec<f64> = styles
            .iter()
            .zip(&whole)
            .map(|(&(style, sets), whole)| {
                let mut weights = *keyword::weights(style);
                weights[feature] = 0.0;
                100.0 * (whole - mean(sets, Part::default(), &weights))
            })
            .collect();
        println!("{name:<44} {:6.2} {:8.2}", lost[0], lost[1]);
    }
}

/// Scores the weights in the source, in the way that the service uses them.
fn score(tags: &[&Set<'_>], phrases: &[&Set<'_>]) {
    let mut total = 0.0;
    for (style, sets) in [(Style::Tags, tags), (Style::Phrases, phrases)] {
        for set in sets {
            let sum: f64 = set
                .documents
                .iter()
                .map(|read| {
                    let found: HashSet<String> = keyword::extract(&read.document, &options(style))
                        .iter()
                        .map(|k| normal(&k.text, read.stemmer.as_ref()))
                        .collect();
                    read.f1(found.intersection(&read.keys).count())
                })
                .sum();
            let f1 = sum / set.documents.len().max(1) as f64;
            total += f1;
            println!("{:<14} F1@10 {:5.2}", set.name, 100.0 * f1);
        }
    }
    println!("{:<14} F1@10 {:5.2}", "mean", 100.0 * total / (tags.len() + phrases.len()) as f64);
}

fn options(style: Style) -> Options {
    Options { style, ..Options::default() }
}

fn mean(sets: &[&Set<'_>], part: Part, weights: &Weights) -> f64 {
    sets.iter().map(|set| set.f1(&part, weights)).sum::<f64>() / sets.len() as f64
}

/// The weights that suit `sets` best: the mean of fits that each leave some documents out, which follows single
/// documents less than one fit does.
fn fit(sets: &[&Set<'_>], part: Part) -> Weights {
    let start = regress(sets, part);
    if env::args().any(|a| a == "--regress") {
        return start;
    }
    let mut sum = [0.0; FEATURES];
    for bag in 0..BAGS {
        let ascended = ascend(sets, Part { bag: Some(bag), ..part }, start);
        for (sum, weight) in sum.iter_mut().zip(ascended) {
            *sum += weight;
        }
    }
    sum.map(|w| w / BAGS as f32)
}

/// Moves each weight in turn to where the mean over `sets` is best.
fn ascend(sets: &[&Set<'_>], part: Part, mut weights: Weights) -> Weights {
    let mut best = mean(sets, part, &weights);
    for step in [0.6, 0.3, 0.15] {
        for feature in 1..FEATURES {
            for change in [step, -step] {
                loop {
                    let mut tried = weights;
                    tried[feature] += change;
                    let reached = mean(sets, part, &tried);
                    // A tiny gain is noise.
                    if reached <= best + 0.0003 {
                        break;
                    }
                    (weights, best) = (tried, reached);
                }
            }
        }
    }
    weights
}

/// A logistic regression of "is one of the keys", by Newton's method with a small ridge: first over all candidates,
/// then over those that come first by what was found, where the choice is made.
fn regress(sets: &[&Set<'_>], part: Part) -> Weights {
    let mut weights = [0.0_f64; FEATURES];
    for round in 0..=ROUNDS {
        let current = weights.map(|w| w as f32);
        let rows: Vec<Vec<(f64, Vec<usize>)>> = sets
            .iter()
            .map(|set| {
                set.documents
                    .iter()
                    .enumerate()
                    .map(|(i, read)| {
                        let count = read.hits.len();
                        let mut order: Vec<usize> = (0..count).collect();
                        if !part.holds(i) {
                            return (0.0, Vec::new());
                        }
                        if round > 0 {
                            let score = |i: usize| {
                                read.measured.features[i].iter().zip(&current).map(|(f, w)| f * w).sum::<f32>()
                            };
                            let scores: Vec<f32> = (0..count).map(score).collect();
                            order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
                            order.truncate(TOP);
                        }
                        (1.0 / set.documents.len() as f64, order)
                    })
                    .collect()
            })
            .collect();
        weights = newton(sets, &rows, weights);
    }
    weights.map(|w| w as f32)
}

/// Newton's method over the candidates in `rows`: for each set and document its share and the candidates that count.
fn newton(sets: &[&Set<'_>], rows: &[Vec<(f64, Vec<usize>)>], mut weights: [f64; FEATURES]) -> [f64; FEATURES] {
    for _ in 0..8 {
        let mut gradient = [0.0_f64; FEATURES];
        let mut hessian = [[0.0_f64; FEATURES]; FEATURES];
        for (set, rows) in sets.iter().zip(rows) {
            for (read, (share, order)) in set.documents.iter().zip(rows) {
                let share = *share;
                for (features, hit) in order.iter().map(|&i| (&read.measured.features[i], &read.hits[i])) {
                    let x: [f64; FEATURES] = std::array::from_fn(|i| f64::from(features[i]));
                    let linear: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
                    let p = 1.0 / (1.0 + (-linear).exp());
                    let error = f64::from(u8::from(*hit)) - p;
                    let curve = (p * (1.0 - p)).max(1e-9);
                    for i in 0..FEATURES {
                        gradient[i] += share * error * x[i];
                        for j in 0..=i {
                            hessian[i][j] += share * curve * x[i] * x[j];
                        }
                    }
                }
            }
        }
        for i in 0..FEATURES {
            for j in i + 1..FEATURES {
                hessian[i][j] = hessian[j][i];
            }
            let ridge = RIDGE * sets.len() as f64;
            hessian[i][i] += ridge;
            gradient[i] -= ridge * weights[i];
        }
        let step = solve(hessian, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights
}

/// Solves a small linear system by Gaussian elimination.
fn solve(mut a: [[f64; FEATURES]; FEATURES], mut b: [f64; FEATURES]) -> [f64; FEATURES] {
    for column in 0..FEATURES {
        let pivot =
            (column..FEATURES).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs())).unwrap_or(column);
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..FEATURES {
            let factor = a[row][column] / a[column][column];
            for k in column..FEATURES {
                a[row][k] -= factor * a[column][k];
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = [0.0; FEATURES];
    for row in (0..FEATURES).rev() {
        let rest: f64 = (row + 1..FEATURES).map(|k| a[row][k] * x[k]).sum();
        x[row] = (b[row] - rest) / a[row][row];
    }
    x
}

#[derive(Deserialize)]
struct Line {
    lang: String,
    text: String,
    keys: Vec<String>,
}

fn read(folder: &Path) -> Result<Vec<(String, Vec<Line>)>> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .with_context(|| format!("read {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(path)?;
            let lines = text.lines().filter(|l| !l.is_empty()).map(serde_json::from_str).collect::<Result<_, _>>()?;
            Ok((name, lines))
        })
        .collect()
}

/// A data set, read once.
struct Set<'t> {
    name: String,
    documents: Vec<Read<'t>>,
}

/// A document with what the fit asks of it.
struct Read<'t> {
    document: Document<'t>,
    stemmer: Option<Stemmer>,
    keys: HashSet<String>,
    measured: Measured,
    /// Whether each candidate is one of the keys.
    hits: Vec<bool>,
}

impl<'t> Set<'t> {
    fn of((name, lines): &'t (String, Vec<Line>)) -> Self {
        let style = if PHRASE_SETS.contains(&name.as_str()) { Style::Phrases } else { Style::Tags };
        Self { name: name.clone(), documents: lines.iter().map(|line| Read::of(line, style)).collect() }
    }

    /// The mean over the documents of F1 over the first ten.
    fn f1(&self, documents: &Part, weights: &Weights) -> f64 {
        let chosen: Vec<f64> = self
            .documents
            .iter()
            .enumerate()
            .filter(|(index, _)| documents.holds(*index))
            .map(|(_, read)| {
                read.f1(read.measured.choose(weights, 10).iter().filter(|&&index| read.hits[index]).count())
            })
            .collect();
        chosen.iter().sum::<f64>() / chosen.len().max(1) as f64
    }
}

impl<'t> Read<'t> {
    fn of(line: &'t Line, style: Style) -> Self {
        let tag = Tag::parse(&line.lang);
        let document = Document::new(&line.text, "", tag, LineBreaks::Auto);
        let stemmer = tag.and_then(|t| t.language.tailoring()).and_then(|t| t.stemmer).map(Stemmer::create);
        let keys: HashSet<String> =
            line.keys.iter().map(|key| normal(key, stemmer.as_ref())).filter(|k| !k.is_empty()).collect();
        let measured = Measured::of(&document, &options(style));
        let hits = measured.keywords.iter().map(|k| keys.contains(&normal(&k.text, stemmer.as_ref()))).collect();
        Self { document, stemmer, keys, measured, hits }
    }

    /// F1 of ten answers of which `hits` are right.
    fn f1(&self, hits: usize) -> f64 {
        let (precision, recall) = (hits as f64 / 10.0, hits as f64 / self.keys.len().max(1) as f64);
        if hits == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

/// Which documents of a set count.
#[derive(Clone, Copy, Default)]
struct Part {
    /// The fold that is kept from the fit.
    without: Option<usize>,
    /// The only fold that counts.
    only: Option<usize>,
    /// The bag that a fit leaves out.
    bag: Option<usize>,
}

impl Part {
    fn holds(self, index: usize) -> bool {
        let fold = index % FOLDS;
        let bag = index / FOLDS % BAGS;
        self.without != Some(fold) && self.only.is_none_or(|only| only == fold) && self.bag != Some(bag)
    }
}

/// The stems of a key, as the protocol of the figures compares them: letters and digits, lower-cased, stemmed.
fn normal(key: &str, stemmer: Option<&Stemmer>) -> String {
    key.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| stemmer.map_or_else(|| word.to_owned(), |s| s.stem(word).into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}
