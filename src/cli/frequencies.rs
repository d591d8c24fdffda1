//! `copydesk frequencies`: an archive in, its document frequencies out.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;

use crate::service::{self, Limits, proto::AnalyzeRequest};
use crate::text::frequencies::Frequencies;

use super::{
    input::{self, Item, Source},
    progress::Progress,
};

/// Counts in how many texts of an archive each word occurs, by language, and prints the counts for
/// `copydesk serve --document-frequencies`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct FrequenciesArguments {
    /// The archive: a text a file, a folder for the files below it; "-", or nothing, is standard input
    #[arg(value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Each line of the files is a text, a JSON object with "text" and, if it has them, "title" and "language_code"
    #[arg(long)]
    jsonl: bool,
}

const AFTER_HELP: &str = "\
Examples:
  copydesk frequencies archive/ > frequencies.tsv
  copydesk frequencies --jsonl archive.jsonl > frequencies.tsv
  copydesk serve --document-frequencies frequencies.tsv

A language counts from 50 texts on. Texts that cannot be read or analysed are named and left out.

Exit status: 0 all texts were counted; 1 some were not; 2 a mistake in the arguments.";

/// Counts the archive that the arguments name, one text in memory at a time.
///
/// # Errors
/// What keeps the whole run from going on: a folder that cannot be opened, or output that cannot be written.
pub fn frequencies(arguments: &FrequenciesArguments) -> anyhow::Result<ExitCode> {
    let sources = match input::sources(&arguments.inputs) {
        Ok(sources) => input::with_folders_open(sources)?,
        Err(mistake) => {
            anstream::eprintln!("error: {mistake}");
            return Ok(ExitCode::from(2));
        }
    };
    let mut progress = match io::stderr().is_terminal() {
        true => Progress::of(sources.iter().map(Source::size).sum()),
        false => Progress::hidden(),
    };
    let mut frequencies = Frequencies::default();
    let template = AnalyzeRequest::default();
    for source in &sources {
        let items: Box<dyn Iterator<Item = Item>> = match arguments.jsonl {
            true => Box::new(source.json_lines(&template)),
            false => Box::new(std::iter::once_with(|| source.article(&template))),
        };
        for item in items {
            let counted = count(item.request, &mut frequencies);
            progress.count(item.bytes, counted.is_err());
            if let Err(why) = counted {
                progress.suspend(|| anstream::eprintln!("error: {}: {why}", item.id));
            }
        }
    }
    progress.finish();
    io::stdout().write_all(frequencies.write().as_bytes())?;
    anstream::eprintln!(
        "{} texts counted, {} left out",
        frequencies.documents(),
        progress.done() - frequencies.documents()
    );
    Ok(if progress.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The document frequencies that `copydesk frequencies` wrote to the file at `path`.
///
/// # Errors
/// If it cannot be read, or holds something else.
pub fn read_frequencies(path: &Path) -> anyhow::Result<Frequencies> {
    let name = || format!("--document-frequencies {}", path.display());
    let text = fs::read_to_string(path).with_context(name)?;
    Frequencies::parse(&text).ok_or_else(|| anyhow!("not what `copydesk frequencies` writes")).with_context(name)
}

fn count(request: Result<AnalyzeRequest, tonic_types::Status>, frequencies: &mut Frequencies) -> Result<(), String> {
    let job = service::job(request.map_err(|error| error.message)?, &Limits::default());
    service::count(&job.map_err(|invalid| invalid.message().to_owned())?, frequencies);
    Ok(())
}
