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
//! | 4 | `f32`: what a weight of 1 is worth |
//! | 4 | `u32`: `h`, how many lines are home to features |
//! | 8 a class | its BCP 47 tag, filled up with zero bytes |
//! | 4 a class | `f32`: its bias: the weight of a feature that every text has once |
//! | up to a multiple of [`LINE`], from the start of the file | zero |
//! | the rest | lines of [`LINE`] bytes, so that a look-up touches one line of the processor's cache |
//!
//! A feature's row is in its home, which [`home`] tells, or, where that says that it overflows, in the next line, and so on.
//! A line is:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | the number of its rows; bit 7: it overflows |
//! | 2 a row | eleven bits that tell it from others ([`check`]), and in the second byte's low five bits how many weights it has |
//! | 2 a weight | row after row: the class, and the weight as `i8`; classes without one have 0 |

use super::script::{SCRIPTS, Script};

/// Opens the file.
pub const MAGIC: &[u8; 8] = b"CDLANG02";

/// The most classes that one script may have.
pub const MAX_CLASSES: usize = 128;

/// Bytes of a line.
pub const LINE: usize = 64;

/// The most weights of a row: five bits hold their number.
pub const MAX_WEIGHTS: usize = 30;

/// The bits of a row's second byte that tell it from others; the rest is the number of its weights.
pub const CHECKED: u8 = 0xE0;

/// Set in a line's first byte where it overflows.
pub const OVERFLOWS: u8 = 0x80;

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
    homes: u32,
    lines: &'m [u8],
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
}

impl Sums {
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
        let (tags, rest) = rest.split_at_checked(count * TAG_BYTES)?;
        let (biases, rest) = rest.split_at_checked(count * 4)?;
        let padding = (start + bytes.len() - rest.len()).next_multiple_of(LINE) - (start + bytes.len() - rest.len());
        let lines = rest.get(padding..)?;
        let classes = tags.chunks_exact(TAG_BYTES).map(|tag| {
            let end = tag.iter().position(|&byte| byte == 0).unwrap_or(TAG_BYTES);
            str::from_utf8(&tag[..end]).ok()
        });
        let biases = biases.chunks_exact(4).filter_map(|b| b.first_chunk().copied()).map(f32::from_le_bytes);
        (count <= MAX_CLASSES && lines.len() / LINE >= homes as usize).then_some(())?;
        Some(Self { classes: classes.collect::<Option<_>>()?, biases: biases.collect(), scale, homes, lines })
    }

    /// Adds the weights of some features.
    #[inline]
    pub fn add(&self, features: &[u64], sums: &mut Sums) {
        // All lines are asked for before the first is read, so that the processor fetches them together.
        for batch in features.chunks(BATCH) {
            let mut heads = [0; BATCH];
            for (head, &feature) in heads.iter_mut().zip(batch) {
                *head = self.lines.get(home(feature, self.homes) * LINE).copied().unwrap_or(0);
            }
            for (&head, &feature) in heads.iter().zip(batch) {
                self.add_one(feature, head, sums);
            }
        }
    }

    #[inline]
    fn add_one(&self, feature: u64, mut head: u8, sums: &mut Sums) {
        let (mut at, check) = (home(feature, self.homes), u16::from_le_bytes(check(feature)));
        while let Some(line) = self.lines.get(at * LINE..).and_then(|rest| rest.first_chunk::<LINE>()) {
            let rows = usize::from(head & !OVERFLOWS);
            let table = &line[1..(1 + 2 * rows).min(LINE)];
            if let Some(row) =
                table.chunks_exact(2).position(|row| (u16::from_le_bytes([row[0], row[1]]) ^ check) & MASK == 0)
            {
                let weights = |row: &[u8]| usize::from(row[1] & !CHECKED);
                let before: usize = table.chunks_exact(2).take(row).map(weights).sum();
                let start = 1 + 2 * rows + 2 * before;
                let end = start + 2 * weights(&table[2 * row..]);
                for pair in line.get(start..end).unwrap_or_default().chunks_exact(2) {
                    sums.weights[usize::from(pair[0]) % MAX_CLASSES] += i32::from(pair[1].cast_signed());
                }
                sums.features += 1;
                return;
            }
            if head & OVERFLOWS == 0 {
                break;
            }
            at += 1;
            head = self.lines.get(at * LINE).copied().unwrap_or(0);
        }
        sums.misses += 1;
    }

    /// The score of each class: a log-odds, before the temperature.
    pub fn scores(&self, sums: &Sums, scores: &mut [f32; MAX_CLASSES]) {
        let length = (sums.features.max(1) as f32).powf(LENGTH_POWER);
        for ((score, &sum), &bias) in scores.iter_mut().zip(&sums.weights).zip(&self.biases) {
            *score = (bias + sum as f32 * self.scale) / length;
        }
    }
}

/// The bits of a row's two bytes that tell it from others.
const MASK: u16 = u16::from_le_bytes([u8::MAX, CHECKED]);

/// Features that are looked up together.
const BATCH: usize = 32;

/// The line that is a feature's home, of `homes`: by the high half of its hash.
#[inline]
pub const fn home(feature: u64, homes: u32) -> usize {
    (((feature >> 32) * homes as u64) >> 32) as usize
}

/// What tells a feature from others in its line: eleven bits that its home does not depend on.
#[inline]
pub const fn check(feature: u64) -> [u8; 2] {
    let bytes = feature.to_le_bytes();
    [bytes[3], bytes[2] & CHECKED]
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

    #[test]
    fn the_embedded_model_is_within_its_size() {
        assert!(include_bytes!("model.bin").len() <= 8 << 20);
    }

    #[test]
    fn a_file_that_is_no_model_has_no_sections() {
        let whole = include_bytes!("model.bin");
        for bytes in [&b""[..], b"CDLANG0", b"not a model at all", &whole[..200]] {
            let model = Model::parse(bytes);
            assert!(model.section(Script::Latin).is_none());
        }
    }
}
