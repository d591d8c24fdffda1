//! Choosing: the best first, nothing twice, as much as fits.

use std::{cmp::Ordering, collections::BinaryHeap, mem};

use crate::text::document::Document;

use super::{Options, Pick, budget::Budget, candidate::Candidate, score::Values, vector::Vectors, weights::Weights};

/// Terms that more candidates hold than this say too little to tell a repetition, and would cost too much time.
const MOST_POSTINGS: usize = 256;

/// From this share of a sentence's weight in another on, it says nothing that the other does not.
const CONTAINED: f64 = 0.8;

/// What is chosen from.
pub(super) struct Field {
    pub candidates: Vec<Candidate>,
    pub vectors: Vectors,
    pub values: Values,
}

/// The sentences of a summary, best first.
pub(super) fn choose(document: &Document<'_>, options: &Options, field: &Field, weights: &Weights) -> Vec<Pick> {
    let mut budget = Budget::new(document, options.length, options.order);
    let mut race = Race::new(field, weights);
    let mut picks: Vec<Pick> = Vec::new();
    let mut best = None;
    while let Some(index) = race.next() {
        let sentence = field.candidates[index].sentence;
        let score = race.value(index) / field.values.most;
        best = best.or(Some((sentence, score)));
        let fits = budget.take(sentence);
        if fits {
            picks.push(pick(&picks, sentence, score));
        }
        let enough = if fits { 1.0 } else { weights.enough };
        if budget.used() >= enough {
            break;
        }
        if fits {
            race.choose(index);
        }
    }
    if let (true, Some((sentence, score))) = (picks.is_empty(), best) {
        picks.push(pick(&picks, sentence, score));
    }
    picks
}

/// `score` is the worth of the sentence, as a share of the most that one could be worth.
fn pick(before: &[Pick], sentence: usize, score: f64) -> Pick {
    // A sentence that leaned on one chosen since is worth more than when that was chosen; its rank says so, not its score.
    let most = before.last().map_or(1.0, |pick| pick.score);
    Pick { sentence, rank: before.len() + 1, score: score.clamp(0.0, most) }
}

/// What is known of a candidate in the race.
#[derive(Debug, Clone, Copy)]
struct Runner {
    /// How like it is to what is chosen: the largest cosine.
    likeness: f64,
    /// Whether it leans on a sentence that is not chosen.
    leans: bool,
    out: bool,
}

/// The candidates in the order of their worth beside what is chosen already.
struct Race<'f> {
    field: &'f Field,
    weights: &'f Weights,
    postings: Postings,
    runners: Vec<Runner>,
    heap: BinaryHeap<Entry>,
}

impl<'f> Race<'f> {
    fn new(field: &'f Field, weights: &'f Weights) -> Self {
        let runner = |candidate: &Candidate| Runner { likeness: 0.0, leans: candidate.leans, out: false };
        let mut race = Self {
            field,
            weights,
            postings: Postings::new(&field.vectors, field.candidates.len()),
            runners: field.candidates.iter().map(runner).collect(),
            heap: BinaryHeap::new(),
        };
        race.heap = (0..race.runners.len()).map(|index| Entry { value: race.value(index), index }).collect();
        race
    }

    /// What a candidate is worth now.
    fn value(&self, index: usize) -> f64 {
        let Runner { likeness, leans, .. } = self.runners[index];
        let leaning = if leans { self.weights.leaning } else { 0.0 };
        self.field.values.of[index] - self.weights.redundancy * likeness - leaning
    }

    /// The best candidate that is left, taken out of the race.
    fn next(&mut self) -> Option<usize> {
        while let Some(entry) = self.heap.pop() {
            if self.runners[entry.index].out {
                continue;
            }
            let value = self.value(entry.index);
            if value < entry.value {
                self.heap.push(Entry { value, ..entry });
                continue;
            }
            self.runners[entry.index].out = true;
            return Some(entry.index);
        }
        None
    }

    /// Marks down what is like the candidate that was chosen, and rules out what repeats it.
    fn choose(&mut self, chosen: usize) {
        let Self { field, weights, postings, runners, .. } = self;
        postings.each_like(&field.vectors, chosen, |other, like| {
            let runner = &mut runners[other];
            runner.out |= like.cosine >= weights.repeats || like.of_chosen >= CONTAINED || like.of_other >= CONTAINED;
            runner.likeness = runner.likeness.max(like.cosine);
        });
        // What leans on the chosen one, by itself or at the end of a chain, may stand now.
        for next in chosen + 1..self.field.candidates.len() {
            let follows = self.field.candidates[next].sentence == self.field.candidates[next - 1].sentence + 1;
            if !follows || !self.runners[next].leans {
                break;
            }
            self.runners[next].leans = false;
            self.heap.push(Entry { value: self.value(next), index: next });
        }
    }
}

/// A candidate with what it was worth when it was queued.
#[derive(Debug, Clone, Copy)]
struct Entry {
    value: f64,
    index: usize,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then(other.index.cmp(&self.index))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

/// Which candidates hold each term: the inverted index.
struct Postings {
    /// The places of the entries of each term among those of all candidates, term by term.
    held: Vec<u32>,
    starts: Vec<u32>,
    /// How like each candidate is to the one at hand, and which of them are at all.
    likenesses: Vec<Likeness>,
    alike: Vec<u32>,
}

/// How like a candidate is to a chosen one.
#[derive(Debug, Clone, Copy, Default)]
struct Likeness {
    cosine: f64,
    /// The share of the chosen one's weight in terms of the other.
    of_chosen: f64,
    /// The share of the other's weight in terms of the chosen one.
    of_other: f64,
}

impl Postings {
    fn new(vectors: &Vectors, candidates: usize) -> Self {
        let mut end = 0;
        let mut starts = Vec::with_capacity(vectors.term_count() + 1);
        starts.extend(vectors.frequencies().map(|frequency| {
            end += frequency;
            end
        }));
        starts.push(end);
        let mut held = vec![0; vectors.entries().len()];
        // From the last to the first, each before those that are placed already.
        for (place, entry) in (0..end).zip(vectors.entries()).rev() {
            let start = &mut starts[entry.term as usize];
            *start -= 1;
            held[*start as usize] = place;
        }
        Self { held, starts, likenesses: vec![Likeness::default(); candidates], alike: Vec::with_capacity(candidates) }
    }

    /// Calls `note` for each candidate that shares a term with the `chosen` one.
    fn each_like(&mut self, vectors: &Vectors, chosen: usize, mut note: impl FnMut(usize, Likeness)) {
        for entry in vectors.of(chosen) {
            let term = entry.term as usize;
            let held = &self.held[self.starts[term] as usize..self.starts[term + 1] as usize];
            if held.len() > MOST_POSTINGS {
                continue;
            }
            for place in held {
                let other = vectors.entries()[*place as usize];
                let like = &mut self.likenesses[other.candidate as usize];
                if like.cosine == 0.0 {
                    self.alike.push(other.candidate);
                }
                like.cosine += other.weight * entry.weight;
                like.of_chosen += entry.weight * entry.weight;
                like.of_other += other.weight * other.weight;
            }
        }
        for other in self.alike.drain(..) {
            note(other as usize, mem::take(&mut self.likenesses[other as usize]));
        }
    }
}
