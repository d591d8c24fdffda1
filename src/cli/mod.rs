//! The other subcommands: `copydesk analyze`, `copydesk frequencies` and `copydesk health`.
//!
//! `analyze` asks the same services as a caller over gRPC does, either in-process (`backend`) or through a connection
//! to a running server (`connection`). What it reads is in `input`, what it asks for in `options`, how it answers in
//! `page` (for people) and `json` (for programs).

mod analyze;
mod backend;
mod bulk;
mod connection;
mod frequencies;
mod health;
mod input;
mod json;
mod options;
mod outcome;
mod page;
mod progress;
mod wrap;

pub use analyze::{AnalyzeArguments, analyze};
pub use connection::ConnectionArguments;
pub use frequencies::{FrequenciesArguments, frequencies, read_frequencies};
pub use health::{HealthArguments, health};
pub use options::AnalysisArguments;

/// The message of a panic may quote the text (a slice out of bounds does), so only its place is told.
pub fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    anstream::eprintln!("internal error at {place}");
}
