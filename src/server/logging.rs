//! Logs: lines for people on a terminal, JSON otherwise; and never a document's text.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, FilterFn, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::config::{LogFormat, LoggingSettings};

/// Starts logging to standard error, and makes panics log where they happened but not what they said.
///
/// # Errors
/// A message that names the flag, if the filter cannot be read.
pub fn start(settings: &LoggingSettings) -> Result<(), String> {
    let human = match settings.log_format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let layer = layer(&settings.log, human, std::io::stderr)?;
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The log as a layer that writes to `writer`.
///
/// # Errors
/// A message that names the flag, if the filter cannot be read.
pub fn layer<W>(filter: &str, human: bool, writer: W) -> Result<Box<dyn Layer<Registry> + Send + Sync>, String>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let targets: Targets = filter
        .parse()
        .map_err(|_| format!("invalid value {filter:?} for --log: a level, or a filter such as info,copydesk=debug"))?;
    let others = targets.default_level().unwrap_or(LevelFilter::INFO);
    let filter = targets.with_default(others).and(FilterFn::new(ours_or_terse));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    Ok(if human {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        lines.with_ansi(colour).with_filter(filter).boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).with_filter(filter).boxed()
    })
}

/// Other crates log frames and headers at their lower levels, and headers hold tokens: those levels stay shut, whatever
/// the filter says.
fn ours_or_terse(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("copydesk") || *metadata.level() <= Level::INFO
}

/// The message of a panic may quote the text (a slice out of bounds does), so only its place is logged.
pub fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    tracing::error!(place, thread, "panic");
}
