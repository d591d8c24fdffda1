//! Strings numbered in the order of their first coming.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// A set of strings in one buffer, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Interner {
    strings: String,
    ends: Vec<u32>,
    hashes: Vec<u32>,
    /// An open-addressed table of numbers plus one; 0 is a free slot. Its length is a power of two.
    slots: Vec<u32>,
}

impl Interner {
    /// None yet, with room for about so many.
    pub(super) fn with_room(expected: usize) -> Self {
        Self {
            strings: String::with_capacity(expected * 8),
            ends: Vec::with_capacity(expected),
            hashes: Vec::with_capacity(expected),
            slots: vec![0; (expected * 2).next_power_of_two().max(64)],
        }
    }

    /// The number of `string`, a new one if it has none yet.
    pub(super) fn intern(&mut self, string: &str) -> u32 {
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(string);
        let mut slot = self.first_slot(hash);
        while let Some(number) = self.slots[slot].checked_sub(1) {
            if self.hashes[number as usize] == hash && self.string(number) == string {
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.strings.push_str(string);
        self.ends.push(u32::try_from(self.strings.len()).unwrap_or(u32::MAX));
        self.hashes.push(hash);
        self.slots[slot] = number + 1;
        number
    }

    /// The number of `string`, if it has one.
    pub(super) fn find(&self, string: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash(string);
        let mut slot = self.first_slot(hash);
        while let Some(number) = self.slots[slot].checked_sub(1) {
            if self.hashes[number as usize] == hash && self.string(number) == string {
                return Some(number);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// The string that `number` stands for.
    pub(super) fn string(&self, number: u32) -> &str {
        let index = number as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.strings[start as usize..self.ends[index] as usize]
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn first_slot(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(64)];
        for (number, &hash) in (1..).zip(&self.hashes) {
            let mut slot = self.first_slot(hash);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number;
        }
    }
}

fn hash(string: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(string.as_bytes());
    let hash = hasher.finish();
    // Fx mixes upwards: its high half is the better one.
    u32::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_keeps_its_number() {
        let mut interner = Interner::default();
        let words: Vec<String> = (0..2000).map(|i| format!("word {i}")).collect();
        let first: Vec<u32> = words.iter().map(|w| interner.intern(w)).collect();
        let second: Vec<u32> = words.iter().map(|w| interner.intern(w)).collect();
        assert_eq!(first, second);
        assert_eq!(first, (0..2000).collect::<Vec<u32>>());
        assert!(words.iter().zip(&first).all(|(w, &n)| interner.string(n) == w));
        assert_eq!(interner.len(), 2000);
    }
}
