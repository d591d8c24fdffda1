//! What each candidate is about: its terms, weighted by how telling they are inside the document.

use std::hint::select_unpredictable;

use crate::text::{
    document::Document,
    token::{Terms, Token},
};

use super::candidate::{Candidate, is_telling};

/// A term of a candidate with its weight; the squares of a candidate's weights add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighted {
    pub term: u32,
    /// Which candidate; 0 in the title's vector.
    pub candidate: u32,
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
    uses: Vec<Use>,
}

/// What is counted of a term.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    /// How many candidates hold it.
    frequency: u32,
    /// Where it was entered last, plus 1.
    entered: u32,
}

impl Vectors {
    /// The vectors of `candidates`.
    pub fn new(document: &Document<'_>, candidates: &[Candidate]) -> Self {
        let terms = document.terms();
        let words = candidates.iter().map(|candidate| candidate.words).sum::<usize>() + terms.title().len();
        let mut vectors = Self {
            entries: Vec::with_capacity(words + 1),
            ends: Vec::with_capacity(candidates.len()),
            title: Vec::new(),
            uses: vec![Use::default(); terms.term_count()],
        };
        for (number, candidate) in (0..).zip(candidates) {
            vectors.count(terms, terms.sentence(candidate.sentence), number);
            vectors.ends.push(vectors.entries.len());
        }
        if !terms.title().is_empty() {
            vectors.count_title(terms);
        }
        vectors.weigh(candidates.len());
        vectors
    }

    /// Enters each telling term of `tokens` once, with how often it occurs there.
    fn count(&mut self, terms: &Terms, tokens: &[Token], candidate: u32) {
        let start = self.entries.len();
        for token in tokens {
            let word = terms.word(*token);
            let counts = is_telling(word);
            let used = &mut self.uses[word.term as usize];
            if counts & (used.entered as usize > start) {
                self.entries[used.entered as usize - 1].weight += 1.0;
                continue;
            }
            // Which words count cannot be foretold: each is entered, and taken out again where it does not.
            let next = self.entries.len();
            self.entries.push(Weighted { term: word.term, candidate, weight: 1.0 });
            self.entries.truncate(next + usize::from(counts));
            used.entered = select_unpredictable(counts, u32::try_from(next + 1).unwrap_or(u32::MAX), used.entered);
            used.frequency += u32::from(counts);
        }
    }

    fn count_title(&mut self, terms: &Terms) {
        let start = self.entries.len();
        self.count(terms, terms.title(), 0);
        self.title = self.entries.split_off(start);
        for entry in &self.title {
            self.uses[entry.term as usize].frequency -= 1;
        }
        self.title.retain(|entry| self.uses[entry.term as usize].frequency > 0);
    }

    /// Multiplies each count by how rare its term is, and brings the vectors to length 1.
    fn weigh(&mut self, candidates: usize) {
        let n = candidates as f64;
        // Few candidates hold a term: the same few logarithms, each computed once.
        let most = self.uses.iter().map(|used| used.frequency).max().unwrap_or_default();
        let rarities: Vec<f64> =
            (0..=most).map(|df| if df == 0 { 0.0 } else { (1.0 + n / f64::from(df)).ln().sqrt() }).collect();
        let mut lengths = vec![0.0; candidates];
        for vectors in [&mut self.entries, &mut self.title] {
            lengths.fill(0.0);
            for entry in vectors.iter_mut() {
                entry.weight *= rarities[self.uses[entry.term as usize].frequency as usize];
                lengths[entry.candidate as usize] += entry.weight * entry.weight;
            }
            lengths.iter_mut().for_each(|length| *length = length.sqrt());
            for entry in vectors {
                entry.weight /= lengths[entry.candidate as usize];
            }
        }
    }

    /// The vector of the candidate at `index`.
    pub fn of(&self, index: usize) -> &[Weighted] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.entries[start..self.ends[index]]
    }

    /// The entries of all candidates, in order.
    pub fn entries(&self) -> &[Weighted] {
        &self.entries
    }

    /// How many candidates hold each term.
    pub fn frequencies(&self) -> impl Iterator<Item = u32> + '_ {
        self.uses.iter().map(|used| used.frequency)
    }

    /// The title's vector; empty where no term of it occurs.
    pub fn title(&self) -> &[Weighted] {
        &self.title
    }

    /// How many terms there are: they count from 0 up to it.
    pub fn term_count(&self) -> usize {
        self.uses.len()
    }
}
