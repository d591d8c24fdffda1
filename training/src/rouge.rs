//! ROUGE-2 (Lin 2004) as the evaluation scores it, but for the stemmer of English: Snowball's English for Porter's.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxBuildHasher;

/// Numbers the words of an article and its references as ROUGE tells them apart: in lower case, English ones by stem.
pub struct Tokenizer {
    stemmer: Option<Stemmer>,
    numbers: HashMap<String, u32>,
}

impl Tokenizer {
    /// With stems where the text is `english`.
    pub fn new(english: bool) -> Self {
        Self { stemmer: english.then(|| Stemmer::create(Algorithm::English)), numbers: HashMap::new() }
    }

    /// The words of `text`, in order.
    pub fn words(&mut self, text: &str) -> Vec<u32> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty());
        words
            .map(|word| {
                let next = u32::try_from(self.numbers.len()).expect("an article has fewer words");
                let word = match &self.stemmer {
                    Some(stemmer) if word.len() > 3 => stemmer.stem(word),
                    _ => word.into(),
                };
                *self.numbers.entry(word.into_owned()).or_insert(next)
            })
            .collect()
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{d7f}' | '\u{200c}' | '\u{200d}')
}

/// How often each pair of neighbouring words occurs.
pub type Counts = HashMap<(u32, u32), u32, FxBuildHasher>;

/// The pairs of neighbouring words of a text.
pub fn bigrams(words: &[u32]) -> Counts {
    let mut counts = Counts::default();
    for pair in words.windows(2) {
        *counts.entry((pair[0], pair[1])).or_default() += 1;
    }
    counts
}

/// ROUGE-2 F1 of a summary against a reference.
pub fn f1(ours: &Counts, reference: &Counts) -> f64 {
    let shared: u32 =
        ours.iter().map(|(pair, count)| reference.get(pair).map_or(0, |other| (*other).min(*count))).sum();
    let all: u32 = ours.values().sum::<u32>() + reference.values().sum::<u32>();
    2.0 * f64::from(shared) / f64::from(all.max(1))
}
