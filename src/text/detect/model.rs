//! The embedded model: for each script that several languages share, a linear model over hashed features.
//!
//! # The file
//!
//! Little-endian throughout, read in place. `MAGIC`; the number of sections as `u32`; for each section the script's
//! number, three zero bytes, and the section's start and end in the file as two `u32`. A section is:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | number of classes, at most [`MAX_CLASSES`] |
//! | 3 | zero |
//! | 4 | `f32`: what a value of 1 is worth |
//! | 4 | `u32`: `h`, how many lines are home to features; there are [`NEXT`] more |
//! | 2 a value | the [`VALUES`] values that weights of narrow rows have, `i16` |
//! | 8 a class | its BCP 47 tag, filled up with zero bytes |
//! | 4 a class | `f32`: its bias: the weight of a feature that every text has once |
//! | up to a multiple of [`LINE`], from the start of the file | zero |
//! | [`LINE`] a line | lines, so that a look-up touches one line of the processor's cache |
//! | the rest | the weights of wide rows |
//!
//! A feature's row is in its home, which [`Address`] tells, or, where that is full, in one of the [`NEXT`] lines after it.
//! A line is, with the lowest bit of the first byte first:
//!
//! | bits | what |
//! | --- | --- |
//! | 5 | the number of its rows |
//! | 3 | how many of these, which are its first, are wide |
//! | 8 | bit `n`: whether some row that is at home here is in the line that is `n + 1` lines after this one |
//! | 8 a row | the low bits of what tells it from others |
//! | 4 a row | the high bits of that |
//! | 1 a weight | row after row: whether it is its row's last; a row has at least one, a wide row [`POINTER`] |
//! | up to where the weights begin | zero |
//! | [`VALUE_BITS`] and [`class_bits`] a weight | the first weight last, up to the line's end: the number of its value, and above that the class; classes without a weight have 0; a wide row has, as one number in their place, which of the wide rows it is |
//!
//! The weights of a wide row, one row after the other, are a bit for each class that says whether it has a weight, the first class
//! lowest, in as many bytes as that takes; and these weights as `i8`, in units of [`WIDE_UNIT`]. They are kept in memory with a
//! weight for every class, so that they are added without a look at which these are.

use std::array;

use super::{
    line::{AT_ONCE, Line, Weights, bits_before, find, highest, pointer, weights, wide_rows},
    script::{SCRIPTS, Script},
};

/// Opens the file.
pub const MAGIC: &[u8; 8] = b"CDLANG04";

/// The most classes that one script may have.
pub const MAX_CLASSES: usize = 128;

/// Bytes of a line.
pub const LINE: usize = 64;

/// Bits of a line.
pub const LINE_BITS: usize = 8 * LINE;

/// The most weights of a row.
pub const MAX_WEIGHTS: usize = 30;

/// The most weights of a narrow row. Wide rows are those of features that are looked up most: they are kept together, and
/// their weights are read faster and are finer.
pub const NARROW: usize = 13;

/// In place of how many weights of a narrow row a wide row says which it is.
pub const POINTER: usize = 2;

/// The most wide rows of a line.
pub const MAX_WIDE: usize = 7;

/// The most rows of a line.
pub const MAX_ROWS: usize = 31;

/// What a weight of 1 in a wide row is worth.
pub const WIDE_UNIT: i32 = 16;

/// Bits of a weight's value: its number among the section's values.
pub const VALUE_BITS: usize = 6;

/// How many values the weights of a section have.
pub const VALUES: usize = 1 << VALUE_BITS;

/// Bits that tell a row from others: some in a byte, so that they are compared by eights, and the rest.
pub const CHECK_BITS: usize = 8 + CHECK_HIGH_BITS;

/// Bits of a row's check beyond its byte.
pub const CHECK_HIGH_BITS: usize = 4;

/// Bits of a line before those of its rows.
pub const HEAD_BITS: usize = 16;

/// How many lines after its home a row may be.
pub const NEXT: usize = 8;

/// Bytes that a class's tag takes.
pub const TAG_BYTES: usize = 8;

/// The power of the number of features that a sum of their weights is divided by. Sums grow with the text, and so does
/// certainty, but slower: neighbouring features say much the same.
pub const LENGTH_POWER: f32 = 0.5;

/// The models of all scripts.
#[derive(Debug)]
pub struct Model<'m> {
    sections: [Option<Section<'m>>; SCRIPTS],
}

/// The model of one script.
#[derive(Debug, Clone)]
pub struct Section<'m> {
    /// The BCP 47 tags of its classes.
    pub classes: Vec<&'m str>,
    biases: Vec<f32>,
    scale: f32,
    values: [i32; VALUES],
    homes: u32,
    lines: &'m [Line],
    /// The weights of wide rows, each for all classes, filled up to a whole [`Piece`].
    wide: Vec<Piece>,
}

/// Weights summed over the features of a text.
#[derive(Debug, Clone)]
pub struct Sums {
    weights: [i32; MAX_CLASSES],
    features: u32,
    misses: u32,
}

impl Default for Sums {
    fn default() -> Self {
        Self { weights: [0; MAX_CLASSES], features: 0, misses: 0 }
    }
}

impl Sums {
    /// How many features were summed.
    pub const fn features(&self) -> u32 {
        self.features
    }

    /// Counts so many features that were found, of so many.
    fn count(&mut self, found: usize, all: usize) {
        self.features += u32::try_from(found).unwrap_or(u32::MAX);
        self.misses += u32::try_from(all - found).unwrap_or(u32::MAX);
    }

    /// How many features were looked up in vain for each one that was found: near 0 for text like that which the model was
    /// fitted from, above 1 for letters in no language's order.
    pub fn misses(&self) -> f32 {
        self.misses as f32 / self.features.max(1) as f32
    }
}

impl<'m> Model<'m> {
    /// Reads a model; what does not fit the format is left out.
    pub fn parse(file: &'m [u8]) -> Self {
        let mut model = Self { sections: [const { None }; SCRIPTS] };
        let Some((MAGIC, rest)) = file.split_first_chunk::<8>() else { return model };
        let Some((count, rest)) = rest.split_first_chunk::<4>() else { return model };
        for entry in rest.chunks_exact(12).take(u32::from_le_bytes(*count) as usize) {
            let (start, end) = (word(entry, 4), word(entry, 8));
            let section = file.get(start..end).and_then(|bytes| Section::parse(bytes, start));
            if let Some(slot) = model.sections.get_mut(usize::from(entry[0])) {
                *slot = section;
            }
        }
        model
    }

    /// The model of `script`, if several languages share it.
    pub fn section(&self, script: Script) -> Option<&Section<'m>> {
        self.sections[script.index()].as_ref()
    }
}

impl<'m> Section<'m> {
    /// `start` is where `bytes` start in the file.
    fn parse(bytes: &'m [u8], start: usize) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(12)?;
        let count = usize::from(head[0]);
        let scale = f32::from_le_bytes(*head[4..].first_chunk()?);
        let homes = u32::from_le_bytes(*head[8..].first_chunk()?);
        let (values, rest) = rest.split_at_checked(VALUES * 2)?;
        let (tags, rest) = rest.split_at_checked(count * TAG_BYTES)?;
        let (biases, rest) = rest.split_at_checked(count * 4)?;
        let padding = (start + bytes.len() - rest.len()).next_multiple_of(LINE) - (start + bytes.len() - rest.len());
        let (lines, wide) = rest.get(padding..)?.split_at_checked((homes as usize + NEXT) * LINE)?;
        let (lines, _) = lines.as_chunks::<LINE>();
        let mut read = [0; VALUES];
        for (value, bytes) in read.iter_mut().zip(values.as_chunks::<2>().0) {
            *value = i32::from(i16::from_le_bytes(*bytes));
        }
        let classes = tags.chunks_exact(TAG_BYTES).map(|tag| {
            let end = tag.iter().position(|&byte| byte == 0).unwrap_or(TAG_BYTES);
            str::from_utf8(&tag[..end]).ok()
        });
        let biases = biases.chunks_exact(4).filter_map(|b| b.first_chunk().copied()).map(f32::from_le_bytes);
        (1..=MAX_CLASSES).contains(&count).then_some(())?;
        Some(Self {
            classes: classes.collect::<Option<_>>()?,
            biases: biases.collect(),
            scale,
            values: read,
            homes,
            lines,
            wide: spread(wide, count),
        })
    }

    /// Adds the weights of some features.
    #[inline]
    pub fn add(&self, features: &[u64], sums: &mut Sums) {
        // Widths are known when it is compiled: shifts by a constant and loops of so many steps are the cheaper ones.
        match class_bits(self.classes.len()) {
            1 => self.add_of_width::<1, 1>(features, sums),
            4 => self.add_of_width::<4, 1>(features, sums),
            _ if pieces(self.classes.len()) == 5 => self.add_of_width::<7, 5>(features, sums),
            _ => self.add_of_width::<7, { MAX_CLASSES / PIECE }>(features, sums),
        }
    }

    fn add_of_width<const CLASS_BITS: usize, const PIECES: usize>(&self, features: &[u64], sums: &mut Sums) {
        // Step by step for all of a batch: what a step reads, the processor fetches for all of them together. Which way a
        // feature goes on, it cannot foresee, so each is put down for all ways and counted for its own.
        for batch in features.chunks(BATCH) {
            let (mut addresses, mut heads) = ([Address::default(); BATCH], [0; BATCH]);
            for ((address, head), &feature) in addresses.iter_mut().zip(&mut heads).zip(batch) {
                *address = Address::of(feature, self.homes);
                *head = self.line(address.home)[0];
            }
            let (mut rows, mut found) = ([Row::default(); BATCH], 0);
            let (mut elsewhere, mut displaced) = ([Address::default(); BATCH], 0);
            for (&address, &head) in addresses[..batch.len()].iter().zip(&heads) {
                let line = self.line(address.home);
                let (row, is_there) = find(line, head, address.check);
                rows[found % BATCH] = Row { line: address.home, row };
                found += usize::from(is_there);
                elsewhere[displaced % BATCH] = address;
                displaced += usize::from(!is_there & (line[1] >> address.next & 1 == 1));
            }
            for &Address { home, next, check } in &elsewhere[..displaced] {
                let at = home + 1 + u32::from(next);
                let line = self.line(at);
                let (row, is_there) = find(line, line[0], check);
                rows[found % BATCH] = Row { line: at, row };
                found += usize::from(is_there);
            }
            sums.count(found, batch.len());
            let (mut pointers, mut wide) = ([0; BATCH], 0);
            let (mut others, mut narrow) = ([Row::default(); BATCH], 0);
            for &row in &rows[..found] {
                let line = self.line(row.line);
                let is_wide = row.row < wide_rows(line);
                pointers[wide % BATCH] = pointer(line, row.row, VALUE_BITS + CLASS_BITS);
                wide += usize::from(is_wide);
                others[narrow % BATCH] = row;
                narrow += usize::from(!is_wide);
            }
            self.add_wide::<PIECES>(&pointers[..wide], sums);
            for row in &others[..narrow] {
                self.add_narrow::<CLASS_BITS>(row, sums);
            }
        }
    }

    /// The line of this number; an empty one where there is none.
    #[inline]
    fn line(&self, number: u32) -> &Line {
        self.lines.get(number as usize).unwrap_or(&[0; LINE])
    }

    #[inline]
    fn add_narrow<const CLASS_BITS: usize>(&self, row: &Row, sums: &mut Sums) {
        let line = self.line(row.line);
        let width = VALUE_BITS + CLASS_BITS;
        let Weights { mut end, count: mut left } = weights(line, row.row, width);
        loop {
            let mut weights = bits_before(line, end);
            // As many as are read at once, without asking between: what belongs to other rows counts for nothing.
            for n in 0..AT_ONCE / width {
                let class = highest(weights, CLASS_BITS);
                let value = highest(weights, width);
                let own = -i32::from(n < left);
                sums.weights[class % MAX_CLASSES] += self.values[value % VALUES] & own;
                weights <<= width;
            }
            if left <= AT_ONCE / width {
                break;
            }
            left -= AT_ONCE / width;
            end = end.saturating_sub(AT_ONCE / width * width);
        }
    }

    /// Adds the wide rows of these numbers, of no more than a batch.
    #[inline]
    fn add_wide<const PIECES: usize>(&self, numbers: &[usize], sums: &mut Sums) {
        let rows = numbers.iter().filter_map(|number| self.wide.get(number * PIECES..)?.first_chunk::<PIECES>());
        // The sums of both weights of a pair as they stand, and of the second ones alone.
        let mut pairs = [[0_u16; PIECE / 2]; PIECES];
        let mut seconds = [[0_u16; PIECE / 2]; PIECES];
        for row in rows {
            for piece in 0..PIECES {
                for at in 0..PIECE / 2 {
                    pairs[piece][at] = pairs[piece][at].wrapping_add(row[piece][at]);
                    seconds[piece][at] += row[piece][at] >> 8;
                }
            }
        }
        let excess = i32::try_from(numbers.len()).unwrap_or(0) * i32::from(EXCESS);
        let pairs = pairs.as_flattened().iter().zip(seconds.as_flattened());
        for (sums, (&pair, &second)) in sums.weights.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
            let first = pair.wrapping_sub(second << 8);
            sums[0] += (i32::from(first) - excess) * WIDE_UNIT;
            sums[1] += (i32::from(second) - excess) * WIDE_UNIT;
        }
    }

    /// The score of each class: a log-odds, before the temperature.
    pub fn scores(&self, sums: &Sums, scores: &mut [f32; MAX_CLASSES]) {
        let length = (sums.features.max(1) as f32).powf(LENGTH_POWER);
        for ((score, &sum), &bias) in scores.iter_mut().zip(&sums.weights).zip(&self.biases) {
            *score = (bias + sum as f32 * self.scale) / length;
        }
    }
}

/// The weights of wide rows that `bytes` hold, of so many classes.
fn spread(mut bytes: &[u8], classes: usize) -> Vec<Piece> {
    let lanes = classes.div_ceil(8);
    // As many as there can be: each row has more weights than a narrow one.
    let mut rows = Vec::with_capacity(bytes.len() / (lanes + NARROW + 1) * pieces(classes));
    while let Some((marks, mut weights)) = bytes.split_at_checked(lanes) {
        for piece in 0..pieces(classes) {
            let mut row = [EXCESS; PIECE];
            let marks = [2 * piece, 2 * piece + 1].map(|at| marks.get(at).copied().unwrap_or_default());
            let mut left = u16::from_le_bytes(marks);
            while left != 0 {
                let weight = weights.split_off_first().copied().unwrap_or_default();
                // In two's complement, this adds the excess.
                row[left.trailing_zeros() as usize % PIECE] ^= weight;
                left &= left - 1;
            }
            rows.push(array::from_fn(|at| u16::from_le_bytes([row[2 * at], row[2 * at + 1]])));
        }
        bytes = weights;
    }
    rows
}

/// Features that are looked up together: the sums of so many bytes are no more than an `u16` holds.
const BATCH: usize = 128;

/// Weights of a wide row that are added at once.
const PIECE: usize = 16;

/// Pieces of a wide row that has so many weights: few different numbers, since each takes code of its own.
const fn pieces(classes: usize) -> usize {
    match classes.div_ceil(PIECE) {
        0..=1 => 1,
        2..=5 => 5,
        _ => MAX_CLASSES / PIECE,
    }
}

/// Two weights to a number, the first one lower, each with [`EXCESS`]: so both are added at once, and then the second alone.
type Piece = [u16; PIECE / 2];

/// What is added to a weight so that it is not negative.
const EXCESS: u8 = 128;

/// Where a feature's weights may be.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    /// The number of the line.
    line: u32,
    /// Which row of it.
    row: u32,
}

/// Where a feature's row is looked for, and what tells it from others there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Address {
    /// The line that is its home.
    pub home: u32,
    /// Which of the [`NEXT`] lines after that it is in, from 0, where it is not at home.
    pub next: u16,
    /// [`CHECK_BITS`] bits that its lines do not depend on.
    pub check: u16,
}

impl Address {
    /// That of a feature, where so many lines are home to some.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a remainder is smaller than what it is of")]
    pub const fn of(feature: u64, homes: u32) -> Self {
        // A feature's hash is spread once more, so that all lines are equally full (the mixer of MurmurHash3).
        let mixed = (feature ^ feature >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        let mixed = mixed ^ mixed >> 33;
        let [low, high, ..] = mixed.to_le_bytes();
        Self {
            home: (((mixed >> 32) * homes as u64) >> 32) as u32,
            next: ((mixed >> 16) % NEXT as u64) as u16,
            check: u16::from_le_bytes([low, high % (1 << CHECK_HIGH_BITS)]),
        }
    }
}

/// Bits of the number of a class, of so many.
pub const fn class_bits(classes: usize) -> usize {
    match classes {
        0..=2 => 1,
        3..=16 => 4,
        _ => 7,
    }
}

/// The `u32` at `at`; 0 where the bytes end before it.
#[inline]
fn word(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 4).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_has_its_sections() {
        let model = Model::parse(include_bytes!("model.bin"));
        for script in [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Devanagari, Script::Hebrew, Script::Han]
        {
            assert!(model.section(script).is_some_and(|section| section.classes.len() > 1), "{script:?}");
        }
        assert!(model.section(Script::Thai).is_none());
    }

    /// A model of three Latin classes with one row, that of [`FEATURE`], and what it adds for that.
    fn sums(head: [u8; 2], row_bits: &[(usize, usize)], wide: &[u8]) -> Vec<i32> {
        let check = Address::of(FEATURE, 1).check;
        let mut line = [0; LINE];
        line[..2].copy_from_slice(&head);
        for &(at, value) in [(HEAD_BITS, usize::from(check))].iter().chain(row_bits) {
            for bit in (0..24).filter(|bit| value >> bit & 1 == 1) {
                line[(at + bit) / 8] |= 1 << ((at + bit) % 8);
            }
        }
        let mut section = vec![3, 0, 0, 0];
        section.extend(1.0_f32.to_le_bytes());
        section.extend(1_u32.to_le_bytes());
        section.extend((0..64_i16).flat_map(|value| (10 * value - 100).to_le_bytes()));
        section.extend(b"aa\0\0\0\0\0\0bb\0\0\0\0\0\0cc\0\0\0\0\0\0");
        section.extend([0; 3 * 4]);
        let mut file = [&MAGIC[..], &[1, 0, 0, 0], &[Script::Latin as u8, 0, 0, 0], &24_u32.to_le_bytes()].concat();
        let start = (24 + section.len()).next_multiple_of(LINE);
        let end = u32::try_from(start + LINE * (1 + NEXT) + wide.len()).unwrap();
        file.extend(end.to_le_bytes());
        file.extend(section);
        file.resize(start, 0);
        file.extend(line);
        file.resize(start + LINE * (1 + NEXT), 0);
        file.extend(wide);
        let model = Model::parse(&file);
        let mut sums = Sums::default();
        model.section(Script::Latin).unwrap().add(&[FEATURE, !FEATURE], &mut sums);
        assert_eq!((sums.features, sums.misses), (1, 1));
        sums.weights[..3].to_vec()
    }

    const FEATURE: u64 = 0x1234_5678_9ABC_DEF0;

    /// Bits of a weight of three classes.
    const WIDTH: usize = VALUE_BITS + 4;

    #[test]
    fn a_narrow_row_adds_its_values() {
        let ends = (HEAD_BITS + CHECK_BITS, 0b10);
        let first = (LINE_BITS - WIDTH, 2 << VALUE_BITS | 11);
        let second = (LINE_BITS - 2 * WIDTH, 9);
        assert_eq!(sums([1, 0], &[ends, first, second], &[]), [-10, 0, 10]);
    }

    #[test]
    fn a_wide_row_adds_its_own_weights() {
        let ends = (HEAD_BITS + CHECK_BITS, 0b10);
        let number = (LINE_BITS - 2 * WIDTH, 2);
        let wide = [0b111, 1, 2, 3, 0b010, 4, 0b101, 7, 0xFF];
        assert_eq!(sums([1 + 32, 0], &[ends, number], &wide), [7 * WIDE_UNIT, 0, -WIDE_UNIT]);
    }

    #[test]
    fn the_embedded_model_is_within_its_size() {
        assert!(include_bytes!("model.bin").len() <= 6_000_000);
    }

    #[test]
    fn a_file_that_is_no_model_has_no_sections() {
        let whole = include_bytes!("model.bin");
        for bytes in [&b""[..], b"CDLANG0", b"not a model at all", &whole[..200]] {
            let model = Model::parse(bytes);
            assert!(model.section(Script::Latin).is_none());
        }
    }

    #[test]
    fn a_file_that_is_cut_or_spoiled_is_still_read() {
        let file = include_bytes!("model.bin");
        let cuts = (0..2000).chain((2000..file.len()).step_by(400_009));
        for end in cuts {
            Model::parse(&file[..end]);
        }
        let mut spoiled = file[..100_000].to_vec();
        for at in 0..600 {
            let kept = spoiled[at];
            for byte in [0, 1, 0x80, 0xff] {
                spoiled[at] = byte;
                Model::parse(&spoiled);
            }
            spoiled[at] = kept;
        }
    }
}
