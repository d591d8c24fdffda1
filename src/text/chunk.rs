//! Sixty-four bytes of a text at once: which of them are wanted, as bits.

use std::ops::{BitAnd, BitOr};

use wide::i8x16;

/// The bytes that are looked at in one go, a bit each.
pub(super) const CHUNK: usize = 64;

/// A chunk, and the byte after it.
pub(super) type Chunk = [u8; CHUNK + 1];

/// Sixteen bytes; what a test answers has all bits set where a byte passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes(i8x16);

/// What `answer` says of the chunk of `text` at `at`; after the last come zeros.
#[inline(always)]
pub(super) fn with<A>(text: &[u8], at: usize, answer: impl Fn(&Chunk) -> A) -> A {
    let rest = &text[at..];
    match rest.first_chunk() {
        Some(chunk) => answer(chunk),
        None => with_last(rest, answer),
    }
}

#[cold]
#[inline(never)]
fn with_last<A>(rest: &[u8], answer: impl Fn(&Chunk) -> A) -> A {
    let mut chunk = [0; CHUNK + 1];
    chunk[..rest.len()].copy_from_slice(rest);
    answer(&chunk)
}

/// The bytes of `chunk` that pass `test`, the first as the lowest bit.
#[inline(always)]
pub(super) fn bits(chunk: &Chunk, test: impl Fn(Bytes) -> Bytes) -> u64 {
    pairs(chunk, |bytes, _| test(bytes))
}

/// Those that pass `test` together with the byte after each.
#[inline(always)]
pub(super) fn pairs(chunk: &Chunk, test: impl Fn(Bytes, Bytes) -> Bytes) -> u64 {
    let [_, after @ ..] = chunk;
    let (all, after) = (sixteens(chunk), sixteens(after));
    let [first, second, third, fourth] = std::array::from_fn(|i| u64::from(test(all[i], after[i]).0.to_bitmask()));
    first | second << 16 | third << 32 | fourth << 48
}

/// Whether a byte of `chunk` passes `test`.
#[inline(always)]
pub(super) fn any(chunk: &Chunk, test: impl Fn(Bytes) -> Bytes) -> bool {
    let [first, second, third, fourth] = sixteens(chunk).map(test);
    (first | second | third | fourth).0.any()
}

/// How many of `bytes` pass `test` before the first that does not.
#[inline(always)]
pub(super) fn leading(bytes: &[u8; 16], test: impl Fn(Bytes) -> Bytes) -> usize {
    let bits = test(Bytes(i8x16::new(bytes.map(u8::cast_signed)))).0.to_bitmask();
    bits.trailing_ones() as usize
}

#[inline(always)]
fn sixteens(bytes: &[u8]) -> [Bytes; 4] {
    let (sixteens, _) = bytes.as_chunks::<16>();
    std::array::from_fn(|i| Bytes(i8x16::new(sixteens[i].map(u8::cast_signed))))
}

impl Bytes {
    /// Those that are `byte`.
    #[inline(always)]
    pub(super) fn are(self, byte: u8) -> Self {
        Self(self.0.simd_eq(i8x16::splat(byte.cast_signed())))
    }

    /// Those from `first` to `last`.
    #[inline(always)]
    pub(super) fn within(self, first: u8, last: u8) -> Self {
        // Vectors compare signed numbers alone, of which 0x80 is the least.
        let from_least = self.0 + i8x16::splat(0x80_u8.wrapping_sub(first).cast_signed());
        Self(from_least.simd_lt(i8x16::splat((0x80 + (last - first + 1)).cast_signed())))
    }

    /// Those up to `last`, a character of ASCII, and those beyond ASCII.
    #[inline(always)]
    pub(super) fn up_to_or_beyond_ascii(self, last: u8) -> Self {
        Self(self.0.simd_lt(i8x16::splat(last.cast_signed() + 1)))
    }

    /// The characters of ASCII after `byte`.
    #[inline(always)]
    pub(super) fn after(self, byte: u8) -> Self {
        Self(self.0.simd_gt(i8x16::splat(byte.cast_signed())))
    }

    /// Those beyond ASCII.
    #[inline(always)]
    pub(super) fn beyond_ascii(self) -> Self {
        Self(self.0.simd_lt(i8x16::splat(0)))
    }

    /// All with the bits of `byte` set.
    #[inline(always)]
    pub(super) fn with(self, byte: u8) -> Self {
        Self(self.0 | i8x16::splat(byte.cast_signed()))
    }
}

impl BitAnd for Bytes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Bytes {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which bytes of any value pass `test`.
    #[track_caller]
    fn check(test: impl Fn(Bytes) -> Bytes, expected: impl Fn(u8) -> bool) {
        for first in (0..=u8::MAX).step_by(7) {
            let mut byte = first;
            let chunk = std::array::from_fn(|_| {
                byte = byte.wrapping_add(1);
                byte
            });
            let (found, any) = (bits(&chunk, &test), any(&chunk, &test));
            assert_eq!(found != 0, any);
            assert_eq!(pairs(&chunk, |_, after| test(after)) << 1, found & !1);
            for (i, &byte) in chunk.iter().take(CHUNK).enumerate() {
                assert_eq!(found >> i & 1 == 1, expected(byte), "{byte:#x}");
            }
        }
    }

    #[test]
    fn tests_answer_for_each_byte_alone() {
        check(|bytes| bytes.are(b'.'), |byte| byte == b'.');
        check(|bytes| bytes.are(0xe2), |byte| byte == 0xe2);
        check(|bytes| bytes.within(b':', b']'), |byte| (b':'..=b']').contains(&byte));
        check(|bytes| bytes.within(b'z', 0xd8), |byte| (b'z'..=0xd8).contains(&byte));
        check(|bytes| bytes.up_to_or_beyond_ascii(b'\r'), |byte| byte <= b'\r' || byte >= 0x80);
        check(|bytes| bytes.after(b'z'), |byte| (b'{'..0x80).contains(&byte));
        check(Bytes::beyond_ascii, |byte| byte >= 0x80);
        check(|bytes| bytes.with(0x14).are(0xd6), |byte| byte | 0x14 == 0xd6);
        check(|bytes| bytes.are(b'.') | bytes.are(b'!'), |byte| byte == b'.' || byte == b'!');
    }

    #[test]
    fn the_last_chunk_has_zeros_after_it() {
        let text = "a".repeat(CHUNK + 1);
        let letters = |at| with(text.as_bytes(), at, |chunk| bits(chunk, |bytes| bytes.are(b'a')).count_ones());
        assert_eq!((letters(0), letters(CHUNK), letters(CHUNK + 1)), (64, 1, 0));
    }
}
