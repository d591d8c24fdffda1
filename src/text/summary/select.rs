//! Choosing: the best first, nothing twice, as much as fits.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::text::document::Document;

use super::{
    Options, Pick,
    budget::Budget,
    candidate::Candidate,
    score::Values,
    vector::{Vectors, Weighted},
    weights::Weights,
};

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
            race.choose(index);
        }
        let enough = if fits { 1.0 } else { weights.enough };
        if budget.used() >= enough {
            break;
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

/// The candidates in the order of their worth beside what is chosen already.
struct Race<'f> {
    field: &'f Field,
    weights: &'f Weights,
    postings: Postings,
    /// How like the candidate is to what is chosen: the largest cosine.
    likeness: Vec<f64>,
    /// Whether a candidate leans on a sentence that is not chosen.
    leans: Vec<bool>,
    out: Vec<bool>,
    heap: BinaryHeap<Entry>,
}

impl<'f> Race<'f> {
    fn new(field: &'f Field, weights: &'f Weights) -> Self {
        let count = field.candidates.len();
        let mut race = Self {
            field,
            weights,
            postings: Postings::new(&field.vectors),
            likeness: vec![0.0; count],
            leans: field.candidates.iter().map(|candidate| candidate.leans).collect(),
            out: vec![false; count],
            heap: BinaryHeap::new(),
        };
        race.heap = (0..count).map(|index| Entry { value: race.value(index), index }).collect();
        race
    }

    /// What a candidate is worth now.
    fn value(&self, index: usize) -> f64 {
        let leaning = if self.leans[index] { self.weights.leaning } else { 0.0 };
        self.field.values.of[index] - self.weights.redundancy * self.likeness[index] - leaning
    }

    /// The best candidate that is left, taken out of the race.
    fn next(&mut self) -> Option<usize> {
        while let Some(entry) = self.heap.pop() {
            if self.out[entry.index] {
                continue;
            }
            let value = self.value(entry.index);
            if value < entry.value {
                self.heap.push(Entry { value, ..entry });
                continue;
            }
            self.out[entry.index] = true;
            return Some(entry.index);
        }
        None
    }

    /// Marks down what is like the candidate that was chosen, and rules out what repeats it.
    fn choose(&mut self, chosen: usize) {
        let likenesses = self.postings.like(self.field.vectors.of(chosen));
        for likeness in likenesses {
            let repeats = likeness.cosine >= self.weights.repeats
                || likeness.of_chosen >= CONTAINED
                || likeness.of_other >= CONTAINED;
            if repeats {
                self.out[likeness.other] = true;
            }
            let most = &mut self.likeness[likeness.other];
            *most = most.max(likeness.cosine);
        }
        // What leans on the chosen one, by itself or at the end of a chain, may stand now.
        for next in chosen + 1..self.field.candidates.len() {
            let follows = self.field.candidates[next].sentence == self.field.candidates[next - 1].sentence + 1;
            if !follows || !self.leans[next] {
                break;
            }
            self.leans[next] = false;
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
    held: Vec<(u32, f64)>,
    starts: Vec<usize>,
    cosine: Vec<f64>,
    of_chosen: Vec<f64>,
    of_other: Vec<f64>,
}

/// How like a candidate is to a chosen one.
struct Likeness {
    other: usize,
    cosine: f64,
    /// The share of the chosen one's weight in terms of the other.
    of_chosen: f64,
    /// The share of the other's weight in terms of the chosen one.
    of_other: f64,
}

impl Postings {
    fn new(vectors: &Vectors) -> Self {
        let mut starts = vec![0_usize; vectors.term_count() + 1];
        for index in 0..vectors.len() {
            for entry in vectors.of(index) {
                starts[entry.term as usize + 1] += 1;
            }
        }
        for term in 1..starts.len() {
            starts[term] += starts[term - 1];
        }
        let mut next = starts.clone();
        let mut held = vec![(0, 0.0); starts.last().copied().unwrap_or(0)];
        for index in 0..vectors.len() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            for entry in vectors.of(index) {
                held[next[entry.term as usize]] = (number, entry.weight);
                next[entry.term as usize] += 1;
            }
        }
        let zeros = vec![0.0; vectors.len()];
        Self { held, starts, cosine: zeros.clone(), of_chosen: zeros.clone(), of_other: zeros }
    }

    /// The candidates that share a term with `vector`.
    fn like(&mut self, vector: &[Weighted]) -> Vec<Likeness> {
        let mut touched: Vec<u32> = Vec::new();
        for entry in vector {
            let held = &self.held[self.starts[entry.term as usize]..self.starts[entry.term as usize + 1]];
            if held.len() > MOST_POSTINGS {
                continue;
            }
            for (other, weight) in held {
                let at = *other as usize;
                if self.cosine[at] == 0.0 {
                    touched.push(*other);
                }
                self.cosine[at] += weight * entry.weight;
                self.of_chosen[at] += entry.weight * entry.weight;
                self.of_other[at] += weight * weight;
            }
        }
        touched
            .into_iter()
            .map(|other| {
                let at = other as usize;
                Likeness {
                    other: at,
                    cosine: std::mem::take(&mut self.cosine[at]),
                    of_chosen: std::mem::take(&mut self.of_chosen[at]),
                    of_other: std::mem::take(&mut self.of_other[at]),
                }
            })
            .collect()
    }
}
