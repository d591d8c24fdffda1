//! Bytes of a text as positions in the caller's unit.

use crate::text::span::Span;

/// The unit that a caller counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Code points.
    CodePoint,
}

/// How many bytes lie between two counts.
const BLOCK: usize = 128;

/// Finds positions in a text: the units before each block are counted once, so that a position costs at most one block.
#[derive(Debug)]
pub struct Offsets<'t> {
    text: &'t [u8],
    unit: Unit,
    /// The units before each block; empty where a byte is a unit.
    counts: Vec<u32>,
}

impl<'t> Offsets<'t> {
    /// For positions in `text`, in `unit`.
    pub fn new(text: &'t str, unit: Unit) -> Self {
        let bytes = text.as_bytes();
        if unit == Unit::Utf8 || text.is_ascii() {
            return Self { text: bytes, unit, counts: Vec::new() };
        }
        let counts = bytes
            .chunks(BLOCK)
            .scan(0, |before, block| {
                let count = *before;
                *before += units(block, unit);
                Some(count)
            })
            .collect();
        Self { text: bytes, unit, counts }
    }

    /// Where `span` starts and ends, in the caller's unit.
    pub fn positions(&self, span: Span) -> [u32; 2] {
        [span.start, span.end].map(|byte| self.position(byte))
    }

    fn position(&self, byte: usize) -> u32 {
        if self.counts.is_empty() {
            // A text that a request carries is shorter than 4 GiB: protobuf allows no more than 2.
            return u32::try_from(byte).unwrap_or(u32::MAX);
        }
        let block = (byte / BLOCK).min(self.counts.len() - 1);
        self.counts[block] + units(&self.text[block * BLOCK..byte], self.unit)
    }
}

/// How many units start in `bytes`.
fn units(bytes: &[u8], unit: Unit) -> u32 {
    let count = |starts: fn(u8) -> u32| bytes.iter().map(|&byte| starts(byte)).sum();
    match unit {
        Unit::Utf8 => count(|_| 1),
        Unit::CodePoint => count(|byte| u32::from(!is_continuation(byte))),
        // A four-byte sequence is a surrogate pair.
        Unit::Utf16 => count(|byte| u32::from(!is_continuation(byte)) + u32::from(byte >= 0xF0)),
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        for unit in [Unit::Utf8, Unit::Utf16, Unit::CodePoint] {
            let offsets = Offsets::new(text, unit);
            for byte in (0..=text.len()).filter(|&byte| text.is_char_boundary(byte)) {
                let before = &text[..byte];
                let expected = match unit {
                    Unit::Utf8 => before.len(),
                    Unit::Utf16 => before.encode_utf16().count(),
                    Unit::CodePoint => before.chars().count(),
                };
                assert_eq!(offsets.position(byte) as usize, expected, "{unit:?} at byte {byte}");
            }
        }
    }

    #[test]
    fn ascii_counts_bytes() {
        check("A plain line.");
    }

    #[test]
    fn an_emoji_is_two_utf16_code_units_and_one_code_point() {
        check("a\u{1F600}b\u{1F468}\u{200D}\u{1F469}");
    }

    #[test]
    fn combining_marks_and_right_to_left_text_count_one_by_one() {
        check("e\u{301}\u{feff} \u{5e9}\u{5dc}\u{5d5}\u{5dd}\0\r\n");
    }

    #[test]
    fn a_text_of_many_blocks_counts_across_them() {
        check(&"\u{4e2d}\u{1F600}x\u{e9}".repeat(200));
    }

    #[test]
    fn an_empty_text_has_position_nought() {
        check("");
    }
}
