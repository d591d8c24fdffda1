//! Fits the linear model of one script.

use std::collections::HashMap;

use copydesk::text::detect::{
    features::words,
    model::{LENGTH_POWER, MAX_WEIGHTS},
    script::Script,
};

use crate::{
    corpus::{Class, Cut, features},
    random::Random,
};

/// The first step of AdaGrad.
const RATE: f32 = 1.5;

/// The share of a snippet's features that are left out.
const LEFT_OUT: f64 = 0.2;

/// What a feature's log-odds count for when the fit begins: each is not alone in a text.
const FIRST: f32 = 0.9;

/// How often a feature may occur, of all, in a class in which it was not seen.
const UNSEEN: f32 = 3e-7;

/// How a script is fitted.
pub struct Plan {
    /// Features that are fitted.
    pub features: usize,
    /// Weights that are kept.
    pub weights: usize,
    /// Snippets of a class in which features are counted.
    pub counted: usize,
    /// Snippets of a class in the first, dense pass.
    pub snippets: usize,
    /// Snippets of a class in the second pass, over the weights that were kept.
    pub refits: usize,
}

/// A linear model: a row of weights for each feature.
pub struct Fit {
    pub features: Vec<u64>,
    pub biases: Vec<f32>,
    /// Row after row, `classes` wide.
    pub weights: Vec<f32>,
    pub classes: usize,
    /// How much each feature counts: the sum of its squared shares in the snippets that it was fitted on.
    pub usage: Vec<f32>,
}

type Ids = HashMap<u64, u32, rustc_hash::FxBuildHasher>;

/// Chooses features, fits, prunes, fits again.
pub fn fit(script: Script, classes: &[Class], plan: &Plan) -> Fit {
    let mut random = Random(0x5EED ^ script as u64);
    let (chosen, weights) = choose(script, classes, plan, &mut random);
    eprintln!("{script:?}: {} features", chosen.len());
    let ids: Ids = index(&chosen);
    let mut fit =
        Fit { biases: vec![0.0; classes.len()], weights, classes: classes.len(), features: chosen, usage: Vec::new() };
    let mut squares = vec![0.0; fit.features.len()];
    let mut usage = vec![0.0_f32; fit.features.len()];
    pass(
        script,
        classes,
        &mut Pass { fit: &mut fit, squares: &mut squares, usage: &mut usage, ids: &ids, kept: None },
        plan.snippets,
        &mut random,
    );
    let mut kept = prune(&mut fit, &usage, plan.weights);
    compact(&mut fit, &mut kept, &mut squares);
    let mut usage = vec![0.0_f32; fit.features.len()];
    let ids: Ids = index(&fit.features);
    pass(
        script,
        classes,
        &mut Pass { fit: &mut fit, squares: &mut squares, usage: &mut usage, ids: &ids, kept: Some(&kept) },
        plan.refits,
        &mut random,
    );
    fit.usage = usage;
    fit
}

impl Fit {
    /// Multiplies all scores.
    pub fn scale(&mut self, factor: f32) {
        self.weights.iter_mut().chain(&mut self.biases).for_each(|weight| *weight *= factor);
    }
}

/// The place of each feature.
pub fn index(features: &[u64]) -> Ids {
    features.iter().enumerate().map(|(i, &feature)| (feature, u32::try_from(i).expect("few"))).collect()
}

/// Takes out the rows that have no weight left.
fn compact(fit: &mut Fit, kept: &mut Vec<bool>, squares: &mut Vec<f32>) {
    let width = fit.classes;
    let mut to = 0;
    for from in 0..fit.features.len() {
        if kept[from * width..(from + 1) * width].iter().any(|&kept| kept) {
            fit.features[to] = fit.features[from];
            squares[to] = squares[from];
            fit.weights.copy_within(from * width..(from + 1) * width, to * width);
            kept.copy_within(from * width..(from + 1) * width, to * width);
            to += 1;
        }
    }
    fit.features.truncate(to);
    squares.truncate(to);
    fit.weights.truncate(to * width);
    kept.truncate(to * width);
}

/// Lengths of snippets, as shares of all.
pub fn cut(random: &mut Random) -> Cut {
    match random.below(100) {
        0..33 => Cut::Words(1),
        33..57 => Cut::Words(2),
        57..88 => Cut::Words(3 + random.below(8)),
        _ => Cut::Line,
    }
}

/// The features that say most about the class, by their share in the mutual information of feature and class, and the weights
/// that the fit begins with: how much oftener than elsewhere each occurs in a class (naive Bayes).
fn choose(script: Script, classes: &[Class], plan: &Plan, random: &mut Random) -> (Vec<u64>, Vec<f32>) {
    let mut rates: Vec<(u64, f32, usize)> = Vec::new();
    for (at, class) in classes.iter().enumerate() {
        let mut counts: HashMap<u64, u32, rustc_hash::FxBuildHasher> = HashMap::default();
        let mut found = Vec::new();
        let mut total = 0_usize;
        for _ in 0..plan.counted {
            let text = class.draw(if random.below(3) == 0 { Cut::Words(8) } else { Cut::Words(2) }, random);
            features(&text, script, &mut found);
            total += found.len();
            for &feature in &found {
                *counts.entry(feature).or_default() += 1;
            }
        }
        let mut counts: Vec<(u64, u32)> = counts.into_iter().filter(|&(_, count)| count >= 4).collect();
        counts.sort_unstable();
        rates.extend(counts.into_iter().map(|(feature, count)| (feature, count as f32 / total as f32, at)));
    }
    rates.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
    let floor = 1e-7;
    let mut scored: Vec<(f32, u64)> = rates
        .chunk_by(|a, b| a.0 == b.0)
        .map(|rows| {
            let mean = rows.iter().map(|row| row.1).sum::<f32>() / classes.len() as f32 + floor;
            (rows.iter().map(|row| row.1 * ((row.1 + floor) / mean).ln()).sum::<f32>(), rows[0].0)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.truncate(plan.features);
    let chosen: Vec<u64> = scored.into_iter().map(|(_, feature)| feature).collect();
    let ids = index(&chosen);
    let width = classes.len();
    let mut weights = vec![0.0_f32; chosen.len() * width];
    for (feature, rate, class) in rates {
        if let Some(&id) = ids.get(&feature) {
            weights[id as usize * width + class] = rate;
        }
    }
    for row in weights.chunks_mut(width) {
        let mean = row.iter().map(|rate| (rate + UNSEEN).ln()).sum::<f32>() / width as f32;
        for weight in row {
            *weight = FIRST * ((*weight + UNSEEN).ln() - mean);
        }
    }
    (chosen, weights)
}

struct Pass<'p> {
    fit: &'p mut Fit,
    squares: &'p mut [f32],
    usage: &'p mut [f32],
    ids: &'p Ids,
    kept: Option<&'p [bool]>,
}

/// Multinomial logistic regression by AdaGrad with one rate a feature, over snippets drawn afresh.
fn pass(script: Script, classes: &[Class], pass: &mut Pass, snippets: usize, random: &mut Random) {
    let width = classes.len();
    let steps = snippets * width;
    let (mut found, mut known) = (Vec::new(), Vec::new());
    let mut logits = vec![0.0_f32; width];
    let mut bias_squares = 1.0_f32;
    let (mut loss, mut right, mut seen) = (0.0, 0, 0);
    for step in 0..steps {
        let cut = cut(random);
        let class = draw_class(classes, cut, random);
        let text = classes[class].draw(cut, random);
        found.clear();
        words(&text, |written, word| {
            if written == script {
                word.features(script, |feature| found.extend(pass.ids.get(&feature).map(|&id| id as usize)));
            }
        });
        if found.is_empty() {
            continue;
        }
        let factor = 1.0 / (found.len() as f32).powf(LENGTH_POWER);
        known.clear();
        // Some features are left out, so that no single one is leant on.
        known.extend(found.iter().copied().filter(|_| random.unit() >= LEFT_OUT));
        for (logit, bias) in logits.iter_mut().zip(&pass.fit.biases) {
            *logit = bias * factor;
        }
        for &id in &known {
            for (logit, weight) in logits.iter_mut().zip(&pass.fit.weights[id * width..(id + 1) * width]) {
                *logit += weight * factor;
            }
        }
        let best = logits.iter().copied().fold(f32::MIN, f32::max);
        right += usize::from(logits[class] >= best);
        seen += 1;
        let sum: f32 = logits
            .iter_mut()
            .map(|logit| {
                *logit = (*logit - best).exp();
                *logit
            })
            .sum();
        for logit in &mut logits {
            *logit /= sum;
        }
        loss -= f64::from(logits[class].max(1e-9).ln());
        logits[class] -= 1.0;
        let square: f32 = logits.iter().map(|g| g * g).sum();
        let rate = RATE * (1.0 - 0.9 * step as f32 / steps as f32);
        bias_squares += square * factor * factor;
        for (bias, g) in pass.fit.biases.iter_mut().zip(&logits) {
            *bias -= rate * factor * g / bias_squares.sqrt();
        }
        for &id in &known {
            pass.squares[id] += square * factor * factor;
            pass.usage[id] += factor * factor;
            let step = rate * factor / (pass.squares[id] + 1e-3).sqrt();
            let row = id * width..(id + 1) * width;
            match pass.kept {
                None => {
                    for (weight, g) in pass.fit.weights[row].iter_mut().zip(&logits) {
                        *weight -= step * g;
                    }
                }
                Some(kept) => {
                    for ((weight, g), kept) in pass.fit.weights[row.clone()].iter_mut().zip(&logits).zip(&kept[row]) {
                        *weight -= if *kept { step * g } else { 0.0 };
                    }
                }
            }
        }
        if (step + 1) % (steps / 8).max(1) == 0 {
            eprintln!(
                "{script:?} {}: loss {:.4}, right {:.4}",
                step + 1,
                loss / f64::from(seen as u32),
                right as f32 / seen as f32
            );
            (loss, right, seen) = (0.0, 0, 0);
        }
    }
}

/// A class, by how much is written in it.
fn draw_class(classes: &[Class], cut: Cut, random: &mut Random) -> usize {
    loop {
        let class = random.below(classes.len());
        if random.unit() < classes[class].prior(cut) {
            return class;
        }
    }
}

/// Leaves the weights that matter most. A row is first moved so that its median is 0, which changes no answer.
fn prune(fit: &mut Fit, usage: &[f32], count: usize) -> Vec<bool> {
    let width = fit.classes;
    let mut weighty: Vec<f32> = Vec::with_capacity(fit.weights.len());
    for (row, usage) in fit.weights.chunks_mut(width).zip(usage) {
        let mut sorted = row.to_vec();
        sorted.sort_by(f32::total_cmp);
        let median = if width > 4 { sorted[width / 2] } else { 0.0 };
        for weight in row {
            *weight -= median;
            weighty.push(weight.abs() * (usage + 0.1).powf(0.35));
        }
    }
    let mut sorted = weighty.clone();
    let cut = if count < sorted.len() { *sorted.select_nth_unstable_by(count, |a, b| b.total_cmp(a)).1 } else { 0.0 };
    let mut kept: Vec<bool> = weighty.iter().map(|&w| w > cut).collect();
    for (kept, weighty) in kept.chunks_mut(width).zip(weighty.chunks(width)) {
        let mut order: Vec<usize> = (0..width).filter(|&class| kept[class]).collect();
        order.sort_by(|&a, &b| weighty[b].total_cmp(&weighty[a]));
        order.iter().skip(MAX_WEIGHTS).for_each(|&class| kept[class] = false);
    }
    for (weight, kept) in fit.weights.iter_mut().zip(&kept) {
        if !kept {
            *weight = 0.0;
        }
    }
    kept
}
