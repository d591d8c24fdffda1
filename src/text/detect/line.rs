//! A line of the model: finds a row in it, and its weights.
//!
//! A step that depends on the text takes the same way for every row: the processor cannot foresee which row it will be, and a
//! wrong guess costs it more than all that is done here.

use super::model::{CHECK_BITS, CHECK_HIGH_BITS, HEAD_BITS, LINE, LINE_BITS, MAX_ROWS};

/// A line, as `model` describes it.
pub type Line = [u8; LINE];

/// Which row of a line that has so many, and whether it is wide.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    rows: usize,
    row: usize,
    pub wide: bool,
}

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

/// Where `check` is among the rows of a line that opens with `head`.
#[inline]
pub fn find(line: &Line, head: u8, check: u16) -> Option<Place> {
    // Eight bytes at once, as many as a line may have: the high bit of a byte of `equal` is set where the row's byte is as
    // wanted. Bit `8 * a + b` of `found` stands for row `8 * b + a`.
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let (rows, wide) = (usize::from(head) & MAX_ROWS, usize::from(head) / (MAX_ROWS + 1));
    let [low, high] = check.to_le_bytes();
    let wanted = u64::from(low) * ONES;
    let mut found = 0_u64;
    for eight in 0..4 {
        let differs = bits(line, HEAD_BITS + 64 * eight) ^ wanted;
        let equal = !(((differs & LOW_BITS) + LOW_BITS) | differs | LOW_BITS);
        found |= equal >> (7 - eight);
    }
    found &= OF_ROWS[rows];
    while found != 0 {
        let bit = found.trailing_zeros() as usize;
        let row = bit % 8 * 8 + bit / 8;
        let rest = bits(line, HEAD_BITS + 8 * rows + CHECK_HIGH_BITS * row);
        if rest & ((1 << CHECK_HIGH_BITS) - 1) == u64::from(high) {
            return Some(Place { rows, row, wide: row < wide });
        }
        found &= found - 1;
    }
    None
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

/// The weights of a row, of so many bits each.
#[inline]
pub fn weights(line: &Line, Place { rows, row, .. }: Place, width: usize) -> Weights {
    let ends = bits(line, HEAD_BITS + CHECK_BITS * rows);
    let before = if row == 0 { 0 } else { select(ends, row - 1) + 1 };
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
            for row in 0..rows {
                let place = find(&line, head, u16::try_from(row).unwrap() + 1).unwrap();
                assert_eq!((place.rows, place.row, place.wide), (rows, row, row == 0));
            }
            assert!(find(&line, head, 0x0101).is_none(), "other high bits");
            assert!(find(&line, head, 200).is_none(), "other low bits");
        }
    }
}
