//! Strings numbered in the order of their first coming.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::short::Short;

/// A set of strings, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Interner {
    strings: Vec<Entry>,
    /// The strings that are not short, one after another.
    long: String,
    /// An open-addressed table of numbers plus one; 0 is a free slot. Its length is a power of two.
    slots: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    Short(Short),
    /// Where it starts and ends in the buffer.
    Long(u32, u32),
}

impl Interner {
    /// None yet, with room for about so many.
    pub(super) fn with_room(expected: usize) -> Self {
        Self {
            strings: Vec::with_capacity(expected),
            long: String::new(),
            slots: vec![0; (expected * 2).next_power_of_two().max(64)],
        }
    }

    /// The number of `string`, a new one if it has none yet.
    pub(super) fn intern(&mut self, string: &str) -> u32 {
        if let Some(short) = Short::new(string) {
            return self.intern_short(short, short.hash());
        }
        self.make_room();
        let slot = self.slot_of_long(string);
        self.number_at(slot).unwrap_or_else(|| {
            let start = self.long.len();
            self.long.push_str(string);
            let [start, end] = [start, self.long.len()].map(|place| u32::try_from(place).unwrap_or(u32::MAX));
            self.add(slot, Entry::Long(start, end))
        })
    }

    /// The number of `short`, of this `hash`, likewise.
    #[inline]
    pub(super) fn intern_short(&mut self, short: Short, hash: u64) -> u32 {
        self.make_room();
        let slot = self.slot_of_short(short, hash);
        self.number_at(slot).unwrap_or_else(|| self.add(slot, Entry::Short(short)))
    }

    /// The number of `string`, if it has one.
    pub(super) fn find(&self, string: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.number_at(match Short::new(string) {
            Some(short) => self.slot_of_short(short, short.hash()),
            None => self.slot_of_long(string),
        })
    }

    /// The string that `number` stands for.
    pub(super) fn string(&self, number: u32) -> &str {
        match &self.strings[number as usize] {
            Entry::Short(short) => short.as_str(),
            Entry::Long(start, end) => &self.long[*start as usize..*end as usize],
        }
    }

    /// The same, if it is short.
    pub(super) fn short(&self, number: u32) -> Option<Short> {
        match self.strings[number as usize] {
            Entry::Short(short) => Some(short),
            Entry::Long(..) => None,
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

    fn add(&mut self, slot: usize, entry: Entry) -> u32 {
        let number = u32::try_from(self.strings.len()).unwrap_or(u32::MAX);
        self.strings.push(entry);
        self.slots[slot] = number + 1;
        number
    }

    #[inline]
    fn slot_of_short(&self, short: Short, hash: u64) -> usize {
        self.slot(hash, |entry| matches!(entry, Entry::Short(other) if *other == short))
    }

    fn slot_of_long(&self, string: &str) -> usize {
        self.slot(hash(string), |entry| match entry {
            Entry::Short(_) => false,
            Entry::Long(start, end) => self.long[*start as usize..*end as usize] == *string,
        })
    }

    /// The slot of what `is` tells, or the free one where it belongs.
    #[inline]
    fn slot(&self, hash: u64, is: impl Fn(&Entry) -> bool) -> usize {
        let mut slot = self.first_slot(hash);
        while let Some(number) = self.number_at(slot)
            && !is(&self.strings[number as usize])
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
        for (number, entry) in (1..).zip(&self.strings) {
            let mut slot = self.first_slot(match entry {
                Entry::Short(short) => short.hash(),
                Entry::Long(start, end) => hash(&self.long[*start as usize..*end as usize]),
            });
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number;
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
            .map(|i| if i % 3 == 0 { format!("a word that is longer than others {i}") } else { format!("word {i}") })
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
