//! The embedded dictionaries: for each script an automaton that knows its words, read in place.
//!
//! # The file
//!
//! Little-endian throughout. [`MAGIC`], then six sections, each after the number of its bytes in 4 bytes: the first two
//! characters of words of Han and hiragana; what these words go on with; the words of Thai, Lao, Khmer and Burmese.
//!
//! ## The first two characters
//!
//! Most words of Chinese and Japanese have two characters at most, thousands may come first, and hundreds after one of
//! them: so these two are looked up at once, by a hash. Each counts from [`FIRST_OF_PAIRS`], and [`hash_of_pair`] gives
//! [`PAIR_BITS`] bits that no other pair has.
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 for 8 characters | bit `n`, whether character `n` starts words and is none itself |
//! | the rest | two tables: of the pairs that are words and start no longer one, and of those that start longer ones |
//!
//! A table puts pairs into buckets by the highest bits of their hashes, [`BUCKET_BITS`] of them.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | the number of pairs |
//! | 2 a bucket, and 2 | how many pairs more are before it than were they spread evenly; so too for the end of the last one |
//! | 2 a pair | the lowest 16 bits of its hash, bucket after bucket |
//! | 16 | zeros, so that eight can be read from anywhere in a bucket |
//! | 3 a pair | in the second table: its node in the next section |
//!
//! ## What words go on with
//!
//! A section tells words by labels: a character's label is its code point less the section's base, and takes two bytes in
//! that of Han and hiragana, where no character comes first, and one byte in the others.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | the base |
//! | 2, 2 | the first page and the number of pages; a page is [`PAGE`] code points |
//! | 10 a page | 8 bytes: bit `n`, whether words go on after the page's character `n`; 2 bytes: how many characters of earlier pages they go on after |
//! | 3 a character that words go on after | its node |
//! | the rest | the nodes |
//!
//! A character that no word goes on after is cut off whether it is a word or not. A node is a start of words. It is told
//! by its place among the bytes of nodes, and is one of two things. A byte with [`CHAIN`] is no word and goes on with one
//! label, its low bits, to the node after it. Any other byte is followed by more:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | [`WORD`]: the start is a word; [`ADJACENT`]; the number of last labels, three bits; that of other labels, two bits |
//! | 0, 1 or 3 | the number of last labels where all its bits are set; a byte of 255 is followed by the number as 2 bytes |
//! | 0, 1 or 3 | that of other labels, likewise |
//! | 1 or 2 a label | the last labels, ascending: with them the word is whole, and no longer one starts so |
//! | 1 or 2 a label | the other labels, ascending but for the last one with [`ADJACENT`], whose node comes after this one |
//! | 1 to 3 a label | the nodes of the other labels but that one, LEB128: nodes that many others lead to come first |
//!
//! # The source
//!
//! The word break dictionaries of ICU (cjdict, thaidict, laodict, khmerdict, burmesedict) as compiled into
//! `icu_segmenter_data` 2.4 (Unicode-3.0); `LICENSE` beside this file has the notices. Frequencies are left out, and what
//! words go on with from a character of another script on, since runs of one script are cut by themselves.
//! `training/src/bin/words.rs` writes the file.

/// Opens the file.
pub const MAGIC: &[u8; 8] = b"CDWORDS2";

/// How many code points a page has.
pub const PAGE: u32 = 64;

/// A node of one byte, whose low bits are a label.
pub const CHAIN: u8 = 0x80;

/// Of a node: the start that it stands for is a word.
pub const WORD: u8 = 1;

/// Of a node: the node of the last of the other labels comes after it.
pub const ADJACENT: u8 = 2;

/// Where the number of last labels stands in a node's first byte, and that of others.
pub const COUNT_SHIFTS: [u32; 2] = [2, 5];

/// The bits of each. All set, they stand for a number that does not fit.
pub const COUNT_MASKS: [u8; 2] = [7, 3];

/// The base of each section.
pub const BASES: [u32; 5] = [0, 0x0e00, 0x0e80, 0x1780, 0x1000];

/// The first of the characters that pairs are made of.
pub const FIRST_OF_PAIRS: u32 = 0x3000;

/// How many bits the number of a character in a pair has.
pub const CHARACTER_BITS: u32 = 15;

/// How many bits the hash of a pair has.
pub const PAIR_BITS: u32 = 2 * CHARACTER_BITS;

/// How many of them are the number of a bucket, in the table of words and in that of starts.
pub const BUCKET_BITS: [u32; 2] = [15, 14];

/// How many pairs are looked at together.
pub const TOGETHER: usize = 8;

/// The hash of two characters, each counted from [`FIRST_OF_PAIRS`]: a multiplication by an odd number, which loses nothing.
#[inline]
pub fn hash_of_pair(first: u32, second: u32) -> u32 {
    (first << CHARACTER_BITS | second).wrapping_mul(0x85eb_ca6b) & ((1 << PAIR_BITS) - 1)
}

const FILE: &[u8] = include_bytes!("words.bin");

/// How words of Han and hiragana start.
pub(super) static PAIRS: Pairs<'static> = Pairs::of(FILE, 0);
/// What these words go on with.
pub(super) static HAN: Section<'static, 2> = Section::of(FILE, 1);
/// The words of Thai.
pub(super) static THAI: Section<'static, 1> = Section::of(FILE, 2);
/// The words of Lao.
pub(super) static LAO: Section<'static, 1> = Section::of(FILE, 3);
/// The words of Khmer.
pub(super) static KHMER: Section<'static, 1> = Section::of(FILE, 4);
/// The words of Burmese.
pub(super) static BURMESE: Section<'static, 1> = Section::of(FILE, 5);

/// The first two characters of words of Han and hiragana.
#[derive(Debug)]
pub(super) struct Pairs<'f> {
    /// Of each character, whether it starts words and is none itself.
    openers: &'f [u8],
    words: Table<'f, { BUCKET_BITS[0] }>,
    starts: Table<'f, { BUCKET_BITS[1] }>,
    /// The nodes of the starts.
    nodes: &'f [[u8; 3]],
}

/// Pairs of characters, each in one of `1 << BITS` buckets.
#[derive(Debug)]
struct Table<'f, const BITS: u32> {
    count: usize,
    /// How many pairs more are before each bucket than were they spread evenly.
    surpluses: &'f [[u8; 2]],
    /// The lowest bits of each pair's hash.
    keys: &'f [[u8; 2]],
}

/// The words of a script, with labels of `WIDTH` bytes.
#[derive(Debug)]
pub(super) struct Section<'f, const WIDTH: usize> {
    base: u32,
    first_page: u32,
    pages: &'f [[u8; 10]],
    /// The pages' nodes, and all nodes.
    rest: &'f [u8],
    /// Where the nodes start in that.
    nodes: usize,
}

/// A start of words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    at: usize,
    /// Whether it is a word itself.
    pub is_word: bool,
}

/// What one more character makes of a start of words.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Another start.
    Start(Node),
    /// A word that is no start of others.
    Word,
    /// Neither.
    Nothing,
}

impl<'f> Pairs<'f> {
    /// The section of that number, without pairs where the file is not as it should be.
    const fn of(file: &'f [u8], number: usize) -> Self {
        match Self::parse(file, number) {
            Some(pairs) => pairs,
            None => Self { openers: &[], words: Table::EMPTY, starts: Table::EMPTY, nodes: &[] },
        }
    }

    const fn parse(file: &'f [u8], number: usize) -> Option<Self> {
        let Some(section) = section(file, number) else { return None };
        let Some((openers, rest)) = section.split_at_checked(1 << (CHARACTER_BITS - 3)) else { return None };
        let Some((words, rest)) = Table::parse(rest) else { return None };
        let Some((starts, rest)) = Table::parse(rest) else { return None };
        Some(Self { openers, words, starts, nodes: rest.as_chunks().0 })
    }

    /// What the characters of two code points are together; a start's node is one of `section`.
    #[inline]
    pub(super) fn find(&self, characters: [u32; 2], section: &Section<'_, 2>) -> Step {
        let [first, second] = characters.map(|code| code.wrapping_sub(FIRST_OF_PAIRS));
        if (first | second) >> CHARACTER_BITS != 0 {
            return Step::Nothing;
        }
        let hash = hash_of_pair(first, second);
        if self.words.find(hash).is_some() {
            return Step::Word;
        }
        let node = self.starts.find(hash).and_then(|index| self.nodes.get(index));
        node.and_then(|&[low, middle, high]| section.node(u32::from_le_bytes([low, middle, high, 0]) as usize))
            .map_or(Step::Nothing, Step::Start)
    }

    /// Whether the character of that code point starts words and is none itself.
    #[inline]
    pub(super) fn is_opener(&self, code: u32) -> bool {
        let number = code.wrapping_sub(FIRST_OF_PAIRS);
        self.openers.get(number as usize / 8).is_some_and(|bits| bits >> (number % 8) & 1 != 0)
    }
}

impl<'f, const BITS: u32> Table<'f, BITS> {
    const EMPTY: Self = Self { count: 0, surpluses: &[], keys: &[] };

    /// The table that `bytes` start with, and what is after it.
    const fn parse(bytes: &'f [u8]) -> Option<(Self, &'f [u8])> {
        let Some((count, rest)) = bytes.split_first_chunk::<4>() else { return None };
        let count = u32::from_le_bytes(*count) as usize;
        let Some((surpluses, rest)) = rest.split_at_checked(2 * ((1 << BITS) + 1)) else { return None };
        let Some((keys, rest)) = rest.split_at_checked(2 * (count + TOGETHER)) else { return None };
        Some((Self { count, surpluses: surpluses.as_chunks().0, keys: keys.as_chunks().0 }, rest))
    }

    /// Which of the pairs has this hash.
    #[inline]
    fn find(&self, hash: u32) -> Option<usize> {
        let bucket = (hash >> (PAIR_BITS - BITS)) as usize;
        let (mut start, end) = (self.start(bucket)?, self.start(bucket + 1)?);
        let [low, high, ..] = hash.to_le_bytes();
        loop {
            // As many at once as most buckets have at most; those of the next buckets come after them.
            let index = start + position_in_eight(self.keys.get(start..)?.first_chunk()?, [low, high]);
            start += 8;
            if index < start.min(end) {
                return Some(index);
            }
            if start >= end {
                return None;
            }
        }
    }

    /// How many pairs are before `bucket`.
    #[inline]
    fn start(&self, bucket: usize) -> Option<usize> {
        let surplus = i16::from_le_bytes(*self.surpluses.get(bucket)?);
        Some(((bucket * self.count) >> BITS).wrapping_add_signed(isize::from(surplus)))
    }
}

impl<'f, const WIDTH: usize> Section<'f, WIDTH> {
    /// The section of that number, without words where the file is not as it should be.
    const fn of(file: &'f [u8], number: usize) -> Self {
        match Self::parse(file, number) {
            Some(section) => section,
            None => Self { base: 0, first_page: 0, pages: &[], rest: &[], nodes: 0 },
        }
    }

    const fn parse(file: &'f [u8], number: usize) -> Option<Self> {
        let Some(section) = section(file, number) else { return None };
        let Some((base, rest)) = section.split_first_chunk::<4>() else { return None };
        let Some((first_page, rest)) = rest.split_first_chunk::<2>() else { return None };
        let Some((count, rest)) = rest.split_first_chunk::<2>() else { return None };
        let count = u16::from_le_bytes(*count) as usize;
        let Some((pages, rest)) = rest.split_at_checked(count * 10) else { return None };
        let (pages, _) = pages.as_chunks::<10>();
        let mut starts = 0;
        let mut page = 0;
        while page < pages.len() {
            starts += bits(&pages[page]).count_ones() as usize;
            page += 1;
        }
        let (base, first_page) = (u32::from_le_bytes(*base), u16::from_le_bytes(*first_page) as u32);
        Some(Self { base, first_page, pages, rest, nodes: 3 * starts })
    }

    /// `c` as a start of words, if it is one.
    #[inline]
    pub(super) fn start(&self, c: char) -> Option<Node> {
        let code = u32::from(c);
        let page = self.pages.get((code / PAGE).checked_sub(self.first_page)? as usize)?;
        let (bits, bit) = (bits(page), 1 << (code % PAGE));
        if bits & bit == 0 {
            return None;
        }
        let rank = usize::from(u16::from_le_bytes([page[8], page[9]])) + (bits & (bit - 1)).count_ones() as usize;
        self.node(number::<3>(self.rest, 3 * rank)?)
    }

    /// What `c` makes of `node`.
    #[inline]
    pub(super) fn step(&self, node: Node, c: char) -> Step {
        self.find(node, c).unwrap_or(Step::Nothing)
    }

    #[inline]
    fn find(&self, node: Node, c: char) -> Option<Step> {
        let label = u32::from(c).checked_sub(self.base).filter(|label| label >> (8 * WIDTH) == 0)?;
        let (&head, mut bytes) = self.rest.get(node.at..)?.split_first()?;
        let from = node.at + 1;
        if head & CHAIN != 0 {
            return (u32::from(head & !CHAIN) == label).then(|| self.node_at(from).map(Step::Start))?;
        }
        let last = WIDTH * count::<0>(head, &mut bytes)?;
        let other = count::<1>(head, &mut bytes)?;
        let (last, rest) = bytes.split_at_checked(last)?;
        let (others, places) = rest.split_at_checked(WIDTH * other)?;
        if position::<WIDTH>(last, label).is_some() {
            return Some(Step::Word);
        }
        let others = if head & ADJACENT == 0 {
            others
        } else {
            let (others, adjacent) = others.split_at_checked(others.len().checked_sub(WIDTH)?)?;
            if position::<WIDTH>(adjacent, label).is_some() {
                return self.node_at(self.rest.len() - skip(places, other - 1)?.len()).map(Step::Start);
            }
            others
        };
        let index = position::<WIDTH>(others, label)?;
        self.node(place(skip(places, index)?)?).map(Step::Start)
    }

    /// The node at `place` among the bytes of nodes.
    #[inline]
    fn node(&self, place: usize) -> Option<Node> {
        self.node_at(self.nodes + place)
    }

    #[inline]
    fn node_at(&self, at: usize) -> Option<Node> {
        Some(Node { at, is_word: self.rest.get(at)? & (CHAIN | WORD) == WORD })
    }
}

/// The section of that number.
const fn section(file: &[u8], number: usize) -> Option<&[u8]> {
    let Some((_, mut file)) = file.split_first_chunk::<8>() else { return None };
    let mut before = number;
    loop {
        let Some((length, rest)) = file.split_first_chunk::<4>() else { return None };
        let Some((section, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            return None;
        };
        if before == 0 {
            return Some(section);
        }
        before -= 1;
        file = rest;
    }
}

/// Where `key` is first among `keys`, and 8 if it is not.
#[inline]
fn position_in_eight(keys: &[[u8; 2]; 8], key: [u8; 2]) -> usize {
    const ONES: u64 = 0x0001_0001_0001_0001;
    let &[a, b, c, d, e, f, g, h] = keys;
    let [low, high] = [[a, b, c, d], [e, f, g, h]].map(|four| {
        let [[a, b], [c, d], [e, f], [g, h]] = four;
        let differences = u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ (ONES * u64::from(u16::from_le_bytes(key)));
        // The lowest bit is that of the first number that is 0 (Knuth, The Art of Computer Programming 4A, 7.1.3).
        u128::from(differences.wrapping_sub(ONES) & !differences & (ONES << 15))
    });
    (high << 64 | low).trailing_zeros() as usize / 16
}

/// Which characters of a page words go on after.
const fn bits(page: &[u8; 10]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *page;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The number of last or of other labels, taken off `bytes` where it does not fit `head`.
#[inline]
fn count<const KIND: usize>(head: u8, bytes: &mut &[u8]) -> Option<usize> {
    let short = head >> COUNT_SHIFTS[KIND] & COUNT_MASKS[KIND];
    if short < COUNT_MASKS[KIND] {
        return Some(usize::from(short));
    }
    let (&long, rest) = bytes.split_first()?;
    *bytes = rest;
    if long < u8::MAX {
        return Some(usize::from(long));
    }
    let (longer, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(usize::from(u16::from_le_bytes(*longer)))
}

/// Where `label` is among `labels` of so many bytes each.
#[inline]
fn position<const WIDTH: usize>(labels: &[u8], label: u32) -> Option<usize> {
    if WIDTH == 1 {
        return labels.iter().position(|&byte| u32::from(byte) == label);
    }
    let (labels, _) = labels.as_chunks::<2>();
    labels.binary_search_by_key(&label, |bytes| u32::from(u16::from_le_bytes(*bytes))).ok()
}

/// `places` without the first `count`.
#[inline]
fn skip(mut places: &[u8], mut count: usize) -> Option<&[u8]> {
    const LAST_BYTES: u64 = 0x8080_8080_8080_8080;
    while let Some((eight, rest)) = places.split_first_chunk() {
        // The bit of each last byte goes to the lowest of its byte, and multiplication adds them up.
        let last = (!u64::from_le_bytes(*eight) & LAST_BYTES) >> 7;
        let ended = (last.wrapping_mul(0x0101_0101_0101_0101) >> 56) as usize;
        if ended >= count {
            break;
        }
        count -= ended;
        places = rest;
    }
    while count > 0 {
        let (byte, rest) = places.split_first()?;
        count -= usize::from(byte & 0x80 == 0);
        places = rest;
    }
    Some(places)
}

/// The first of `places`.
#[inline]
fn place(places: &[u8]) -> Option<usize> {
    let mut place = 0;
    for (byte, shift) in places.iter().zip([0, 7, 14]) {
        place |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(place);
        }
    }
    None
}

/// The number in the `BYTES` bytes at `at`.
#[inline]
fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes: &[u8; BYTES] = bytes.get(at..)?.first_chunk()?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

#[cfg(test)]
mod tests {
    use std::str::Chars;

    use super::*;

    /// Whether the section knows `word`, which has two characters or more.
    fn knows(section: &Section<'_, 1>, word: &str) -> bool {
        let mut characters = word.chars();
        let Some(start) = characters.next().and_then(|first| section.start(first)) else { return false };
        goes_on(section, start, characters)
    }

    /// Whether `word`, of Han or hiragana, is known.
    fn pairs_know(pairs: &Pairs<'_>, section: &Section<'_, 2>, word: &str) -> bool {
        let mut characters = word.chars();
        let [Some(first), Some(second)] = [characters.next(), characters.next()] else { return false };
        match pairs.find([first.into(), second.into()], section) {
            Step::Start(node) => goes_on(section, node, characters),
            Step::Word => characters.next().is_none(),
            Step::Nothing => false,
        }
    }

    /// Whether `characters` make a word of `node`.
    fn goes_on<const WIDTH: usize>(section: &Section<'_, WIDTH>, mut node: Node, mut characters: Chars<'_>) -> bool {
        while let Some(c) = characters.next() {
            match section.step(node, c) {
                Step::Start(next) => node = next,
                Step::Word => return characters.next().is_none(),
                Step::Nothing => return false,
            }
        }
        node.is_word
    }

    #[test]
    fn each_script_has_its_words() {
        assert!(["政府", "人民政府", "ありがとう"].iter().all(|word| pairs_know(&PAIRS, &HAN, word)));
        assert!(knows(&THAI, "รัฐบาล") && knows(&LAO, "ປະເທດ"));
        assert!(knows(&KHMER, "ភាសា") && knows(&BURMESE, "မြန်မာ"));
    }

    #[test]
    fn a_start_of_words_is_no_word() {
        assert!(!pairs_know(&PAIRS, &HAN, "人民政") && !knows(&THAI, "รัฐบา"));
    }

    #[test]
    fn a_word_is_of_its_script_alone() {
        assert!(!knows(&LAO, "รัฐบาล") && !pairs_know(&PAIRS, &HAN, "รัฐบาล") && !knows(&THAI, "政府"));
    }

    #[test]
    fn any_bytes_are_read() {
        let words = ["人民政府", "政府宣布", "รัฐบาลประกาศ", "ປະເທດລາວ", "ភាសាខ្មែរ", "မြန်မာစာ"];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 32).unwrap()
        };
        let mut file = FILE.to_vec();
        for _ in 0..40 {
            for _ in 0..file.len() / 100 {
                let at = random() % file.len();
                file[at] = random().to_le_bytes()[0];
            }
            // The lengths of sections, so that what is in them is read.
            let mut at = MAGIC.len();
            while at < file.len() {
                file[at..at + 4].copy_from_slice(&FILE[at..at + 4]);
                at += 4 + number::<4>(FILE, at).unwrap();
            }
            for word in words {
                pairs_know(&Pairs::of(&file, 0), &Section::of(&file, 1), word);
                for section in 2..7 {
                    knows(&Section::of(&file, section), word);
                }
            }
        }
        for length in 0..100 {
            pairs_know(&Pairs::of(&FILE[..length], 0), &Section::of(&FILE[..length], 1), "政府");
        }
    }
}
