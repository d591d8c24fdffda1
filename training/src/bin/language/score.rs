//! How right a fit is about lines that it was not fitted from, and how sure it may be.

use copydesk::text::detect::{
    features::words,
    model::{LENGTH_POWER, MAX_CLASSES, Model, Sums},
    script::Script,
};

use crate::{
    corpus::{Class, Cut},
    fit::{Fit, index},
    pack::{self, Section},
    random::Random,
};

/// Snippets of each class at each length.
const SNIPPETS: usize = 600;

/// Words of a snippet.
const LENGTHS: [(&str, usize); 4] = [("one word", 1), ("two", 2), ("five", 5), ("ten", 10)];

type Scores = [f32; MAX_CLASSES];

/// What scores are multiplied by so that probabilities are right: at which the held-out snippets are likeliest. Lines that
/// are drawn from again and again make a fit surer of itself than it may be.
pub fn temperature(script: Script, classes: &[Class], fit: &Fit) -> f32 {
    let ids = index(&fit.features);
    let mut scored: Vec<(f64, usize, Scores)> = Vec::new();
    for (_, length) in LENGTHS {
        snippets(script, classes, length, |at, features| {
            let mut scores = [0.0; MAX_CLASSES];
            scores[..fit.classes].copy_from_slice(&fit.biases);
            let known: Vec<usize> =
                features.iter().filter_map(|feature| ids.get(feature)).map(|&id| id as usize * fit.classes).collect();
            for start in &known {
                let row = &fit.weights[*start..start + fit.classes];
                scores.iter_mut().zip(row).for_each(|(score, weight)| *score += weight);
            }
            let factor = 1.0 / (known.len().max(1) as f32).powf(LENGTH_POWER);
            scores.iter_mut().for_each(|score| *score *= factor);
            scored.push((classes[at].prior(Cut::Words(length)), at, scores));
        });
    }
    let loss = |temperature: f32| -> f64 {
        let one = |(weight, at, scores): &(f64, usize, Scores)| {
            let scores = &scores[..classes.len()];
            let best = scores.iter().copied().fold(f32::MIN, f32::max);
            let all: f32 = scores.iter().map(|score| ((score - best) * temperature).exp()).sum();
            weight * f64::from(all.ln() - (scores[*at] - best) * temperature)
        };
        scored.iter().map(one).sum()
    };
    let steps = (20..=80_u8).map(|step| f32::from(step) * 0.02);
    steps.map(|step| (loss(step), step)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, step)| step)
}

/// Prints the share of right answers by length, mean over the classes, of the file that a section makes.
pub fn report(script: Script, classes: &[Class], section: Section) -> Section {
    let sections = [(script, section)];
    let file = pack::file(&sections);
    let model = Model::parse(&file);
    let section = model.section(script).expect("just packed");
    let mut lines = [String::new(), String::new()];
    for (name, length) in LENGTHS {
        let mut right = vec![0_usize; classes.len()];
        snippets(script, classes, length, |at, features| {
            let mut sums = Sums::default();
            section.add(features, &mut sums);
            let mut scores = [0.0; MAX_CLASSES];
            section.scores(&sums, &mut scores);
            let best = (0..classes.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
            right[at] += usize::from(best == Some(at));
        });
        for (line, outside) in lines.iter_mut().zip([false, true]) {
            let of = classes.iter().zip(&right);
            let of: Vec<usize> = of
                .filter(|(class, _)| class.is_outside() == outside && !class.held_out.is_empty())
                .map(|(_, &right)| right)
                .collect();
            let share = of.iter().sum::<usize>() as f64 / (SNIPPETS * of.len().max(1)) as f64;
            *line += &format!(" {name} {:.2}%", 100.0 * share);
        }
    }
    eprintln!("{script:?}, held out, right:{}; outside:{}", lines[0], lines[1]);
    let vain = vain(script, section, classes);
    eprintln!("{script:?}, features looked up in vain for each found: {vain}");
    drop(model);
    let [(_, section)] = sections;
    section
}

/// Quantiles of the share of vain look-ups, of held-out words and lines, and of letters drawn alike.
fn vain(script: Script, section: &copydesk::text::detect::model::Section, classes: &[Class]) -> String {
    let mut quantiles = String::new();
    let misses = |features: &[u64]| {
        let mut sums = Sums::default();
        section.add(features, &mut sums);
        sums.misses()
    };
    let mut describe = |name: &str, mut misses: Vec<f32>| {
        misses.sort_by(f32::total_cmp);
        let at = |share: f64| misses[((misses.len() - 1) as f64 * share) as usize];
        quantiles += &format!(
            " {name} .05 {:.2} .5 {:.2} .95 {:.2} .99 {:.2} .999 {:.2};",
            at(0.05),
            at(0.5),
            at(0.95),
            at(0.99),
            at(0.999)
        );
    };
    for (name, length) in LENGTHS {
        let (mut known, mut outside) = (Vec::new(), Vec::new());
        snippets(script, classes, length, |at, features| {
            if classes[at].is_outside() { &mut outside } else { &mut known }.push(misses(features));
        });
        describe(name, known);
        if !outside.is_empty() {
            describe(&format!("{name} outside"), outside);
        }
    }
    if script == Script::Latin {
        let mut random = Random(11);
        let mut features = Vec::new();
        let drawn = (0..5000).map(|_| {
            let word: String =
                (0..6 + random.below(6)).map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz"[random.below(26)])).collect();
            crate::corpus::features(&word, script, &mut features);
            misses(&features)
        });
        describe("drawn letters", drawn.collect());
    }
    quantiles
}

/// The features of held-out snippets of each class, the same each time.
fn snippets(script: Script, classes: &[Class], length: usize, mut visit: impl FnMut(usize, &[u64])) {
    let mut random = Random(7);
    let mut features = Vec::new();
    for (at, class) in classes.iter().enumerate().filter(|(_, class)| !class.held_out.is_empty()) {
        for _ in 0..SNIPPETS {
            let text = class.held_out_snippet(length, &mut random);
            features.clear();
            words(&text, |written, word| {
                if written == script {
                    word.features(script, |feature| features.push(feature));
                }
            });
            visit(at, &features);
        }
    }
}
