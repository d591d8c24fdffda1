//! Which run of stems each run leads to by one more stem: a trie's edges.

use std::collections::BTreeMap;

use super::candidate::{Candidate, Node};

/// How many slots are looked through for a run. Only where words are ordered to that end, more than a few are taken by others.
const NEAREST: usize = 32;

/// The numbers of the runs of several stems, by the run without its last stem and by that stem.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// An open-addressed table. Its length is a power of two.
    slots: Vec<Option<Node>>,
    taken: usize,
    /// The runs whose nearest slots are all taken by others: no order of words makes it slow.
    crowded: BTreeMap<(Node, u32), Node>,
}

impl Edges {
    /// None yet, with room for about so many runs.
    pub(super) fn new(expected: usize) -> Self {
        Self { slots: vec![None; (expected * 2).next_power_of_two().max(64)], ..Self::default() }
    }

    /// The run of `nodes` that goes on from `parent` with `term`.
    #[inline]
    pub(super) fn longer(&self, nodes: &[Candidate], parent: Node, term: u32) -> Option<Node> {
        match self.slot(nodes, parent, term) {
            Some(slot) => self.slots[slot],
            None => self.crowded.get(&(parent, term)).copied(),
        }
    }

    /// The same; where there is none yet, it is the next node from now on.
    #[inline]
    pub(super) fn enter(&mut self, nodes: &[Candidate], parent: Node, term: u32) -> Node {
        if self.taken * 2 >= self.slots.len() {
            self.grow(nodes);
        }
        let Some(slot) = self.slot(nodes, parent, term) else { return self.enter_crowded(nodes, parent, term) };
        self.taken += usize::from(self.slots[slot].is_none());
        *self.slots[slot].get_or_insert_with(|| Node::at(nodes.len()))
    }

    #[cold]
    fn enter_crowded(&mut self, nodes: &[Candidate], parent: Node, term: u32) -> Node {
        let next = Node::at(nodes.len());
        let node = *self.crowded.entry((parent, term)).or_insert(next);
        self.taken += usize::from(node == next);
        node
    }

    /// The slot of a run, or the free one where it belongs; `None` where the nearest ones are taken by others. Runs are
    /// compared by what `nodes` says of them.
    #[inline]
    fn slot(&self, nodes: &[Candidate], parent: Node, term: u32) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let first = hash(parent, term) & mask;
        (first..first + NEAREST).map(|slot| slot & mask).find(|&slot| {
            self.slots[slot].is_none_or(|node| {
                let node = &nodes[node.index()];
                node.term == term && node.prefix == Some(parent)
            })
        })
    }

    #[cold]
    fn grow(&mut self, nodes: &[Candidate]) {
        self.slots = vec![None; self.slots.len() * 2];
        self.crowded.clear();
        for (index, node) in nodes.iter().enumerate() {
            if let Some(parent) = node.prefix {
                match self.slot(nodes, parent, node.term) {
                    Some(slot) => self.slots[slot] = Some(Node::at(index)),
                    None => {
                        self.crowded.insert((parent, node.term), Node::at(index));
                    }
                }
            }
        }
    }
}

/// The high half of a product (Fibonacci hashing; Knuth, volume 3, 6.4): all bits of both have a part in it.
#[inline]
fn hash(parent: Node, term: u32) -> usize {
    let key = (parent.index() as u64) << 32 | u64::from(term);
    let mixed = (key ^ key >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enters the run, and a node for it where it is new.
    fn enter(edges: &mut Edges, nodes: &mut Vec<Candidate>, parent: Node, term: u32) -> Node {
        let number = edges.enter(nodes, parent, term);
        if number.index() == nodes.len() {
            nodes.push(Candidate { prefix: Some(parent), term, ..Candidate::default() });
        }
        number
    }

    #[test]
    fn a_run_keeps_its_number() {
        const TERMS: u32 = 40;
        let singles = 0..TERMS as usize;
        let mut nodes: Vec<_> = (0..TERMS).map(|term| Candidate { term, ..Candidate::default() }).collect();
        let mut edges = Edges::new(0);
        let mut numbers = Vec::new();
        for round in 0..2 {
            let mut entered = Vec::new();
            for single in singles.clone().map(Node::at) {
                for next in 0..TERMS {
                    assert_eq!(edges.longer(&nodes, single, next).is_some(), round > 0);
                    entered.push(enter(&mut edges, &mut nodes, single, next));
                }
            }
            if round > 0 {
                assert_eq!(entered, numbers);
            }
            numbers = entered;
        }
        assert!(numbers.into_iter().map(Node::index).eq(singles.end..nodes.len()));
    }

    #[test]
    fn runs_chosen_to_share_a_slot_are_told_apart() {
        const EXPECTED: usize = 1 << 12;
        let mut edges = Edges::new(EXPECTED);
        let mask = edges.slots.len() - 1;
        let chosen = (0..).map(|term| (Node::at(0), term)).filter(|&(parent, term)| hash(parent, term) & mask < 16);
        let runs: Vec<_> = chosen.take(4 * NEAREST).collect();
        let mut nodes = vec![Candidate::default()];
        for round in 0..3 {
            for (number, &(parent, term)) in (1..).map(Node::at).zip(&runs) {
                assert_eq!(edges.longer(&nodes, parent, term), (round > 0).then_some(number));
                assert_eq!(enter(&mut edges, &mut nodes, parent, term), number);
            }
            assert!(edges.crowded.len() > NEAREST, "{}", edges.crowded.len());
        }
        assert_eq!((edges.taken, nodes.len()), (runs.len(), runs.len() + 1));
        while edges.crowded.len() > NEAREST {
            edges.grow(&nodes);
        }
        let numbers = runs.iter().map(|&(parent, term)| edges.longer(&nodes, parent, term));
        assert!(numbers.eq((1..=runs.len()).map(Node::at).map(Some)));
    }
}
