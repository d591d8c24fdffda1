//! `copydesk analyze`: texts in, analyses out.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use crate::service::proto::{
    AnalyzeRequest, OffsetUnit, analysis_service_client::AnalysisServiceClient, info_service_client::InfoServiceClient,
};

use super::{
    backend::Backend,
    bulk::{self, Bulk},
    connection::{self, ConnectionArguments},
    health::seconds,
    input::{self, Item, Source},
    json::{self, Fields},
    options::AnalysisArguments,
    outcome::{self, Outcome},
    page::Page,
    progress::Progress,
};

/// From how many bytes on a file is worth a line of progress.
const LARGE_BYTES: u64 = 256 << 10;
/// The largest answer that is taken: more than the analysis of the largest text.
pub const MOST_ANSWER_BYTES: usize = 1 << 30;

/// Analyses texts: their language, sentences, keywords and summary. No server is needed, unless one is named.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct AnalyzeArguments {
    /// What to analyse; "-", or nothing, is standard input
    #[arg(value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Print JSON: the AnalyzeResponse of each file in the protobuf JSON mapping, one line a file
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// In JSON, write fields at their default too (a start of 0); the mapping leaves them out
    #[arg(long, help_heading = "Output")]
    all_fields: bool,

    /// Each file is an item, a folder the files below it; print one JSON line an item, as soon as it is ready:
    /// {"id":FILE,"analysis":..} or {"id":FILE,"error":..}
    #[arg(long, help_heading = "Many texts")]
    bulk: bool,
    /// Each line of the files is an item, a JSON object with "text" and, if it has them, "id", "title" and
    /// "language_code"; print lines as --bulk does. An item without an id is FILE:LINE
    #[arg(long, conflicts_with = "bulk", help_heading = "Many texts")]
    jsonl: bool,
    /// With --bulk or --jsonl: append the lines to this file, and pass over the items whose id it already holds
    #[arg(long, value_name = "OUT", help_heading = "Many texts")]
    resume: Option<PathBuf>,

    #[command(flatten)]
    analysis: AnalysisArguments,

    /// Ask the server at this URL, http://HOST:PORT or https://HOST:PORT; many texts share one stream
    #[arg(long, value_name = "URL", help_heading = "Connection to a server")]
    endpoint: Option<String>,
    /// How long to wait for a connection, and for the answer to one text, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60.0,
        value_parser = seconds,
        help_heading = "Connection to a server"
    )]
    timeout: f64,
    #[command(flatten)]
    connection: ConnectionArguments,
}

const AFTER_HELP: &str = "\
Examples:
  copydesk analyze article.txt
  curl -s https://example.org/story.txt | copydesk analyze --only summary --summary-words 60
  copydesk analyze --json --offset-unit utf16 *.txt | jq -r '.keywords.keywords[].text'
  copydesk analyze --jsonl archive.jsonl --resume analysed.jsonl
  copydesk analyze --bulk articles/ --endpoint http://127.0.0.1:50051 > analysed.jsonl

Output is coloured on a terminal; NO_COLOR turns that off.

Exit status: 0 all texts were analysed; 1 some were not, and standard error (or the item's \"error\") says why;
2 a mistake in the arguments.";

/// Analyses what the arguments name. Errors of single texts are reported, and show in the exit code alone.
///
/// # Errors
/// What keeps the whole run from going on: no server there, or output that cannot be written.
pub async fn analyze(arguments: AnalyzeArguments) -> anyhow::Result<ExitCode> {
    let sources = match arguments.check() {
        Ok(sources) => sources,
        Err(mistakes) => {
            for mistake in mistakes {
                anstream::eprintln!("error: {mistake}");
            }
            anstream::eprintln!("\nFor more information, try 'copydesk analyze --help'.");
            return Ok(ExitCode::from(2));
        }
    };
    if sources.contains(&Source::Stdin) && io::stdin().is_terminal() {
        anstream::eprintln!("Reading from the terminal; Ctrl-D on an empty line ends the text.");
    }
    let failed = match arguments.run(sources).await {
        // Nobody reads the output any more ("| head"): that is an end like any other.
        Err(error) if is_broken_pipe(&error) => return Ok(ExitCode::SUCCESS),
        result => result?,
    };
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl AnalyzeArguments {
    /// The sources, or everything that is wrong with the arguments.
    fn check(&self) -> Result<Vec<Source>, Vec<String>> {
        let mut mistakes = Vec::new();
        if self.endpoint.is_none() {
            // A server may be of another version: it says itself what it does not take.
            mistakes.extend(self.analysis.mistakes());
        }
        if self.resume.is_some() && !self.is_bulk() {
            mistakes.push("'--resume' needs '--bulk' or '--jsonl'".to_owned());
        }
        if self.bulk && self.inputs.is_empty() {
            mistakes.push("'--bulk' needs files or folders".to_owned());
        }
        match input::sources(&self.inputs) {
            Ok(sources) if mistakes.is_empty() => Ok(sources),
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(mistake);
                Err(mistakes)
            }
        }
    }

    fn is_bulk(&self) -> bool {
        self.bulk || self.jsonl
    }

    fn fields(&self) -> Fields {
        if self.all_fields { Fields::All } else { Fields::Set }
    }

    /// Does it all; answers how many texts failed.
    async fn run(&self, sources: Vec<Source>) -> anyhow::Result<u64> {
        let request = self.analysis.request();
        let timeout = Duration::from_secs_f64(self.timeout);
        let connection = match &self.endpoint {
            Some(url) => Some(connection::connect(url, &self.connection, timeout).await?),
            None => None,
        };
        if self.is_bulk() {
            let bulk = Bulk {
                sources: if self.bulk { input::with_folders_open(sources)? } else { sources },
                json_lines: self.jsonl,
                request,
                fields: self.fields(),
                resume: self.resume.clone(),
            };
            return match connection {
                None => bulk::in_process(bulk).await,
                Some(connection) => {
                    let client = AnalysisServiceClient::new(connection.clone());
                    let info = InfoServiceClient::new(connection);
                    bulk::through_stream(bulk, client.max_decoding_message_size(MOST_ANSWER_BYTES), info).await
                }
            };
        }
        let backend = match connection {
            None => Backend::in_process(),
            Some(connection) => Backend::Server(
                AnalysisServiceClient::new(connection).max_decoding_message_size(MOST_ANSWER_BYTES),
                timeout,
            ),
        };
        self.one_by_one(sources, request, &backend).await
    }

    /// Answers the files in order, though several are in work at once.
    async fn one_by_one(
        &self,
        sources: Vec<Source>,
        mut request: AnalyzeRequest,
        backend: &Backend,
    ) -> anyhow::Result<u64> {
        let several = sources.len() > 1;
        let mut progress = progress(&sources);
        if !self.json {
            prepare_for_page(&mut request);
        }
        let mut answers = items(move |send| {
            for source in &sources {
                if send(source.article(&request)).is_err() {
                    break;
                }
            }
        })
        .map(|item| tokio::spawn(answer(backend.clone(), item)))
        .buffered(backend.in_flight());
        while let Some(joined) = answers.next().await {
            let Answer { name, bytes, text, outcome } = joined?;
            progress.count(bytes, outcome.is_err());
            progress.suspend(|| match outcome {
                Ok(analysis) if self.json => io::stdout().write_all(&json::analysis(&analysis, self.fields())),
                Ok(analysis) => Page::new(&text, &analysis).print(several.then_some(&name)),
                Err(error) => writeln!(anstream::stderr(), "{name}: {}", outcome::in_words(&error)),
            })?;
        }
        progress.finish();
        io::stdout().flush()?;
        Ok(progress.failed())
    }
}

struct Answer {
    name: String,
    bytes: u64,
    text: String,
    outcome: Outcome,
}

async fn answer(backend: Backend, item: Item) -> Answer {
    let Item { id: name, bytes, request } = item;
    match request {
        Ok(request) => {
            let text = request.document.as_ref().map(|document| document.text.clone()).unwrap_or_default();
            Answer { name, bytes, text, outcome: backend.analyze(request).await }
        }
        Err(error) => Answer { name, bytes, text: String::new(), outcome: Err(error) },
    }
}

/// A page highlights keywords where they stand, and slices the text by bytes.
fn prepare_for_page(request: &mut AnalyzeRequest) {
    request.offset_unit = OffsetUnit::Utf8Byte.into();
    if let Some(keywords) = &mut request.keywords {
        keywords.include_mentions = true;
    }
}

/// What `read` sends from a thread of its own: it waits while nobody takes the items, and fails when nobody ever will.
pub fn items(read: impl FnOnce(&dyn Fn(Item) -> Result<(), ()>) + Send + 'static) -> ReceiverStream<Item> {
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    tokio::task::spawn_blocking(move || read(&|item| sender.blocking_send(item).map_err(|_| ())));
    ReceiverStream::new(receiver)
}

/// Progress for several files, for a large one and for one of unknown size.
fn progress(sources: &[Source]) -> Progress {
    let total: Option<u64> = sources.iter().map(Source::size).sum();
    if sources.len() > 1 || total.is_none_or(|total| total >= LARGE_BYTES) {
        Progress::of(total)
    } else {
        Progress::hidden()
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
