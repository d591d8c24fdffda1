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
//! | 1 | `b`: features are looked up in `2^b` buckets, by the highest `b` bits of their hash |
//! | 2 | zero |
//! | 4 | `f32`: what a weight of 1 is worth |
//! | 8 a class | its BCP 47 tag, filled up with zero bytes |
//! | 4 a class | `f32`: its bias |
//! | 4 a bucket, and one more | `u32`: where its rows start, counted from the end of this table |
//! | the rest | rows |
//!
//! A row is one feature: a check byte (the eight bits of the hash after the bucket's), the number of its weights, and for
//! each the class (`u8`) and the weight (`i8`). Classes without a weight have 0.

use super::script::{SCRIPTS, Script};

/// Opens the file.
pub const MAGIC: &[u8; 8] = b"CDLANG01";

/// The most classes that one script may have.
pub const MAX_CLASSES: usize = 64;

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
    bucket_bits: u32,
    offsets: &'m [u8],
    rows: &'m [u8],
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
            let section = file.get(start..end).and_then(Section::parse);
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
    fn parse(bytes: &'m [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(8)?;
        let (count, bucket_bits) = (usize::from(head[0]), u32::from(head[1]));
        let scale = f32::from_le_bytes(*head.last_chunk()?);
        let (tags, rest) = rest.split_at_checked(count * TAG_BYTES)?;
        let (biases, rest) = rest.split_at_checked(count * 4)?;
        let (offsets, rows) = rest.split_at_checked(((1_usize << bucket_bits.min(30)) + 1) * 4)?;
        let classes = tags.chunks_exact(TAG_BYTES).map(|tag| {
            let end = tag.iter().position(|&byte| byte == 0).unwrap_or(TAG_BYTES);
            str::from_utf8(&tag[..end]).ok()
        });
        let biases = biases.chunks_exact(4).filter_map(|b| b.first_chunk().copied()).map(f32::from_le_bytes);
        (count <= MAX_CLASSES).then_some(())?;
        Some(Self {
            classes: classes.collect::<Option<_>>()?,
            biases: biases.collect(),
            scale,
            bucket_bits,
            offsets,
            rows,
        })
    }

    /// Adds the weights of a feature.
    #[inline]
    pub fn add(&self, feature: u64, sums: &mut Sums) {
        let bucket = (feature >> (64 - self.bucket_bits)) as usize;
        let check = (feature >> (56 - self.bucket_bits)) as u8;
        let (start, end) = (word(self.offsets, bucket * 4), word(self.offsets, bucket * 4 + 4));
        let Some(mut rows) = self.rows.get(start..end) else { return };
        while let [row_check, count, rest @ ..] = rows {
            let Some((weights, others)) = rest.split_at_checked(usize::from(*count) * 2) else { return };
            if *row_check == check {
                for pair in weights.chunks_exact(2) {
                    sums.weights[usize::from(pair[0]) % MAX_CLASSES] += i32::from(pair[1].cast_signed());
                }
                sums.features += 1;
                return;
            }
            rows = others;
        }
        sums.misses += 1;
    }

    /// The score of each class: a log-odds, before the temperature.
    pub fn scores(&self, sums: &Sums, scores: &mut [f32; MAX_CLASSES]) {
        let factor = self.scale / (sums.features.max(1) as f32).powf(LENGTH_POWER);
        for ((score, &sum), &bias) in scores.iter_mut().zip(&sums.weights).zip(&self.biases) {
            *score = bias + sum as f32 * factor;
        }
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

    #[test]
    fn the_embedded_model_is_within_its_size() {
        assert!(include_bytes!("model.bin").len() <= 8 << 20);
    }

    #[test]
    fn a_file_that_is_no_model_has_no_sections() {
        let whole = include_bytes!("model.bin");
        for bytes in [&b""[..], b"CDLANG0", b"not a model at all", &whole[..200], &whole[..whole.len() / 2]] {
            let model = Model::parse(bytes);
            assert!(model.section(Script::Latin).is_none());
        }
    }
}
