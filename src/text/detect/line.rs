//! A line of the model: finds a row in it, and its weights.
//!
//! A step that depends on the text takes the same way for every row: the processor cannot foresee which row it will be, and a
//! wrong guess costs it more than all that is done here.

use super::model::{CHECK_BITS, CHECK_HIGH_BITS, HEAD_BITS, LINE, LINE_BITS, MAX_ROWS, POINTER};

/// A line, as `model` describes it.
pub type Line = [u8; LINE];

/// The weights of a row.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    /// The bit of the line before which they stand, the first one last.
    pub end: usize,
    /// How many they are.
    pub count: usize,
}

/// Bits that can be read at once, wherever they begin.
pub const AT_ONCE: usize = 57;

/// Which row of a line that opens with `head` has `check`, and whether one has it: any where none has.
#[inline]
pub fn find(line: &Line, head: u8, check: u16) -> (u32, bool) {
    let rows = rows(head);
    let [low, high] = check.to_le_bytes();
    let wanted = u64::from(low) * ONES;
    // Bit `8 * a + b` stands for row `8 * b + a`. Few lines have more than 16 rows.
    let mut equal = equal_bytes(line, 0, wanted) | equal_bytes(line, 1, wanted);
    if rows > 16 {
        equal |= equal_bytes(line, 2, wanted) | equal_bytes(line, 3, wanted);
    }
    equal &= OF_ROWS[rows];
    loop {
        // The highest bit stands for no row.
        let bit = (equal | 1 << 63).trailing_zeros();
        let row = bit % 8 * 8 + bit / 8;
        let rest_at = 8 * (HEAD_BITS / 8 + rows) + CHECK_HIGH_BITS * row as usize;
        let rest = line[rest_at / 8 % LINE] >> (rest_at % 8);
        let same = rest % (1 << CHECK_HIGH_BITS) == high;
        let others = equal & equal.wrapping_sub(1);
        if same | (others == 0) {
            return (row, same & (equal != 0));
        }
        equal = others;
    }
}

/// How many rows a line has that opens with `head`.
#[inline]
fn rows(head: u8) -> usize {
    usize::from(head) & MAX_ROWS
}

/// How many of them, the first ones, are wide.
#[inline]
pub fn wide_rows(line: &Line) -> u32 {
    u32::from(line[0] >> MAX_ROWS.count_ones())
}

/// Which bytes are as wanted of the `eight`th eight of those that tell rows: bit `8 * n + eight` stands for the `n`th.
#[inline]
fn equal_bytes(line: &Line, eight: usize, wanted: u64) -> u64 {
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let differs = bits(line, HEAD_BITS + 64 * eight) ^ wanted;
    // The high bit of a byte is set where it is equal.
    let equal = !(((differs & LOW_BITS) + LOW_BITS) | differs | LOW_BITS);
    equal >> (7 - eight)
}

/// The bits that `find` has for so many rows.
const OF_ROWS: [u64; MAX_ROWS + 1] = {
    let mut all = [0_u64; MAX_ROWS + 1];
    let mut rows = 1;
    while rows < all.len() {
        let row = rows - 1;
        all[rows] = all[row] | 1 << (row % 8 * 8 + row / 8);
        rows += 1;
    }
    all
};

/// The number that a wide row has in place of its weights, which would have so many bits each.
#[inline]
pub fn pointer(line: &Line, row: u32, width: usize) -> usize {
    // Before it are such rows alone.
    highest(bits_before(line, LINE_BITS.saturating_sub(row as usize * POINTER * width)), POINTER * width)
}

/// The weights of a narrow row, of so many bits each.
#[inline]
pub fn weights(line: &Line, row: u32, width: usize) -> Weights {
    let ends = bits(line, HEAD_BITS + CHECK_BITS * rows(line[0]));
    let before = if row == 0 { 0 } else { select(ends, row as usize - 1) + 1 };
    let count = (ends >> (before % 64)).trailing_zeros() as usize + 1;
    Weights { end: LINE_BITS.saturating_sub(before * width), count }
}

/// The bits of a line from bit `at` on, as many as there are up to [`AT_ONCE`].
#[inline]
fn bits(line: &Line, at: usize) -> u64 {
    let byte = (at / 8).min(LINE - 8);
    let word = line[byte..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    word >> ((at - 8 * byte) % 64)
}

/// The [`AT_ONCE`] bits and more of a line before bit `end`, in the highest bits.
#[inline]
pub fn bits_before(line: &Line, end: usize) -> u64 {
    let byte = end.div_ceil(8).clamp(8, LINE) - 8;
    let word = line[byte..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    word << ((8 * byte + 64 - end) % 64)
}

/// The highest bits, `count` of them, as a number.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "no more bits are asked for than an u32 has")]
pub const fn highest(bits: u64, count: usize) -> usize {
    (bits >> (64 - count)) as usize
}

/// Where the set bit is that has `rank` others before it (Vigna, "Broadword implementation of rank/select queries", 2008);
/// anywhere in the word where there is none.
#[inline]
const fn select(bits: u64, rank: usize) -> usize {
    let pairs = bits - ((bits >> 1) & (0x55 * ONES));
    let fours = (pairs & (0x33 * ONES)) + ((pairs >> 2) & (0x33 * ONES));
    // How many are set up to the end of each byte, and with that the byte in which it is.
    let sums = ((fours + (fours >> 4)) & (0x0F * ONES)).wrapping_mul(ONES);
    let rank = rank as u64 % 64;
    let full = ((rank * ONES) | HIGH_BITS).wrapping_sub(sums) & HIGH_BITS;
    let start = ((full >> 7).wrapping_mul(ONES) >> 53) as usize % 64 / 8 * 8;
    let before = sums << 8 >> start & 0xFF;
    let byte = bits >> start & 0xFF;
    start + IN_BYTE[(rank.wrapping_sub(before) % 8) as usize][byte as usize] as usize
}

/// One in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of every byte.
const HIGH_BITS: u64 = 0x80 * ONES;

/// Where the set bit of each rank is in every byte.
const IN_BYTE: [[u8; 256]; 8] = {
    let mut table = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut rank) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[rank][byte] = bit;
                rank += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_bit_of_a_rank_is_found() {
        for bits in [1, 0b1011, 1 << 63, u64::MAX, 0x8000_0001_0000_0100, 0xF0F0_1234_5678_9ABC] {
            let set = (0..64).filter(|bit| bits >> bit & 1 == 1);
            for (rank, bit) in set.enumerate() {
                assert_eq!(select(bits, rank), bit, "{bits:x} {rank}");
            }
        }
    }

    #[test]
    fn a_rank_that_no_bit_has_is_somewhere() {
        for (bits, rank) in [(0, 0), (0, 63), (1, 1), (u64::MAX, 64), (0xFF00, 30)] {
            assert!(select(bits, rank) < 64, "{bits:x} {rank}");
        }
    }

    #[test]
    fn every_row_of_a_line_is_found() {
        for rows in 1..=MAX_ROWS {
            let mut line = [0; LINE];
            for row in 0..rows {
                line[HEAD_BITS / 8 + row] = u8::try_from(row).unwrap() + 1;
            }
            let head = u8::try_from(rows).unwrap() | 1 << 5;
            for row in 0..u32::try_from(rows).unwrap() {
                assert_eq!(find(&line, head, u16::try_from(row).unwrap() + 1), (row, true));
            }
            assert!(!find(&line, head, 0x0101).1, "other high bits");
            assert!(!find(&line, head, 200).1, "other low bits");
        }
    }
}
