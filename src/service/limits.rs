//! The limits of the contract, and those that an operator sets.

use std::ops::RangeInclusive;

/// The most items of a batch.
pub const BATCH_ITEMS: usize = 100;
/// The most codes of candidate languages.
pub const CANDIDATE_CODES: usize = 1_000;
/// How many languages may be asked for.
pub const LANGUAGES: RangeInclusive<u32> = 1..=10;
/// How many keywords may be asked for.
pub const KEYWORDS: RangeInclusive<u32> = 1..=100;
/// How many words a keyword may be allowed.
pub const KEYWORD_WORDS: RangeInclusive<u32> = 1..=6;
/// The most blocked phrases.
pub const BLOCKED: usize = 1_000;
/// How many sentences a summary may be allowed.
pub const SUMMARY_SENTENCES: RangeInclusive<u32> = 1..=100;
/// How many words a summary may be allowed.
pub const SUMMARY_WORDS: RangeInclusive<u32> = 10..=10_000;
/// How many characters a summary may be allowed.
pub const SUMMARY_CHARACTERS: RangeInclusive<u32> = 20..=100_000;

/// The limits that an operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in bytes.
    pub text_bytes: usize,
    /// The longest title, in bytes.
    pub title_bytes: usize,
    /// The largest request message, in bytes.
    pub message_bytes: usize,
    /// The most items of one stream that are worked on at a time.
    pub stream_in_flight: usize,
    /// The most bytes of items that all streams together hold before they are analysed.
    pub stream_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 1 << 20,
            title_bytes: 16 << 10,
            message_bytes: 16 << 20,
            stream_in_flight: 16,
            stream_bytes: 64 << 20,
        }
    }
}
