//! Choosing: the best candidates; one inside another only where each has a use of its own.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, binary_heap::PeekMut},
};

use super::{
    Options,
    candidate::{Candidate, Node},
    candidates::{Candidates, Containers},
};
use crate::text::document::Document;

/// A part of a chosen phrase stands beside it if it occurs this many times as often.
const OWN_USE: u32 = 2;

/// A phrase stands beside a chosen part of it if it occurs this often.
const RECURRENT: u32 = 3;

/// A candidate to choose from. The higher its score, or, of equals, the earlier it comes, the greater it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    /// Which one.
    pub node: Node,
    /// Its linear score.
    pub score: f32,
    /// Whether its score is only known to be no higher.
    pub estimated: bool,
    /// The number of its first token.
    pub first: u32,
}

impl Ord for Choice {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |choice: &Self| (choice.first, choice.node);
        self.score.total_cmp(&other.score).then_with(|| place(other).cmp(&place(self)))
    }
}

impl PartialOrd for Choice {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Choice {}

/// The best of `pool`, best first, `max_keywords` at most. Where a score is estimated, `score` tells it once no other is
/// higher.
pub(super) fn best(
    candidates: &Candidates,
    pool: Vec<Choice>,
    max_keywords: usize,
    score: impl Fn(Node) -> f32,
) -> Vec<Choice> {
    // A few of many are wanted: a heap need not sort the rest.
    let mut ranked = BinaryHeap::from(pool);
    let mut chosen: Vec<(Choice, Vec<u32>)> = Vec::new();
    while chosen.len() < max_keywords
        && let Some(mut first) = ranked.peek_mut()
    {
        if first.estimated {
            *first = Choice { score: score(first.node), estimated: false, ..*first };
            continue;
        }
        let choice = PeekMut::pop(first);
        let stems = candidates.stems(choice.node);
        let count = |choice: &Choice| candidates[choice.node].count;
        let may_join = |(other, other_stems): &(Choice, Vec<u32>)| {
            if holds(other_stems, &stems) {
                count(&choice) >= OWN_USE * count(other)
            } else {
                !holds(&stems, other_stems) || count(&choice) >= RECURRENT
            }
        };
        if chosen.iter().all(may_join) {
            chosen.push((choice, stems));
        }
    }
    chosen.into_iter().map(|(choice, _)| choice).collect()
}

/// Every candidate that may be a keyword, not scored yet.
pub(super) fn pool(document: &Document<'_>, candidates: &Candidates, options: &Options) -> Vec<Choice> {
    let language = document.tag().map(|tag| tag.language);
    let blocked: Vec<Vec<u32>> = options
        .blocked
        .iter()
        .filter_map(|phrase| document.terms().look_up(phrase, language).into_iter().collect())
        .collect();
    let is_blocked = |node| blocked.contains(&candidates.stems(node));
    let mut pool = Vec::with_capacity(candidates.nodes.len() + 1);
    for (number, node) in candidates.iter() {
        // Which of them may stand is not foretold: each is kept, and the next takes the place of one that may not.
        pool.push(Choice { node: number, score: 0.0, estimated: false, first: node.first });
        pool.truncate(pool.len() - usize::from(!may_stand(node, candidates.containers(number))));
    }
    if !blocked.is_empty() {
        pool.retain(|choice| {
            !is_blocked(choice.node) && !names_blocked(candidates, &candidates[choice.node], is_blocked)
        });
    }
    pool
}

/// Whether `node` ends in the full name of a person whose surname is blocked.
fn names_blocked(candidates: &Candidates, node: &Candidate, is_blocked: impl Fn(Node) -> bool) -> bool {
    let mut at = Some(node);
    while let Some(name) = at {
        if candidates.surname(name).is_some_and(&is_blocked) {
            return true;
        }
        at = name.suffix.map(|suffix| &candidates[suffix]);
    }
    false
}

/// Whether `node` can be a keyword by itself: no lone letter, no chance number, no adjective or verb alone, and no fragment
/// of a longer candidate that never stands without it.
fn may_stand(node: &Candidate, within: Containers) -> bool {
    let fragment = (within.name_count == node.count) | ((node.count > 1) & (within.count == node.count));
    let dependent = node.is(Candidate::DEPENDENT) & !node.is_name();
    let chance_number = node.is(Candidate::NUMBERED) & (node.count == 1);
    node.is(Candidate::COMPLETE) & (node.characters > 1) & !chance_number & !dependent & !fragment
}

/// Whether `part` is a contiguous part of `whole`.
fn holds(whole: &[u32], part: &[u32]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{languages::Tag, text::sentence::LineBreaks};

    /// That of the candidates of `text`, best first as they are `ranked`, the `expected` ones are chosen.
    #[track_caller]
    fn check(text: &str, ranked: [&str; 2], expected: &[&str]) {
        let tag = Tag::parse("en").unwrap();
        let document = Document::new(text, "", Some(tag), LineBreaks::Auto);
        let candidates = Candidates::of(&document, 3);
        let pool = [2.0, 1.0].into_iter().zip(ranked).map(|(score, phrase)| {
            let stems = document.terms().look_up(phrase, Some(tag.language));
            let stems: Vec<u32> = stems.into_iter().map(Option::unwrap).collect();
            let (node, candidate) = candidates.iter().find(|&(node, _)| candidates.stems(node) == stems).unwrap();
            Choice { node, score, estimated: false, first: candidate.first }
        });
        let chosen = best(&candidates, pool.collect(), 10, |_| unreachable!("no score is estimated"));
        let chosen: Vec<&str> = chosen.iter().map(|choice| ranked[usize::from(choice.score < 2.0)]).collect();
        assert_eq!(chosen, expected);
    }

    #[test]
    fn a_part_stands_beside_its_phrase_if_it_occurs_twice_as_often() {
        let phrase = "The swing bridge leaks. A swing bridge rusts. ";
        let ranked = ["swing bridge", "bridge"];
        check(&format!("{phrase}That bridge creaks."), ranked, &["swing bridge"]);
        check(&format!("{phrase}That bridge creaks. No bridge sings."), ranked, &["swing bridge", "bridge"]);
    }

    #[test]
    fn a_phrase_stands_beside_its_part_if_it_occurs_three_times() {
        let phrase = "The swing bridge leaks. A swing bridge rusts. ";
        let ranked = ["bridge", "swing bridge"];
        check(phrase, ranked, &["bridge"]);
        check(&format!("{phrase}That swing bridge creaks."), ranked, &["bridge", "swing bridge"]);
    }

    #[test]
    fn what_shares_a_word_alone_is_no_part() {
        check(
            "The swing bridge leaks. A toll bridge rusts.",
            ["swing bridge", "toll bridge"],
            &["swing bridge", "toll bridge"],
        );
    }

    #[test]
    fn of_equals_the_earlier_one_is_better() {
        let choice = |score, first, node| Choice { node: Node::at(node), score, estimated: false, first };
        for (better, worse) in [((1.0, 3, 9), (1.0, 5, 2)), ((1.0, 3, 2), (1.0, 3, 9)), ((1.5, 8, 9), (1.0, 3, 2))] {
            let [better, worse] = [better, worse].map(|(score, first, node)| choice(score, first, node));
            assert!(better > worse, "{better:?} {worse:?}");
        }
    }
}
