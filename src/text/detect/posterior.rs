//! From what was read to languages with calibrated confidence.

use std::sync::LazyLock;

use crate::languages::Tag;

use super::{
    Candidate,
    model::MAX_CLASSES,
    reading::{MODEL, Reading},
    script::{SCRIPTS, Script},
};

/// The language of a script that, among the known languages, only one is written in.
const fn only_language(script: Script) -> Option<&'static str> {
    match script {
        Script::Armenian => Some("hy"),
        Script::Bengali => Some("bn"),
        Script::Georgian => Some("ka"),
        Script::Greek => Some("el"),
        Script::Gujarati => Some("gu"),
        Script::Gurmukhi => Some("pa"),
        Script::Hangul => Some("ko"),
        Script::Kana => Some("ja"),
        Script::Kannada => Some("kn"),
        Script::Khmer => Some("km"),
        Script::Lao => Some("lo"),
        Script::Malayalam => Some("ml"),
        Script::Myanmar => Some("my"),
        Script::Odia => Some("or"),
        Script::Sinhala => Some("si"),
        Script::Tamil => Some("ta"),
        Script::Telugu => Some("te"),
        Script::Thai => Some("th"),
        Script::Tibetan => Some("bo"),
        Script::Arabic
        | Script::Cyrillic
        | Script::Devanagari
        | Script::Ethiopic
        | Script::Han
        | Script::Hebrew
        | Script::Latin => None,
    }
}

/// The tags of each script's classes; `None` stands for languages outside the catalogue.
static TAGS: LazyLock<[Vec<Option<Tag>>; SCRIPTS]> = LazyLock::new(|| {
    Script::ALL.map(|script| match (only_language(script), MODEL.section(script)) {
        (Some(code), _) => vec![Tag::parse(code)],
        (None, Some(section)) => section.classes.iter().map(|class| Tag::parse(class)).collect(),
        (None, None) => Vec::new(),
    })
});

/// The languages that a reading speaks for, best first, with their confidence.
pub fn posterior(reading: &Reading) -> Vec<Candidate> {
    if reading.words == 0 || reading.code >= reading.words {
        return Vec::new();
    }
    let shares = shares(&reading.letters);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (script, share) in Script::ALL.into_iter().zip(shares) {
        if share < 0.01 {
            continue;
        }
        let tags = &TAGS[script.index()];
        let mut probabilities = [1.0_f32; MAX_CLASSES];
        if let (Some(section), Some(sums)) = (MODEL.section(script), reading.sums(script)) {
            if script == Script::Latin && sums.misses() > GIBBERISH {
                continue;
            }
            section.scores(sums, &mut probabilities);
            softmax(&mut probabilities[..tags.len()]);
        }
        for (tag, probability) in tags.iter().zip(probabilities) {
            if let (Some(mut tag), confidence @ 0.0001..) = (*tag, share * f64::from(probability)) {
                if tag.language.code == "zh" {
                    tag.script = reading.variants.script().unwrap_or("Hans");
                }
                candidates.push(Candidate { tag, confidence });
            }
        }
    }
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    candidates
}

/// Only the languages that are allowed, with the confidence that they share. Chinese that could be of either kind is of the
/// kind that is allowed.
pub fn restrict(mut candidates: Vec<Candidate>, reading: &Reading, allowed: &[Tag]) -> Vec<Candidate> {
    if allowed.is_empty() {
        return candidates;
    }
    if let (None, Some(chinese)) = (reading.variants.script(), allowed.iter().find(|tag| tag.language.code == "zh")) {
        for candidate in candidates.iter_mut().filter(|candidate| candidate.tag.language.code == "zh") {
            candidate.tag = *chinese;
        }
    }
    candidates.retain(|candidate| allowed.contains(&candidate.tag));
    let all: f64 = candidates.iter().map(|candidate| candidate.confidence).sum();
    for candidate in &mut candidates {
        candidate.confidence /= all;
    }
    candidates
}

/// Above so many vain look-ups for each found feature, letters are in no language's order.
const GIBBERISH: f32 = 2.0;

/// What each script weighs. Text in other scripts often has Latin names in it, seldom the other way round; a Chinese
/// character says as much as two letters; where there is kana, Han is Japanese.
fn shares(letters: &[u32; SCRIPTS]) -> [f64; SCRIPTS] {
    let mut shares = letters.map(f64::from);
    let (kana, han) = (shares[Script::Kana.index()], shares[Script::Han.index()]);
    if kana > 0.0 && kana * 10.0 >= kana + han {
        shares[Script::Kana.index()] += han;
        shares[Script::Han.index()] = 0.0;
    }
    shares[Script::Latin.index()] *= 0.5;
    shares[Script::Han.index()] *= 2.0;
    for share in &mut shares {
        *share = share.powi(4);
    }
    let all: f64 = shares.iter().sum();
    shares.map(|share| if all > 0.0 { share / all } else { 0.0 })
}

fn softmax(scores: &mut [f32]) {
    let best = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut all = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - best).exp();
        all += *score;
    }
    for score in scores {
        *score /= all;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_catalogue_can_be_answered() {
        for language in crate::languages::CATALOGUE {
            assert!(
                TAGS.iter().flatten().flatten().any(|tag| tag.language == language),
                "{} is in no model",
                language.code
            );
        }
    }
}
