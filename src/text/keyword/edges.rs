//! Which run of stems each run leads to by one more stem: a trie's edges.

use super::candidate::{Candidate, Node};

/// The numbers of the runs of several stems, by the run without its last stem and by that stem.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// An open-addressed table. Its length is a power of two.
    slots: Vec<Option<Node>>,
    taken: usize,
}

impl Edges {
    /// None yet, with room for about so many runs.
    pub(super) fn new(expected: usize) -> Self {
        Self { slots: vec![None; (expected * 2).next_power_of_two().max(64)], taken: 0 }
    }

    /// The run of `nodes` that goes on from `parent` with `term`.
    #[inline]
    pub(super) fn longer(&self, nodes: &[Candidate], parent: Node, term: u32) -> Option<Node> {
        self.slots[self.slot(nodes, parent, term)]
    }

    /// The same; where there is none yet, it is the next node from now on.
    #[inline]
    pub(super) fn enter(&mut self, nodes: &[Candidate], parent: Node, term: u32) -> Node {
        if self.taken * 2 >= self.slots.len() {
            self.grow(nodes);
        }
        let slot = self.slot(nodes, parent, term);
        self.taken += usize::from(self.slots[slot].is_none());
        *self.slots[slot].get_or_insert_with(|| Node::at(nodes.len()))
    }

    /// The slot of a run, or the free one where it belongs. Runs are compared by what `nodes` says of them.
    #[inline]
    fn slot(&self, nodes: &[Candidate], parent: Node, term: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(parent, term) & mask;
        while let Some(node) = self.slots[slot] {
            let node = &nodes[node.index()];
            if node.term == term && node.prefix == Some(parent) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self, nodes: &[Candidate]) {
        self.slots = vec![None; self.slots.len() * 2];
        for (index, node) in nodes.iter().enumerate() {
            if let Some(parent) = node.prefix {
                let slot = self.slot(nodes, parent, node.term);
                self.slots[slot] = Some(Node::at(index));
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
}
