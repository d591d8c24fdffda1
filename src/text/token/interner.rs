//! Strings numbered in the order of their first coming.

use std::hash::Hasher;
use std::hint::select_unpredictable;

use rustc_hash::FxHasher;

use super::short::Short;

/// A set of strings, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// The short strings, with [`Short::NO_STRING`] in place of the others.
    strings: Vec<Short>,
    /// The numbers of the others, and where each of them starts in the buffer.
    longer: Vec<(u32, usize)>,
    /// The strings that are not short, one after another.
    buffer: String,
    /// An open-addressed table of numbers plus one; 0 is a free slot. Its length is a power of two.
    slots: Vec<u32>,
}

impl Interner {
    /// None yet, with room for about so many.
    pub(super) fn with_room(expected: usize) -> Self {
        Self {
            strings: Vec::with_capacity(expected + 1),
            slots: vec![0; (expected * 2).next_power_of_two().max(64)],
            ..Self::default()
        }
    }

    /// The number of `string`, a new one if it has none yet.
    pub(super) fn intern(&mut self, string: &str) -> u32 {
        if let Some(short) = Short::new(string) {
            return self.intern_short(short, short.hash());
        }
        self.make_room();
        let slot = self.slot_of_longer(string);
        self.number_at(slot).unwrap_or_else(|| {
            let number = u32::try_from(self.strings.len()).unwrap_or(u32::MAX);
            self.strings.push(Short::NO_STRING);
            self.longer.push((number, self.buffer.len()));
            self.buffer.push_str(string);
            self.slots[slot] = number + 1;
            number
        })
    }

    /// The number of `short`, of this `hash`, likewise.
    #[inline(always)]
    pub(super) fn intern_short(&mut self, short: Short, hash: u64) -> u32 {
        self.make_room();
        let mut slot = self.first_slot(hash);
        loop {
            let number = self.slots[slot].saturating_sub(1);
            let is_free = self.slots[slot] == 0;
            let other = self.strings.get(number as usize).unwrap_or(&short);
            // Whether it is new cannot be foretold: it is added in any case, and taken away again.
            if *select_unpredictable(is_free, &short, other) == short {
                let next = self.strings.len();
                self.strings.push(short);
                self.strings.truncate(next + usize::from(is_free));
                let number = select_unpredictable(is_free, u32::try_from(next).unwrap_or(u32::MAX), number);
                self.slots[slot] = number + 1;
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// The number of `string`, if it has one.
    pub(super) fn find(&self, string: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.number_at(match Short::new(string) {
            Some(short) => self.slot(short.hash(), |number| self.strings[number as usize] == short),
            None => self.slot_of_longer(string),
        })
    }

    /// The string that `number` stands for.
    pub(super) fn string(&self, number: u32) -> &str {
        match self.longer.binary_search_by_key(&number, |(number, _)| *number) {
            Err(_) => self.strings[number as usize].as_str(),
            Ok(at) => {
                let end = self.longer.get(at + 1).map_or(self.buffer.len(), |(_, start)| *start);
                &self.buffer[self.longer[at].1..end]
            }
        }
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.strings.len()
    }

    #[inline]
    fn number_at(&self, slot: usize) -> Option<u32> {
        self.slots[slot].checked_sub(1)
    }

    fn slot_of_longer(&self, string: &str) -> usize {
        self.slot(hash(string), |number| self.string(number) == string)
    }

    /// The slot of what `is` tells, or the free one where it belongs.
    fn slot(&self, hash: u64, is: impl Fn(u32) -> bool) -> usize {
        let mut slot = self.first_slot(hash);
        while let Some(number) = self.number_at(slot)
            && !is(number)
        {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }

    #[inline]
    fn first_slot(&self, hash: u64) -> usize {
        // The highest bits, as many as number the slots: in the hash of a short string they alone depend on all its bytes.
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    /// Sees to it that half of the slots are free, and one at least.
    #[inline]
    fn make_room(&mut self) {
        if self.strings.len() * 2 >= self.slots.len() {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(64)];
        for number in 0..u32::try_from(self.strings.len()).unwrap_or(u32::MAX) {
            let string = self.string(number);
            let mut slot = self.first_slot(Short::new(string).map_or_else(|| hash(string), |short| short.hash()));
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number + 1;
        }
    }
}

fn hash(string: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(string.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_keeps_its_number() {
        let mut interner = Interner::default();
        let words: Vec<String> = (0..2000)
            .map(|i| match i {
                1999 => String::new(),
                _ if i % 3 == 0 => format!("a word that is longer than others {i}"),
                _ => format!("word {i}"),
            })
            .collect();
        assert!(words.iter().all(|word| interner.find(word).is_none()));
        let first: Vec<u32> = words.iter().map(|w| interner.intern(w)).collect();
        let second: Vec<u32> = words.iter().map(|w| interner.intern(w)).collect();
        assert_eq!(first, second);
        assert_eq!(first, (0..2000).collect::<Vec<u32>>());
        assert!(words.iter().zip(&first).all(|(w, &n)| interner.string(n) == w && interner.find(w) == Some(n)));
        assert_eq!(interner.len(), 2000);
    }

    #[test]
    fn strings_that_differ_in_any_byte_have_slots_apart() {
        let interner = Interner::with_room(1 << 10);
        for place in 0..SHORT.len() {
            let slots = (b'a'..=b'z').map(|letter| {
                let mut bytes = *SHORT;
                bytes[place] = letter;
                interner.first_slot(Short::new(str::from_utf8(&bytes).unwrap()).unwrap().hash())
            });
            assert!(slots.collect::<std::collections::BTreeSet<_>>().len() > 20, "{place}");
        }
    }

    const SHORT: &[u8; 23] = b"harbourmasterassociatio";
}
