//! Features on their way to the model.

use super::{features::Word, model::Feature, script::Script};

/// The features of one script's words that are still to be looked up. Those of a word that comes again are counted instead:
/// a third of the words of running text are such.
#[derive(Debug)]
pub struct Pending {
    script: Script,
    features: Vec<Feature>,
    /// The word that was met last of those whose hashes open with a slot's number.
    met: [Met; SLOTS],
}

/// A word that was met.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    /// The hash of the whole word.
    word: u64,
    /// Where its features are among the pending ones; nowhere if the slot is empty.
    start: u16,
    end: u16,
}

/// How many words are remembered at most.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 6;

/// So many features are looked up together.
const FULL: usize = 1024;

impl Pending {
    /// None yet, with room for so many.
    pub fn with_room(features: usize) -> Self {
        Self {
            script: Script::Latin,
            features: Vec::with_capacity(features.min(FULL)),
            met: [Met::default(); SLOTS],
        }
    }

    /// The script of all the words, and their features.
    pub fn features(&self) -> (Script, &[Feature]) {
        (self.script, &self.features)
    }

    /// Whether a word in `script` has no room among them.
    pub fn is_full_for(&self, script: Script) -> bool {
        self.script != script || self.features.len() >= FULL
    }

    /// Forgets all, for words in `script`.
    pub fn restart(&mut self, script: Script) {
        self.script = script;
        self.features.clear();
        self.met = [Met::default(); SLOTS];
    }

    /// Adds the features of a word.
    #[inline]
    pub fn add(&mut self, word: &mut Word) {
        let whole = word.whole();
        let slot = &mut self.met[(whole >> (u64::BITS - SLOT_BITS)) as usize];
        let again = self.features.get_mut(usize::from(slot.start)..usize::from(slot.end)).unwrap_or_default();
        if slot.word == whole && !again.is_empty() {
            for feature in again {
                feature.times = feature.times.saturating_add(1);
            }
            return;
        }
        let start = self.features.len();
        self.features.push(Feature { hash: whole, times: 1 });
        word.runs(self.script, |hash| self.features.push(Feature { hash, times: 1 }));
        let place = u16::try_from(start).ok().zip(u16::try_from(self.features.len()).ok());
        *slot = place.map_or_else(Met::default, |(start, end)| Met { word: whole, start, end });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::detect::features::words;

    /// How often the first feature of each word is there, in order.
    #[track_caller]
    fn check(text: &str, expected: &[u16]) {
        let mut pending = Pending::with_room(0);
        let mut firsts = Vec::new();
        words(text, |_, word| {
            let before = pending.features.len();
            pending.add(word);
            if pending.features.len() > before {
                firsts.push(before);
            }
        });
        let times: Vec<u16> = firsts.iter().map(|&at| pending.features[at].times).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn a_word_that_comes_again_is_counted() {
        check("the cat and the dog", &[2, 1, 1, 1]);
        check("The the THE", &[3]);
        check("", &[]);
    }

    #[test]
    fn all_features_of_a_word_are_counted() {
        let mut pending = Pending::with_room(0);
        words("council council", |_, word| pending.add(word));
        let (_, features) = pending.features();
        assert!(features.iter().all(|feature| feature.times == 2));
        assert_eq!(features.len(), 1 + 7 + 5);
    }

    #[test]
    fn nothing_is_met_after_a_restart() {
        let mut pending = Pending::with_room(0);
        words("word", |_, word| pending.add(word));
        pending.restart(Script::Latin);
        words("word", |_, word| pending.add(word));
        assert!(pending.features().1.iter().all(|feature| feature.times == 1));
    }
}
