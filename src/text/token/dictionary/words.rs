//! The embedded dictionaries: for each script an automaton that knows its words, read in place.
//!
//! # The file
//!
//! Little-endian throughout. [`MAGIC`], then five sections: of Han and hiragana, Thai, Lao, Khmer and Burmese. A section
//! tells words by labels: a character's label is its code point less the section's base, and takes two bytes in the first
//! section and one byte in the others.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | the bytes that follow these 4 in the section |
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
pub const MAGIC: &[u8; 8] = b"CDWORDS1";

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

const FILE: &[u8] = include_bytes!("words.bin");

/// The words of Han and hiragana.
pub(super) static HAN: Section<'static, 2> = Section::of(FILE, 0);
/// The words of Thai.
pub(super) static THAI: Section<'static, 1> = Section::of(FILE, 1);
/// The words of Lao.
pub(super) static LAO: Section<'static, 1> = Section::of(FILE, 2);
/// The words of Khmer.
pub(super) static KHMER: Section<'static, 1> = Section::of(FILE, 3);
/// The words of Burmese.
pub(super) static BURMESE: Section<'static, 1> = Section::of(FILE, 4);

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

impl<'f, const WIDTH: usize> Section<'f, WIDTH> {
    /// The section of that number, without words where the file is not as it should be.
    const fn of(file: &'f [u8], number: usize) -> Self {
        match Self::parse(file, number) {
            Some(section) => section,
            None => Self { base: 0, first_page: 0, pages: &[], rest: &[], nodes: 0 },
        }
    }

    const fn parse(file: &'f [u8], number: usize) -> Option<Self> {
        let Some((_, mut file)) = file.split_first_chunk::<8>() else { return None };
        let mut before = number;
        loop {
            let Some((length, rest)) = file.split_first_chunk::<4>() else { return None };
            let Some((section, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else {
                return None;
            };
            if before > 0 {
                before -= 1;
                file = rest;
                continue;
            }
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
            return Some(Self { base, first_page, pages, rest, nodes: 3 * starts });
        }
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
        self.node(self.nodes + number::<3>(self.rest, 3 * rank)?)
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
            return (u32::from(head & !CHAIN) == label).then(|| self.node(from).map(Step::Start))?;
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
                return self.node(self.rest.len() - skip(places, other - 1)?.len()).map(Step::Start);
            }
            others
        };
        let index = position::<WIDTH>(others, label)?;
        self.node(self.nodes + place(skip(places, index)?)?).map(Step::Start)
    }

    #[inline]
    fn node(&self, at: usize) -> Option<Node> {
        Some(Node { at, is_word: self.rest.get(at)? & (CHAIN | WORD) == WORD })
    }
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
    use super::*;

    /// Whether the section knows `word`.
    fn knows<const WIDTH: usize>(section: &Section<'_, WIDTH>, word: &str) -> bool {
        let mut characters = word.chars();
        let Some(mut node) = characters.next().and_then(|first| section.start(first)) else { return false };
        for c in characters.by_ref() {
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
        assert!(knows(&HAN, "政府") && knows(&HAN, "人民政府") && knows(&HAN, "ありがとう"));
        assert!(knows(&THAI, "รัฐบาล") && knows(&LAO, "ປະເທດ"));
        assert!(knows(&KHMER, "ភាសា") && knows(&BURMESE, "မြန်မာ"));
    }

    #[test]
    fn a_start_of_words_is_no_word() {
        assert!(!knows(&HAN, "人民政") && !knows(&THAI, "รัฐบา"));
    }

    #[test]
    fn a_word_is_of_its_script_alone() {
        assert!(!knows(&LAO, "รัฐบาล") && !knows(&HAN, "รัฐบาล") && !knows(&THAI, "政府"));
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
                knows(&Section::<2>::of(&file, 0), word);
                for section in 1..6 {
                    knows(&Section::<1>::of(&file, section), word);
                }
            }
        }
        for length in 0..100 {
            knows(&Section::<2>::of(&FILE[..length], 0), "政府");
        }
    }
}
