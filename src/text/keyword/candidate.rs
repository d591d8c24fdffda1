//! One candidate: what is known of a run of stems, small for the many that occur once.

use std::num::NonZeroU32;

/// Which run of stems: their numbers count from 1, so that an option of one takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node(NonZeroU32);

impl Node {
    /// The one at `index` of all.
    #[inline]
    pub(super) fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    #[inline]
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A run of stems, with what was counted of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    /// The candidate without its last token, unless it is one token.
    pub prefix: Option<Node>,
    /// The candidate without its first token, likewise.
    pub suffix: Option<Node>,
    /// Its stems' last.
    pub term: u32,
    /// Its characters, without spaces.
    pub characters: u32,
    /// How often it occurs.
    pub count: u32,
    /// The number of the first token of its first occurrence.
    pub first: u32,
    /// Where its tally is, if it occurs more than once.
    pub tally: u32,
    /// What it is like. Of one that occurs more than once its tally says how often it is `MIXED`, an `ACRONYM`, bounded
    /// and so on; of one that occurs once these bits do.
    pub traits: u16,
    /// How many tokens it has; 0 before it is met.
    pub tokens: u8,
    /// How many words it has to a reader.
    pub words: u8,
}

impl Candidate {
    /// The title holds it.
    pub const IN_TITLE: u16 = 1;
    /// A stop word stands inside it.
    pub const CONNECTED: u16 = 1 << 1;
    /// All its words are capitalised, where capitals mean something: more often than not.
    pub const CAPITALISED: u16 = 1 << 2;
    /// Some of its words are capitalised and others are not.
    pub const MIXED: u16 = 1 << 3;
    /// It is all in capitals, where capitals mean something, or holds an inner one.
    pub const ACRONYM: u16 = 1 << 4;
    /// A stop word or the end of the chunk stands before it.
    pub const LEFT_BOUNDED: u16 = 1 << 5;
    /// One stands after it.
    pub const RIGHT_BOUNDED: u16 = 1 << 6;
    /// The word before it is a stop word.
    pub const AFTER_STOP: u16 = 1 << 7;
    /// It occurs where capitals mean something.
    pub const CASE_SEEN: u16 = 1 << 8;
    /// It is a word that is no topic by itself: more often than not.
    pub const DEPENDENT: u16 = 1 << 9;
    /// It ends in a number.
    pub const NUMBERED: u16 = 1 << 10;
    /// It may be a keyword: it neither starts nor ends with a stop word.
    pub const COMPLETE: u16 = 1 << 11;
    /// What a score tells from the traits of one that occurs once.
    pub const SCORED: u16 = 0xff;

    /// Whether it is any of `traits`.
    #[inline]
    pub(super) fn is(&self, traits: u16) -> bool {
        self.traits & traits != 0
    }

    /// Whether it is capitalised where capitals mean something.
    #[inline]
    pub(super) fn is_name(&self) -> bool {
        self.is(Self::CAPITALISED)
    }

    /// What its first occurrence counts.
    pub(super) fn once(&self) -> Tally {
        let mut tally = Tally { last: self.first, first_end: u32::MAX, sentences: 1, ..Tally::default() };
        if !self.is(Self::IN_TITLE) {
            tally.first_end = self.first + u32::from(self.tokens) - 1;
        }
        tally.add(self.traits);
        tally
    }

    /// Counts one more occurrence, with what `tally` counts of those before.
    #[inline]
    pub(super) fn recur(&mut self, tally: &mut Tally, occurrence: &Occurrence) {
        let Occurrence { position, sentence_start, traits } = *occurrence;
        self.count += 1;
        self.first = self.first.min(position);
        if traits & Self::IN_TITLE == 0 {
            tally.first_end = tally.first_end.min(position + u32::from(self.tokens) - 1);
        }
        tally.sentences += u32::from(tally.last < sentence_start);
        tally.last = tally.last.max(position);
        tally.add(traits);
        let lasting = (self.traits | traits) & (Self::IN_TITLE | Self::COMPLETE);
        let latest = traits & (Self::CONNECTED | Self::NUMBERED);
        self.traits = lasting | latest | self.majority(tally);
    }

    /// Takes over what was counted of `single`, of whose occurrences this one's are a part.
    pub(super) fn absorb(&mut self, tally: &mut Tally, (single, singles): (&Self, &Tally), surname: Node) {
        tally.last = tally.last.max(singles.last);
        tally.sentences = singles.sentences;
        for (count, counted) in tally.counts.iter_mut().zip(COUNTED) {
            if counted != Self::MIXED {
                let scaled = u64::from(*count) * u64::from(single.count) / u64::from(self.count.max(1));
                *count = u32::try_from(scaled).unwrap_or(u32::MAX);
            }
        }
        tally.surname = Some(surname);
        tally.in_full = self.count;
        self.count = single.count;
        self.first = self.first.min(single.first);
        self.traits &= !(Self::CAPITALISED | Self::DEPENDENT);
        self.traits |= (single.traits & Self::IN_TITLE) | self.majority(tally);
    }

    /// The traits that most of its occurrences have.
    fn majority(&self, tally: &Tally) -> u16 {
        u16::from(tally.count(Self::CAPITALISED) * 2 > tally.count(Self::CASE_SEEN)) * Self::CAPITALISED
            + u16::from(tally.count(Self::DEPENDENT) * 2 > self.count) * Self::DEPENDENT
    }
}

/// The traits that are counted, one bit after another.
const COUNTED: [u16; 8] = [
    Candidate::CAPITALISED,
    Candidate::MIXED,
    Candidate::ACRONYM,
    Candidate::LEFT_BOUNDED,
    Candidate::RIGHT_BOUNDED,
    Candidate::AFTER_STOP,
    Candidate::CASE_SEEN,
    Candidate::DEPENDENT,
];

/// The bits of each number below 16, from the lowest on: to count four traits at once.
const BITS: [[u32; 4]; 16] = {
    let mut bits = [[0; 4]; 16];
    let mut at = 0;
    while at < 16 * 4 {
        if (at / 4) >> (at % 4) & 1 == 1 {
            bits[at / 4][at % 4] = 1;
        }
        at += 1;
    }
    bits
};

/// What was counted of a candidate that occurs more than once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// How often it has each of [`COUNTED`].
    counts: [u32; COUNTED.len()],
    /// The number of the first token of its last occurrence.
    pub last: u32,
    /// The number of the last token of its first occurrence below the headline.
    pub first_end: u32,
    /// How many sentences it occurs in.
    pub sentences: u32,
    /// The surname that stands for it elsewhere, for the full name of a person.
    pub surname: Option<Node>,
    /// How often it stands in full, where a surname stands for it elsewhere.
    pub in_full: u32,
}

impl Tally {
    /// How often it has a trait, one of [`COUNTED`].
    #[inline]
    pub(super) fn count(&self, counted: u16) -> u32 {
        self.counts[(counted / COUNTED[0]).trailing_zeros() as usize]
    }

    #[inline]
    fn add(&mut self, traits: u16) {
        let counted = usize::from(traits / COUNTED[0]);
        let (low, high) = self.counts.split_at_mut(4);
        for (counts, bits) in [(low, BITS[counted % 16]), (high, BITS[counted / 16 % 16])] {
            for (count, bit) in counts.iter_mut().zip(bits) {
                *count += bit;
            }
        }
    }
}

/// Where a run of stems stands once.
pub(super) struct Occurrence {
    /// The number of its first token among those of the document.
    pub position: u32,
    /// The number of the first token of its sentence.
    pub sentence_start: u32,
    /// What it is like there.
    pub traits: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trait_is_counted_by_itself() {
        let occurrence = |position, traits| Occurrence { position, sentence_start: position, traits };
        for counted in COUNTED {
            let mut candidate = Candidate { count: 1, first: 5, tokens: 2, traits: counted, ..Candidate::default() };
            let mut tally = candidate.once();
            candidate.recur(&mut tally, &occurrence(7, 0));
            candidate.recur(&mut tally, &occurrence(9, counted));
            assert_eq!(COUNTED.map(|other| tally.count(other)), COUNTED.map(|other| u32::from(other == counted) * 2));
            assert_eq!((candidate.count, candidate.first, tally.last), (3, 5, 9));
            assert_eq!((tally.first_end, tally.sentences), (6, 3));
        }
    }

    #[test]
    fn occurrences_of_one_sentence_count_it_once() {
        for first in [10, 12] {
            let mut candidate = Candidate { count: 1, first, tokens: 1, ..Candidate::default() };
            let mut tally = candidate.once();
            for (position, sentence_start, sentences) in [(11, 10, 1), (21, 20, 2), (25, 20, 2)] {
                candidate.recur(&mut tally, &Occurrence { position, sentence_start, traits: 0 });
                assert_eq!(tally.sentences, sentences, "{first} {position}");
            }
            assert_eq!((candidate.first, tally.last), (first.min(11), 25));
        }
    }

    #[test]
    fn half_of_the_occurrences_are_not_most() {
        let mut candidate = Candidate { count: 1, traits: Candidate::DEPENDENT, tokens: 1, ..Candidate::default() };
        let mut tally = candidate.once();
        for (traits, dependent) in [(0, false), (Candidate::DEPENDENT, true), (0, false)] {
            candidate.recur(&mut tally, &Occurrence { position: 5, sentence_start: 5, traits });
            assert_eq!(candidate.is(Candidate::DEPENDENT), dependent, "of {}", candidate.count);
        }
    }

    #[test]
    fn a_full_name_takes_over_what_its_surname_counts() {
        let mut name = Candidate { count: 2, first: 7, ..Candidate::default() };
        let mut tally = Tally { counts: [2; COUNTED.len()], last: 9, sentences: 2, ..Tally::default() };
        let surname = Candidate { count: 6, first: 3, ..Candidate::default() };
        name.absorb(&mut tally, (&surname, &Tally { last: 40, sentences: 5, ..Tally::default() }), Node::at(1));
        let expected = COUNTED.map(|counted| if counted == Candidate::MIXED { 2 } else { 6 });
        assert_eq!(COUNTED.map(|counted| tally.count(counted)), expected);
        assert_eq!((name.count, name.first), (6, 3));
        assert_eq!((tally.last, tally.sentences, tally.in_full, tally.surname), (40, 5, 2, Some(Node::at(1))));
    }
}
