//! The analyses: pure functions over text, without I/O, clock, logging or errors. Every `&str` has an answer.

pub mod block;
mod chunk;
pub mod detect;
pub mod document;
pub mod frequencies;
pub mod keyword;
mod letter;
pub mod sentence;
pub mod span;
pub mod summary;
pub mod token;
