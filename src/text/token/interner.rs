//! Strings numbered in the order of their first coming.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::hint::select_unpredictable;

use rustc_hash::FxHasher;

use super::short::Short;

/// How many slots are looked through for a string. Only where words are chosen to that end, more than a few are taken by others.
const NEAREST: usize = 32;

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
    /// The numbers of the strings whose nearest slots are all taken by others: no words that a text may hold make it slow.
    crowded: BTreeMap<Box<str>, u32>,
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
        let Some(slot) = self.slot_of_longer(string) else { return self.intern_crowded(string) };
        self.number_at(slot).unwrap_or_else(|| {
            let number = self.add(string);
            self.slots[slot] = number + 1;
            number
        })
    }

    /// The number of `short`, of this `hash`, likewise.
    #[inline(always)]
    pub(super) fn intern_short(&mut self, short: Short, hash: u64) -> u32 {
        self.make_room();
        let mut slot = self.first_slot(hash);
        for _ in 0..NEAREST {
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
        self.intern_crowded(short.as_str())
    }

    /// The number of `string`, if it has one.
    pub(super) fn find(&self, string: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = match Short::new(string) {
            Some(short) => self.slot(short.hash(), |number| self.strings[number as usize] == short),
            None => self.slot_of_longer(string),
        };
        slot.map_or_else(|| self.crowded.get(string).copied(), |slot| self.number_at(slot))
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

    fn slot_of_longer(&self, string: &str) -> Option<usize> {
        self.slot(hash(string), |number| self.string(number) == string)
    }

    /// The slot of what `is` tells, or the free one where it belongs; `None` where the nearest ones are taken by others.
    fn slot(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<usize> {
        let first = self.first_slot(hash);
        let mut nearest = (first..first + NEAREST).map(|slot| slot & (self.slots.len() - 1));
        nearest.find(|&slot| self.number_at(slot).is_none_or(&is))
    }

    #[cold]
    fn intern_crowded(&mut self, string: &str) -> u32 {
        self.crowded.get(string).copied().unwrap_or_else(|| {
            let number = self.add(string);
            self.crowded.insert(string.into(), number);
            number
        })
    }

    /// The number of `string`, a new one.
    fn add(&mut self, string: &str) -> u32 {
        let number = u32::try_from(self.strings.len()).unwrap_or(u32::MAX);
        self.strings.push(Short::new(string).unwrap_or_else(|| {
            self.longer.push((number, self.buffer.len()));
            self.buffer.push_str(string);
            Short::NO_STRING
        }));
        number
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
        self.crowded.clear();
        for number in 0..u32::try_from(self.strings.len()).unwrap_or(u32::MAX) {
            let string = self.string(number);
            let hash = Short::new(string).map_or_else(|| hash(string), |short| short.hash());
            match self.slot(hash, |_| false) {
                Some(slot) => self.slots[slot] = number + 1,
                None => {
                    let string = string.into();
                    self.crowded.insert(string, number);
                }
            }
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
    fn strings_chosen_to_share_a_slot_are_told_apart() {
        for longer in ["", "a word that is longer than others "] {
            let mut interner = Interner::with_room(1 << 12);
            let hash_of = |word: &str| Short::new(word).map_or_else(|| hash(word), |short| short.hash());
            let chosen =
                (0..).map(|n| format!("{longer}word {n}")).filter(|word| interner.first_slot(hash_of(word)) < 16);
            let words: Vec<String> = chosen.take(4 * NEAREST).collect();
            for round in 0..3 {
                for (number, word) in (0..).zip(&words) {
                    assert_eq!(interner.find(word), (round > 0).then_some(number));
                    assert_eq!(interner.intern(word), number);
                    assert_eq!(interner.string(number), word);
                }
                assert!(interner.crowded.len() > NEAREST, "{}", interner.crowded.len());
            }
            while interner.crowded.len() > NEAREST {
                interner.grow();
            }
            assert!(words.iter().zip(0..).all(|(word, number)| interner.find(word) == Some(number)));
        }
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
