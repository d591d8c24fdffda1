//! Which run of stems each run leads to by one more stem: a trie's edges.

use super::candidate::Candidate;

/// The numbers of runs, by the run without its last stem and by that stem.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The number plus one of each run of one stem, by the stem; 0 where there is none.
    singles: Vec<u32>,
    /// An open-addressed table of the numbers of the longer runs, plus one; 0 is a free slot. Its length is a power of two.
    slots: Vec<u32>,
    taken: usize,
}

impl Edges {
    /// None yet: of `terms` stems, with room for about so many longer runs.
    pub(super) fn new(terms: usize, expected: usize) -> Self {
        Self { singles: vec![0; terms], slots: vec![0; (expected * 2).next_power_of_two().max(64)], taken: 0 }
    }

    /// The number of the run of `term` alone.
    #[inline]
    pub(super) fn single(&self, term: u32) -> Option<u32> {
        self.singles.get(term as usize)?.checked_sub(1)
    }

    /// The number of the run of `nodes` that goes on from `parent` with `term`.
    #[inline]
    pub(super) fn longer(&self, nodes: &[Candidate], parent: u32, term: u32) -> Option<u32> {
        self.slots[self.slot(nodes, parent, term)].checked_sub(1)
    }

    /// The same, where it has none yet, from now on the number of the next node.
    #[inline]
    pub(super) fn enter(&mut self, nodes: &[Candidate], parent: Option<u32>, term: u32) -> u32 {
        let next = u32::try_from(nodes.len() + 1).unwrap_or(u32::MAX);
        let slot = match parent {
            None => &mut self.singles[term as usize],
            Some(parent) => {
                if self.taken * 2 >= self.slots.len() {
                    self.grow(nodes);
                }
                let slot = self.slot(nodes, parent, term);
                self.taken += usize::from(self.slots[slot] == 0);
                &mut self.slots[slot]
            }
        };
        if *slot == 0 {
            *slot = next;
        }
        *slot - 1
    }

    /// The slot of a run, or the free one where it belongs. Runs are compared by what `nodes` says of them.
    #[inline]
    fn slot(&self, nodes: &[Candidate], parent: u32, term: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(parent, term) & mask;
        while let Some(number) = self.slots[slot].checked_sub(1) {
            let node = &nodes[number as usize];
            if node.term == term && node.prefix == Some(parent) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self, nodes: &[Candidate]) {
        self.slots = vec![0; self.slots.len() * 2];
        for (number, node) in (1..).zip(nodes) {
            if let Some(parent) = node.prefix {
                let slot = self.slot(nodes, parent, node.term);
                self.slots[slot] = number;
            }
        }
    }
}

/// The high half of a product (Fibonacci hashing; Knuth, volume 3, 6.4): all bits of both have a part in it.
#[inline]
fn hash(parent: u32, term: u32) -> usize {
    let key = u64::from(parent) << 32 | u64::from(term);
    let mixed = (key ^ key >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enters the run, and a node for it where it is new.
    fn enter(edges: &mut Edges, nodes: &mut Vec<Candidate>, prefix: Option<u32>, term: u32) -> u32 {
        let number = edges.enter(nodes, prefix, term);
        if number as usize == nodes.len() {
            nodes.push(Candidate { prefix, term, ..Candidate::default() });
        }
        number
    }

    #[test]
    fn a_run_keeps_its_number() {
        const TERMS: u32 = 40;
        let (mut edges, mut nodes) = (Edges::new(TERMS as usize, 0), Vec::new());
        let mut numbers = Vec::new();
        for round in 0..2 {
            let mut entered = Vec::new();
            for term in 0..TERMS {
                let single = enter(&mut edges, &mut nodes, None, term);
                assert_eq!(edges.single(term), Some(single));
                entered.push(single);
                for next in 0..TERMS {
                    assert_eq!(edges.longer(&nodes, single, next).is_some(), round > 0);
                    entered.push(enter(&mut edges, &mut nodes, Some(single), next));
                }
            }
            if round > 0 {
                assert_eq!(entered, numbers);
            }
            numbers = entered;
        }
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..TERMS * (TERMS + 1)));
        assert_eq!(edges.single(TERMS), None);
    }
}
