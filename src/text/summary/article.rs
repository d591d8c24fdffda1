//! Which candidates belong to the main article of a page that holds several.

use super::{
    candidate::Candidate,
    vector::{Vectors, Weighted},
};

/// So many sentences make an article; before as many, what follows belongs to it.
const SHORTEST_ARTICLE: f64 = 5.0;

/// A stretch of prose less like the article than this share of the likeness of its sentences among themselves is of
/// another. Of the sections of one article 5% fall below, of other articles' more than 90% do.
const LEAST_LIKENESS: f64 = 0.3;

/// Whether each candidate is of the main article: the first one. An article goes on over headings and lists as long as it
/// keeps to its subject; a stretch that copies what stands before it is none of it.
pub(super) fn is_main(candidates: &[Candidate], vectors: &Vectors) -> Vec<bool> {
    let mut is_main = vec![true; candidates.len()];
    // Most texts are one stretch, or one article's few.
    if candidates.first().map(|first| first.stretch) == candidates.last().map(|last| last.stretch) {
        return is_main;
    }
    let mut article = Sum::new(vectors.term_count());
    let mut start = 0;
    for stretch in candidates.chunk_by(|one, next| one.stretch == next.stretch) {
        let range = start..start + stretch.len();
        start = range.end;
        let goes_on = article.count < SHORTEST_ARTICLE || article.likeness(vectors, range.clone()) >= LEAST_LIKENESS;
        if goes_on && !stretch[0].copied {
            range.for_each(|index| article.add(vectors.of(index)));
        } else {
            is_main[range].fill(false);
        }
    }
    is_main
}

/// The sum of the vectors of an article's sentences.
struct Sum {
    weights: Vec<f64>,
    /// How many were added.
    count: f64,
    /// Its dot product with itself.
    square: f64,
}

impl Sum {
    fn new(term_count: usize) -> Self {
        Self { weights: vec![0.0; term_count], count: 0.0, square: 0.0 }
    }

    /// The mean cosine of the candidates of `range` with those of the article, as a share of the mean cosine of these among
    /// themselves.
    fn likeness(&self, vectors: &Vectors, range: std::ops::Range<usize>) -> f64 {
        let stretch = range.len() as f64;
        let other: f64 = range.map(|index| self.dot(vectors.of(index))).sum();
        let own = self.square - self.count;
        if own <= 0.0 { 1.0 } else { (other / (stretch * self.count)) / (own / (self.count * (self.count - 1.0))) }
    }

    fn dot(&self, vector: &[Weighted]) -> f64 {
        vector.iter().map(|entry| entry.weight * self.weights[entry.term as usize]).sum()
    }

    fn add(&mut self, vector: &[Weighted]) {
        for entry in vector {
            let weight = &mut self.weights[entry.term as usize];
            self.square += entry.weight * (2.0 * *weight + entry.weight);
            *weight += entry.weight;
        }
        self.count += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        languages::Tag,
        text::{document::Document, sentence::LineBreaks, summary::candidate},
    };

    /// Sentences that share their words with each other.
    fn prose(words: &str, sentences: u8) -> String {
        (b'A'..b'A' + sentences).map(|letter| format!("The {words} {}ville. ", char::from(letter))).collect()
    }

    #[test]
    fn before_five_sentences_what_follows_is_of_the_article() {
        for (sentences, goes_on) in [(4, true), (5, false)] {
            let first = prose("engineers repaired bridges near harbours with cranes in", sentences);
            let other = prose("singers recorded ballads for festivals with guitars in", 5);
            let text = format!("{first}\n\nAnother heading\n\n{other}");
            let document = Document::new(&text, "", Tag::parse("en"), LineBreaks::Auto);
            let candidates = candidate::of(&document);
            let is_main = is_main(&candidates, &Vectors::new(&document, &candidates));
            let expected: Vec<bool> = candidates.iter().map(|candidate| candidate.stretch == 0 || goes_on).collect();
            assert_eq!(is_main, expected, "{sentences}");
            assert_eq!(is_main.len(), usize::from(sentences) + 5);
        }
    }
}
