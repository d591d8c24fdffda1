//! How much each candidate says of the document, before anything is chosen.

use super::{Length, candidate::Candidate, vector::Vectors, weights::Weights};

/// A sentence of as many words is a full one.
const FULL_WORDS: f64 = 16.0;

/// Where sentences are counted, more words than these say no more.
const EXTENT_WORDS: f64 = 25.0;

/// A sentence of more words is long.
const LONG_WORDS: usize = 40;

/// What another article's sentence is worth less: it comes after all of the main one's.
const ELSEWHERE: f64 = 3.0;

/// What is scored.
pub(super) struct Field<'f> {
    pub candidates: &'f [Candidate],
    pub vectors: &'f Vectors,
    /// Whether each candidate is of the main article.
    pub is_main: &'f [bool],
}

/// What the candidates are worth.
pub(super) struct Values {
    /// The value of each.
    pub of: Vec<f64>,
    /// The value that a sentence of this document would have if nothing could be better.
    pub most: f64,
}

/// How like a candidate is to others, as dot products.
#[derive(Debug, Clone, Copy, Default)]
struct Likeness {
    /// To the main article's candidates after it.
    forward: f64,
    /// To all of the main article's.
    centroid: f64,
    /// To the title.
    title: f64,
}

/// What the candidates are worth in a summary of `length`.
pub(super) fn values(field: &Field<'_>, length: Length, weights: &Weights) -> Values {
    let Field { candidates, vectors, is_main } = *field;
    let mut whole = vec![0.0; vectors.term_count()];
    let mut likenesses = vec![Likeness::default(); candidates.len()];
    for index in (0..candidates.len()).rev().filter(|index| is_main[*index]) {
        // No vector holds a term twice.
        for entry in vectors.of(index) {
            let following = &mut whole[entry.term as usize];
            likenesses[index].forward += entry.weight * *following;
            *following += entry.weight;
        }
    }
    // What counts for nothing is not computed.
    if weights.centroid != 0.0 {
        for entry in vectors.entries() {
            likenesses[entry.candidate as usize].centroid += entry.weight * whole[entry.term as usize];
        }
    }
    if !vectors.title().is_empty() {
        whole.fill(0.0);
        for entry in vectors.title() {
            whole[entry.term as usize] = entry.weight;
        }
        for entry in vectors.entries() {
            likenesses[entry.candidate as usize].title += entry.weight * whole[entry.term as usize];
        }
    }
    let most = likenesses.iter().fold(Likeness::default(), |most, likeness| Likeness {
        forward: most.forward.max(likeness.forward),
        centroid: most.centroid.max(likeness.centroid),
        title: most.title.max(likeness.title),
    });
    let share = |of: f64, most: f64| if most > 0.0 { of / most } else { of };
    // In a budget of words a long sentence pays for its length, in one of sentences it does not.
    let extent = if matches!(length, Length::Sentences(_)) { weights.extent } else { 0.0 };
    let of = candidates
        .iter()
        .zip(&likenesses)
        .enumerate()
        .map(|(index, (candidate, likeness))| {
            let flag = |weight: f64, is: bool| if is { weight } else { 0.0 };
            weights.position * (-(index as f64) / weights.decay).exp()
                + weights.centroid * share(likeness.centroid, most.centroid)
                + weights.forward * share(likeness.forward, most.forward)
                + weights.title * share(likeness.title, most.title)
                + weights.length * (candidate.words as f64 / FULL_WORDS).min(1.0)
                + extent * (candidate.words as f64 / EXTENT_WORDS).min(1.0)
                - flag(weights.long, candidate.words > LONG_WORDS)
                - flag(weights.question, candidate.question)
                - flag(weights.quote, candidate.quote)
                - flag(ELSEWHERE, !is_main[index])
        })
        .collect();
    let titled = if vectors.title().is_empty() { 0.0 } else { weights.title };
    let most = weights.position + weights.centroid + weights.forward + titled + weights.length + extent;
    Values { of, most }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        languages::Tag,
        text::{
            document::Document,
            sentence::LineBreaks,
            summary::{Profile, candidate},
        },
    };

    #[test]
    fn more_than_forty_words_are_too_long_for_news() {
        let news = Weights::of(Profile::News);
        let only_long = Weights { position: 0.0, forward: 0.0, title: 0.0, length: 0.0, ..news };
        for (words, expected) in [(40, 0.0), (41, -news.long)] {
            let text = format!("Bridges{} rust.", " and bridges".repeat(words / 2 - 1) + &" old".repeat(words % 2));
            let document = Document::new(&text, "", Tag::parse("en"), LineBreaks::Auto);
            let candidates = candidate::of(&document);
            let vectors = Vectors::new(&document, &candidates);
            let field = Field { candidates: &candidates, vectors: &vectors, is_main: &[true] };
            assert_eq!(candidates.iter().map(|candidate| candidate.words).collect::<Vec<_>>(), [words]);
            assert_eq!(values(&field, Length::Sentences(3), &only_long).of, [expected]);
        }
    }
}
