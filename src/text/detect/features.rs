//! What the model reads of a text: hashes of the words and of their runs of three and five letters.
//!
//! The program that fits the model and the detector both extract with this module, so that they cannot drift apart.

use super::script::{Script, is_shared_mark};

/// Letters of a word that are read: longer ones are read in pieces, so that every step is bounded.
pub const MAX_LETTERS: usize = 30;

/// Features of a word, at most: itself, and its runs of one and of two letters.
pub const MAX_FEATURES: usize = 1 + (MAX_LETTERS + 2) + (MAX_LETTERS + 1);

/// Stands before and after a word's letters.
const BOUNDARY: u32 = 0x20;

/// A word of one script: its letters in lower case between two boundaries.
#[derive(Debug, Clone)]
pub struct Word {
    letters: [u32; MAX_LETTERS + 2],
    length: usize,
}

impl Default for Word {
    fn default() -> Self {
        Self { letters: [BOUNDARY; MAX_LETTERS + 2], length: 0 }
    }
}

impl Word {
    /// How many letters it has.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds a letter; `false` where it is full.
    #[inline]
    pub fn push(&mut self, letter: char) -> bool {
        if self.length == MAX_LETTERS {
            return false;
        }
        self.length += 1;
        self.letters[self.length] = fold(letter);
        true
    }

    /// Takes all letters away.
    pub const fn clear(&mut self) {
        self.length = 0;
    }

    /// Its letters, in lower case.
    pub fn letters(&self) -> impl Iterator<Item = u32> {
        self.letters[1..=self.length].iter().copied()
    }

    /// Its features: the whole word, and its runs of letters of two lengths, in which a boundary counts as a letter: shorter
    /// ones where a letter is a syllable or a word.
    #[inline]
    pub fn features(&mut self, script: Script, emit: impl FnMut(u64)) {
        match script {
            Script::Han => self.runs::<1, 1>(emit),
            Script::Ethiopic => self.runs::<2, 1>(emit),
            _ => self.runs::<3, 2>(emit),
        }
    }

    /// The whole word, and its runs of so many letters and of so many more.
    #[inline]
    fn runs<const SHORT: usize, const MORE: usize>(&mut self, mut emit: impl FnMut(u64)) {
        self.letters[self.length + 1] = BOUNDARY;
        let padded = &self.letters[..self.length + 2];
        emit(padded.iter().copied().fold(SEED, mix));
        // A run as long as the word is the word.
        if SHORT >= padded.len() {
            return;
        }
        let has_long = SHORT + MORE < padded.len();
        for (start, run) in padded.windows(SHORT).enumerate() {
            let short = run.iter().copied().fold(SEED, mix);
            emit(short);
            if let Some(more) = padded[start + SHORT..].first_chunk::<MORE>().filter(|_| has_long) {
                emit(more.iter().copied().fold(short, mix));
            }
        }
    }
}

/// The words of `text`, in order, each given to `visit` with its script. A word ends where the script changes; apostrophes
/// part words, as in the n-gram tables that the model is partly fitted from.
#[inline]
pub fn words(text: &str, mut visit: impl FnMut(Script, &mut Word)) {
    let mut word = Word::default();
    let mut script = Script::Latin;
    for c in text.chars() {
        let of = Script::of(c).or_else(|| (!word.is_empty() && is_shared_mark(c)).then_some(script));
        if of == Some(script) && word.push(c) {
            continue;
        }
        if !word.is_empty() {
            visit(script, &mut word);
            word.clear();
        }
        if let Some(of) = of {
            script = of;
            word.push(c);
        }
    }
    if !word.is_empty() {
        visit(script, &mut word);
    }
}

const SEED: u64 = 0x243F_6A88_85A3_08D3;

/// One step of the hash (FxHash's, Firefox): its high bits depend on every letter.
#[inline]
const fn mix(state: u64, letter: u32) -> u64 {
    (state.rotate_left(5) ^ letter as u64).wrapping_mul(0x517C_C1B7_2722_0A95)
}

/// Lower case, one letter for one.
#[inline]
fn fold(c: char) -> u32 {
    if c.is_ascii() {
        return u32::from(c.to_ascii_lowercase());
    }
    // The commonest letters beyond ASCII that are lower case already or have no case.
    if matches!(c, 'ß'..='ÿ' | 'а'..='џ' | '\u{590}'..='\u{109F}' | '\u{3000}'..='\u{9FFF}') {
        return u32::from(c);
    }
    u32::from(c.to_lowercase().next().unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(Script, String)> {
        let mut found = Vec::new();
        words(text, |script, word| {
            found.push((script, word.letters().filter_map(char::from_u32).collect()));
        });
        found
    }

    #[track_caller]
    fn check(text: &str, expected: &[(Script, &str)]) {
        let expected: Vec<(Script, String)> =
            expected.iter().map(|(script, word)| (*script, (*word).to_owned())).collect();
        assert_eq!(split(text), expected);
    }

    #[test]
    fn words_are_lower_case_letters() {
        check("The COUNCIL, 2026!", &[(Script::Latin, "the"), (Script::Latin, "council")]);
    }

    #[test]
    fn a_word_ends_where_the_script_changes() {
        check("BBCの記者", &[(Script::Latin, "bbc"), (Script::Kana, "の"), (Script::Han, "記者")]);
    }

    #[test]
    fn combining_marks_belong_to_their_letter() {
        check("e\u{301}t", &[(Script::Latin, "e\u{301}t")]);
    }

    #[test]
    fn a_long_word_is_read_in_pieces() {
        let pieces = split(&"a".repeat(70));
        assert_eq!(pieces.iter().map(|(_, piece)| piece.len()).collect::<Vec<_>>(), [30, 30, 10]);
    }

    #[test]
    fn features_depend_on_order_and_boundaries() {
        let features = |text: &str| {
            let mut found = Vec::new();
            words(text, |script, word| word.features(script, |feature| found.push(feature)));
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(features("Rat"), features("rat"));
        assert_ne!(features("rat"), features("tar"));
        assert_ne!(features("rat rat"), features("ratrat"));
        // Six letters with the boundaries: four runs of three, two of five, and the word.
        assert_eq!(features("rate").len(), 4 + 2 + 1);
    }
}
