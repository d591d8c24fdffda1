//! Fits the weights that keywords are scored with, and says what each part of them adds.
//!
//! ```text
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords           # fit, print both vectors
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --score   # score the weights in the source
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
        keyword::{self, FEATURE_NAMES, FEATURES, Options, Style, Weights},
        sentence::LineBreaks,
    },
};
use rust_stemmers::Stemmer;
use serde::Deserialize;

/// Sets whose keys are an index's noun phrases; the others are an editor's tags.
const PHRASE_SETS: [&str; 1] = ["inspec_en"];

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
        return score(&tags, &phrases);
    }
    for (style, sets) in [(Style::Tags, &tags), (Style::Phrases, &phrases)] {
        fit_style(style, sets);
    }
    Ok(())
}

/// Fits `style` on `sets`, printing the vector and what it reaches on each set when fitted without it.
fn fit_style(style: Style, sets: &[&Set<'_>]) {
    println!("{style:?}");
    let mut total = 0.0;
    if sets.len() > 1 && !env::args().any(|a| a == "--fit-only") {
        for (left_out, set) in sets.iter().enumerate() {
            let rest: Vec<&Set<'_>> =
                sets.iter().enumerate().filter(|&(i, _)| i != left_out).map(|(_, &s)| s).collect();
            let f1 = set.f1(style, &fit(style, &rest));
            total += f1;
            println!("  left out {:<14} F1@10 {:5.2}", set.name, 100.0 * f1);
        }
        println!("  left out {:<14} F1@10 {:5.2}", "mean", 100.0 * total / sets.len() as f64);
    }
    let weights = fit(style, sets);
    for set in sets {
        println!("  fitted   {:<14} F1@10 {:5.2}", set.name, 100.0 * set.f1(style, &weights));
    }
    println!("  fitted   {:<14} F1@10 {:5.2}", "mean", 100.0 * mean(style, sets, &weights));
    for (weight, name) in weights.iter().zip(FEATURE_NAMES) {
        println!("    {weight:.3}, // {name}");
    }
}

fn score(tags: &[&Set<'_>], phrases: &[&Set<'_>]) -> Result<()> {
    let mut total = 0.0;
    for (style, sets) in [(Style::Tags, tags), (Style::Phrases, phrases)] {
        for set in sets {
            let f1 = set.f1_of(|document| keyword::extract(document, &options(style)));
            total += f1;
            println!("{:<14} F1@10 {:5.2}", set.name, 100.0 * f1);
        }
    }
    println!("{:<14} F1@10 {:5.2}", "mean", 100.0 * total / (tags.len() + phrases.len()) as f64);
    Ok(())
}

fn options(style: Style) -> Options {
    Options { style, ..Options::default() }
}

fn mean(style: Style, sets: &[&Set<'_>], weights: &Weights) -> f64 {
    sets.iter().map(|set| set.f1(style, weights)).sum::<f64>() / sets.len() as f64
}

/// The weights that suit `sets` best.
fn fit(style: Style, sets: &[&Set<'_>]) -> Weights {
    let mut weights = regress(sets);
    if env::args().any(|a| a == "--regress") {
        return weights;
    }
    let mut best = mean(style, sets, &weights);
    for step in [0.6, 0.3, 0.15] {
        for feature in 1..FEATURES {
            for change in [step, -step] {
                loop {
                    let mut tried = weights;
                    tried[feature] += change;
                    let reached = mean(style, sets, &tried);
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

/// A logistic regression of "is one of the keys" over all candidates, by Newton's method with a small ridge.
fn regress(sets: &[&Set<'_>]) -> Weights {
    let mut weights = [0.0_f64; FEATURES];
    for _ in 0..12 {
        let mut gradient = [0.0_f64; FEATURES];
        let mut hessian = [[0.0_f64; FEATURES]; FEATURES];
        for set in sets {
            let share = 1.0 / set.rows.len().max(1) as f64;
            for (features, hit) in set.rows.iter().flatten() {
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
        for i in 0..FEATURES {
            for j in i + 1..FEATURES {
                hessian[i][j] = hessian[j][i];
            }
            let ridge = 0.02 * sets.len() as f64;
            hessian[i][i] += ridge;
            gradient[i] -= ridge * weights[i];
        }
        let step = solve(hessian, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights.map(|w| w as f32)
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
    documents: Vec<(Document<'t>, Option<Stemmer>, HashSet<String>)>,
    /// The candidates of each document: features, and whether it is one of the keys.
    rows: Vec<Vec<(Weights, bool)>>,
}

impl<'t> Set<'t> {
    fn of((name, lines): &'t (String, Vec<Line>)) -> Self {
        let style = if PHRASE_SETS.contains(&name.as_str()) { Style::Phrases } else { Style::Tags };
        let mut set = Self { name: name.clone(), documents: Vec::new(), rows: Vec::new() };
        for line in lines {
            let tag = Tag::parse(&line.lang);
            let document = Document::new(&line.text, "", tag, LineBreaks::Auto);
            let stemmer = tag.and_then(|t| t.language.tailoring()).and_then(|t| t.stemmer).map(Stemmer::create);
            let keys: HashSet<String> =
                line.keys.iter().map(|key| normal(key, stemmer.as_ref())).filter(|k| !k.is_empty()).collect();
            let rows = keyword::measure(&document, &options(style))
                .into_iter()
                .map(|(keyword, features)| (features, keys.contains(&normal(&keyword.text, stemmer.as_ref()))))
                .collect();
            set.rows.push(rows);
            set.documents.push((document, stemmer, keys));
        }
        set
    }

    fn f1(&self, style: Style, weights: &Weights) -> f64 {
        self.f1_of(|document| keyword::extract_by(document, &options(style), weights))
    }

    /// The mean over the documents of F1 over the first ten.
    fn f1_of(&self, extract: impl Fn(&Document<'_>) -> Vec<keyword::Keyword>) -> f64 {
        let total: f64 = self
            .documents
            .iter()
            .map(|(document, stemmer, keys)| {
                let found: HashSet<String> =
                    extract(document).iter().map(|k| normal(&k.text, stemmer.as_ref())).collect();
                let hits = found.intersection(keys).count() as f64;
                let (precision, recall) = (hits / 10.0, hits / keys.len().max(1) as f64);
                if hits == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
            })
            .sum();
        total / self.documents.len().max(1) as f64
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
