//! Fits the weights that keywords are scored with, and says what each part of them adds.
//!
//! ```text
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords             # fit, print both vectors
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --score     # score the weights in the source
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --ablate    # what each feature adds to them
//! cargo run --release --bin keywords -- ../../shared/eval/dev/keywords --archive ../../shared/eval/dev/summaries
//!                                                                  # what an archive's document frequencies add
//! ```
//!
//! Each `NAME.jsonl` of the folder is one data set, a document a line: `{"lang", "text", "keys"}`. The weights are a
//! logistic regression of "is one of the keys" over all candidates. Each set weighs as the square root of its documents and
//! has an intercept of its own, since editors differ in how many keys they give. The vector that is printed has one constant instead, and is
//! scaled so that its logistic is how often a keyword of its score is right in documents that were not fitted on.

use std::{collections::HashSet, env, fs, path::Path};

use anyhow::{Context, Result, bail};
use copydesk::{
    languages::Tag,
    text::{
        document::Document,
        frequencies::Frequencies,
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

/// The ridge that holds the weights small, by the weight of the sets.
const RIDGE: f64 = 0.02;

/// How many steps of Newton's method a fit makes.
const STEPS: usize = 8;

/// How many keywords of a document the calibration looks at.
const CALIBRATED: usize = 20;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut folders = arguments.iter().filter(|a| !a.starts_with("--"));
    let Some(folder) = folders.next() else {
        bail!("name the folder of the data sets");
    };
    let texts = read::<Line>(Path::new(folder))?;
    let asked = |option: &str| arguments.iter().any(|a| a == option);
    if asked("--archive") {
        let archive = folders.next().map(|folder| read::<Text>(Path::new(folder))).transpose()?;
        compare_archive(&texts, &archive.unwrap_or_default());
        return Ok(());
    }
    let sets: Vec<Set<'_>> = texts.iter().map(Set::of).collect();
    let (phrases, tags): (Vec<&Set<'_>>, Vec<&Set<'_>>) = sets.iter().partition(|set| set.style == Style::Phrases);
    if asked("--score") {
        score(&tags, &phrases);
    } else if asked("--ablate") {
        ablate(&tags, &phrases);
    } else {
        fit_style(Style::Tags, &tags);
        fit_style(Style::Phrases, &phrases);
    }
    Ok(())
}

/// Fits a style on `sets`, printing the vector, what it reaches on each set when fitted without it or without the
/// document, and how well its scores are calibrated there.
fn fit_style(style: Style, sets: &[&Set<'_>]) {
    println!("{style:?}");
    let weights = fit(sets, Part::All);
    let by_fold: Vec<Weights> = (0..FOLDS).map(|fold| fit(sets, Part::Without(fold))).collect();
    println!("{:<14} {:>10} {:>17} {:>14}", "F1@10", "fitted", "documents unseen", "set unseen");
    let mut sums = [0.0; 3];
    for set in sets {
        let fitted = set.f1(Part::All, &weights);
        let held_out = (0..FOLDS).map(|fold| set.f1(Part::Only(fold), &by_fold[fold])).sum::<f64>() / FOLDS as f64;
        let rest: Vec<&Set<'_>> = sets.iter().copied().filter(|other| other.name != set.name).collect();
        let left_out = if rest.is_empty() { f64::NAN } else { set.f1(Part::All, &fit(&rest, Part::All)) };
        let figures = [fitted, held_out, left_out].map(|f| 100.0 * f);
        println!("{:<14} {:10.2} {:17.2} {:14.2}", set.name, figures[0], figures[1], figures[2]);
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure / sets.len() as f64);
    }
    println!("{:<14} {:10.2} {:17.2} {:14.2}", "mean", sums[0], sums[1], sums[2]);
    let outcomes = outcomes(sets, &by_fold);
    let calibration = Calibration::of(&outcomes);
    print_reliability(&outcomes, &calibration);
    for (index, (&weight, name)) in weights.iter().zip(FEATURE_NAMES).enumerate() {
        let constant = if index == 0 { calibration.offset } else { 0.0 };
        println!("    {:.3}, // {name}", calibration.slope * f64::from(weight) + constant);
    }
}

/// Says what the mean over the sets is without each feature, the other weights as they are.
fn ablate(tags: &[&Set<'_>], phrases: &[&Set<'_>]) {
    let styles = [(Style::Tags, tags), (Style::Phrases, phrases)];
    let whole: Vec<f64> = styles.iter().map(|&(style, sets)| mean(sets, keyword::weights(style))).collect();
    println!("| feature | tags | phrases |\n| --- | --- | --- |");
    for (feature, name) in FEATURE_NAMES.iter().enumerate().skip(1) {
        let lost: Vec<f64> = styles
            .iter()
            .zip(&whole)
            .map(|(&(style, sets), whole)| {
                let mut weights = *keyword::weights(style);
                weights[feature] = 0.0;
                100.0 * (whole - mean(sets, &weights))
            })
            .collect();
        println!("| {name} | {:.2} | {:.2} |", lost[0], lost[1]);
    }
}

/// Scores the weights in the source, in the way that the service uses them.
fn score(tags: &[&Set<'_>], phrases: &[&Set<'_>]) {
    let mut total = 0.0;
    for set in tags.iter().chain(phrases) {
        let sum: f64 = set
            .documents
            .iter()
            .map(|read| {
                let found: HashSet<String> = keyword::extract(&read.document, &options(set.style))
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
    println!("{:<14} F1@10 {:5.2}", "mean", 100.0 * total / (tags.len() + phrases.len()) as f64);
}

/// Says what the document frequencies of an archive add at several weights: `archive` and the documents of the sets
/// themselves, each fold scored with what the other folds have.
fn compare_archive(texts: &[(String, Vec<Line>)], archive: &[(String, Vec<Text>)]) {
    const WEIGHTS: [f32; 7] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0];
    println!("{:<14} {}", "F1@10", WEIGHTS.map(|w| format!("{w:6.2}")).join(" "));
    let folds: Vec<Frequencies> = (0..FOLDS)
        .map(|fold| {
            let others = texts.iter().flat_map(|(_, lines)| {
                let kept = lines.iter().enumerate().filter(move |&(index, _)| index % FOLDS != fold);
                kept.map(|(_, line)| (&line.lang, &line.text))
            });
            let apart = archive.iter().flat_map(|(_, texts)| texts).map(|text| (&text.lang, &text.text));
            let mut frequencies = Frequencies::default();
            for (language, text) in others.chain(apart) {
                frequencies.count(&Document::new(text, "", Tag::parse(language), LineBreaks::Auto));
            }
            frequencies
        })
        .collect();
    for (name, lines) in texts {
        let style = style_of(name);
        let mut f1 = [0.0; WEIGHTS.len()];
        let mut known = 0;
        for (index, line) in lines.iter().enumerate() {
            let read = Read::of(line, style, Some(&folds[index % FOLDS]));
            known += usize::from(read.measured.commonness.iter().any(|&common| common > 0.0));
            for (f1, weight) in f1.iter_mut().zip(WEIGHTS) {
                let mut scores = read.measured.scores(keyword::weights(style));
                let commonness = &read.measured.commonness;
                scores.iter_mut().zip(commonness).for_each(|(score, common)| *score -= weight * common);
                *f1 += read.f1_by(&scores) / lines.len() as f64;
            }
        }
        println!("{name:<14} {} with an archive: {known}", f1.map(|f| format!("{:6.2}", 100.0 * f)).join(" "));
    }
}

fn options(style: Style) -> Options {
    Options { style, ..Options::default() }
}

fn style_of(set: &str) -> Style {
    if PHRASE_SETS.contains(&set) { Style::Phrases } else { Style::Tags }
}

fn mean(sets: &[&Set<'_>], weights: &Weights) -> f64 {
    sets.iter().map(|set| set.f1(Part::All, weights)).sum::<f64>() / sets.len() as f64
}

/// A logistic regression of "is one of the keys" by Newton's method with a small ridge: the weights of the features,
/// and an intercept a set that is left out of what is returned.
fn fit(sets: &[&Set<'_>], part: Part) -> Weights {
    let ridge = RIDGE * sets.iter().map(|set| (set.documents(part).count() as f64).sqrt()).sum::<f64>();
    let width = FEATURES + sets.len();
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|weight| -ridge * weight).collect();
        let mut hessian = vec![vec![0.0; width]; width];
        hessian.iter_mut().enumerate().for_each(|(index, row)| row[index] = ridge);
        for (index, set) in sets.iter().enumerate() {
            let documents: Vec<&Read<'_>> = set.documents(part).collect();
            let share = 1.0 / (documents.len().max(1) as f64).sqrt();
            let candidates = documents.iter().flat_map(|read| read.measured.features.iter().zip(&read.hits));
            for (features, &hit) in candidates {
                let mut x: Vec<(usize, f64)> =
                    features.iter().map(|&f| f64::from(f)).enumerate().filter(|&(_, f)| f != 0.0).collect();
                x.push((FEATURES + index, 1.0));
                let chance = logistic(x.iter().map(|&(i, x)| x * weights[i]).sum());
                let curve = share * chance * (1.0 - chance);
                let error = share * (f64::from(u8::from(hit)) - chance);
                for &(i, a) in &x {
                    gradient[i] += error * a;
                    for &(j, b) in &x {
                        hessian[i][j] += curve * a * b;
                    }
                }
            }
        }
        let step = solve(hessian, gradient);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step);
    }
    std::array::from_fn(|index| weights[index] as f32)
}

/// Solves a small linear system whose matrix is symmetric and positive definite, by Gaussian elimination.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let size = b.len();
    for column in 0..size {
        let (above, below) = a.split_at_mut(column + 1);
        let pivot = &above[column];
        for (row, offset) in below.iter_mut().zip(column + 1..) {
            let factor = row[column] / pivot[column];
            row.iter_mut().zip(pivot).for_each(|(cell, pivot)| *cell -= factor * pivot);
            b[offset] -= factor * b[column];
        }
    }
    let mut x = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = a[row].iter().zip(&x).skip(row + 1).map(|(a, x)| a * x).sum();
        x[row] = (b[row] - known) / a[row][row];
    }
    x
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A keyword that was chosen in a document that its weights were not fitted on.
struct Outcome {
    score: f64,
    right: bool,
    /// Its weight: each set has the same.
    share: f64,
}

/// The first keywords of every document, scored by the fit that left it out.
fn outcomes(sets: &[&Set<'_>], by_fold: &[Weights]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for set in sets {
        let start = outcomes.len();
        for (fold, weights) in by_fold.iter().enumerate() {
            for read in set.documents(Part::Only(fold)) {
                let scores = read.measured.scores(weights);
                let chosen = read.measured.choose(&scores, CALIBRATED);
                outcomes.extend(chosen.into_iter().map(|index| Outcome {
                    score: f64::from(scores[index]),
                    right: read.hits[index],
                    share: 0.0,
                }));
            }
        }
        let share = 1.0 / ((outcomes.len() - start).max(1) * sets.len()) as f64;
        outcomes[start..].iter_mut().for_each(|outcome| outcome.share = share);
    }
    outcomes
}

/// Platt's scaling: the chance that a keyword is right is the logistic of `slope * score + offset`.
struct Calibration {
    slope: f64,
    offset: f64,
}

impl Calibration {
    fn of(outcomes: &[Outcome]) -> Self {
        let mut calibration = Self { slope: 1.0, offset: 0.0 };
        for _ in 0..4 * STEPS {
            let mut gradient = vec![0.0; 2];
            let mut hessian = vec![vec![1e-9, 0.0], vec![0.0, 1e-9]];
            for Outcome { score, right, share } in outcomes {
                let chance = calibration.chance(*score);
                let error = share * (f64::from(u8::from(*right)) - chance);
                let curve = share * chance * (1.0 - chance);
                gradient[0] += error * score;
                gradient[1] += error;
                hessian[0][0] += curve * score * score;
                hessian[0][1] += curve * score;
                hessian[1][0] += curve * score;
                hessian[1][1] += curve;
            }
            let step = solve(hessian, gradient);
            calibration.slope += step[0];
            calibration.offset += step[1];
        }
        calibration
    }

    fn chance(&self, score: f64) -> f64 {
        logistic(self.slope * score + self.offset)
    }
}

/// Prints how many keywords of each tenth of the scale are right.
fn print_reliability(outcomes: &[Outcome], calibration: &Calibration) {
    println!("| score | keywords | mean score | chosen by an editor |\n| --- | --- | --- | --- |");
    for tenth in 0..10 {
        let bin = outcomes.iter().map(|o| (calibration.chance(o.score), o)).filter(|&(chance, _)| {
            let tenths = chance * 10.0;
            tenths >= f64::from(tenth) && tenths < f64::from(tenth + 1)
        });
        let (mut count, mut share, mut sum, mut right) = (0, 0.0, 0.0, 0.0);
        for (chance, outcome) in bin {
            count += 1;
            share += outcome.share;
            sum += outcome.share * chance;
            right += outcome.share * f64::from(u8::from(outcome.right));
        }
        if count > 0 {
            println!("| .{tenth} to .{tenth}9 | {count} | {:.2} | {:.2} |", sum / share, right / share);
        }
    }
}

#[derive(Deserialize)]
struct Line {
    lang: String,
    text: String,
    keys: Vec<String>,
}

/// A document of an archive.
#[derive(Deserialize)]
struct Text {
    lang: String,
    #[serde(default)]
    text: String,
}

/// The lines of every `NAME.jsonl` of `folder`, by name.
fn read<T: for<'de> Deserialize<'de>>(folder: &Path) -> Result<Vec<(String, Vec<T>)>> {
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
    style: Style,
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
        let style = style_of(name);
        Self { name: name.clone(), style, documents: lines.iter().map(|line| Read::of(line, style, None)).collect() }
    }

    fn documents(&self, part: Part) -> impl Iterator<Item = &Read<'t>> {
        self.documents.iter().enumerate().filter(move |&(index, _)| part.holds(index)).map(|(_, read)| read)
    }

    /// The mean over the documents of F1 over the first ten.
    fn f1(&self, part: Part, weights: &Weights) -> f64 {
        let (sum, count) = self
            .documents(part)
            .fold((0.0, 0), |(sum, count), read| (sum + read.f1_by(&read.measured.scores(weights)), count + 1));
        sum / f64::from(count.max(1))
    }
}

impl<'t> Read<'t> {
    fn of(line: &'t Line, style: Style, frequencies: Option<&'t Frequencies>) -> Self {
        let tag = Tag::parse(&line.lang);
        let mut document = Document::new(&line.text, "", tag, LineBreaks::Auto);
        if let Some(frequencies) = frequencies {
            document = document.with_frequencies(frequencies);
        }
        let stemmer = tag.and_then(|t| t.language.tailoring()).and_then(|t| t.stemmer).map(Stemmer::create);
        let keys: HashSet<String> =
            line.keys.iter().map(|key| normal(key, stemmer.as_ref())).filter(|k| !k.is_empty()).collect();
        let measured = Measured::of(&document, &options(style));
        let hits = measured.keywords.iter().map(|k| keys.contains(&normal(&k.text, stemmer.as_ref()))).collect();
        Self { document, stemmer, keys, measured, hits }
    }

    /// F1 of the ten answers that `scores`, one a candidate, would choose.
    fn f1_by(&self, scores: &[f32]) -> f64 {
        self.f1(self.measured.choose(scores, 10).iter().filter(|&&index| self.hits[index]).count())
    }

    /// F1 of ten answers of which `hits` are right.
    fn f1(&self, hits: usize) -> f64 {
        let (precision, recall) = (hits as f64 / 10.0, hits as f64 / self.keys.len().max(1) as f64);
        if hits == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

/// Which documents of a set count.
#[derive(Clone, Copy)]
enum Part {
    All,
    /// All but those of a fold.
    Without(usize),
    /// Those of a fold alone.
    Only(usize),
}

impl Part {
    fn holds(self, index: usize) -> bool {
        match self {
            Self::All => true,
            Self::Without(fold) => index % FOLDS != fold,
            Self::Only(fold) => index % FOLDS == fold,
        }
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
