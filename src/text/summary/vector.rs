//! What each candidate is about: its terms, weighted by how telling they are inside the document.

use crate::text::document::Document;

use super::candidate::{Candidate, telling};

/// A term of a candidate with its weight; the squares of a candidate's weights add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighted {
    pub term: u32,
    pub weight: f64,
}

/// The candidates as unit vectors over the document's terms: tf * sqrt(ln(1 + n / df)), where n counts the candidates and
/// df those that hold the term. The root keeps the document's own subject, which is in most of its sentences, from
/// counting for little.
#[derive(Debug)]
pub(super) struct Vectors {
    entries: Vec<Weighted>,
    ends: Vec<usize>,
    /// The title as a unit vector, as far as its terms occur in the document.
    title: Vec<Weighted>,
    term_count: usize,
}

impl Vectors {
    /// The vectors of `candidates`.
    pub fn new(document: &Document<'_>, candidates: &[Candidate]) -> Self {
        let terms = document.terms();
        let mut frequency = vec![0_u32; terms.term_count()];
        let mut entries: Vec<Weighted> = Vec::new();
        let mut ends = Vec::with_capacity(candidates.len());
        // Where in `entries` the candidate at hand holds a term, plus 1.
        let mut slot = vec![0_usize; terms.term_count()];
        let mut count = |tokens, entries: &mut Vec<Weighted>| {
            let start = entries.len();
            for term in telling(terms, tokens) {
                let at = slot[term as usize];
                if at > start {
                    entries[at - 1].weight += 1.0;
                } else {
                    entries.push(Weighted { term, weight: 1.0 });
                    slot[term as usize] = entries.len();
                }
            }
        };
        for candidate in candidates {
            let start = entries.len();
            count(terms.sentence(candidate.sentence), &mut entries);
            for entry in &entries[start..] {
                frequency[entry.term as usize] += 1;
            }
            ends.push(entries.len());
        }
        let start = entries.len();
        count(terms.title(), &mut entries);
        let mut title = entries.split_off(start);
        title.retain(|entry| frequency[entry.term as usize] > 0);
        let n = candidates.len() as f64;
        // Few candidates hold a term: the same few logarithms, each computed once.
        let most = frequency.iter().copied().max().unwrap_or_default();
        let rarities: Vec<f64> =
            (0..=most).map(|df| if df == 0 { 0.0 } else { (1.0 + n / f64::from(df)).ln().sqrt() }).collect();
        let rarity: Vec<f64> = frequency.iter().map(|df| rarities[*df as usize]).collect();
        let mut start = 0;
        for end in &ends {
            scale(&mut entries[start..*end], &rarity);
            start = *end;
        }
        scale(&mut title, &rarity);
        Self { entries, ends, title, term_count: terms.term_count() }
    }

    /// The vector of the candidate at `index`.
    pub fn of(&self, index: usize) -> &[Weighted] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.entries[start..self.ends[index]]
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The title's vector; empty where no term of it occurs.
    pub fn title(&self) -> &[Weighted] {
        &self.title
    }

    /// How many terms there are: they count from 0 up to it.
    pub fn term_count(&self) -> usize {
        self.term_count
    }
}

/// Multiplies by how rare each term is and brings to length 1.
fn scale(vector: &mut [Weighted], rarity: &[f64]) {
    let mut square = 0.0;
    for entry in vector.iter_mut() {
        entry.weight *= rarity[entry.term as usize];
        square += entry.weight * entry.weight;
    }
    if square > 0.0 {
        let length = square.sqrt();
        for entry in vector {
            entry.weight /= length;
        }
    }
}
