//! Many texts: one JSON line an item, as soon as it is ready, from all cores or through one stream to a server.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use crate::service::{
    proto::{
        AnalyzeItem, AnalyzeRequest, AnalyzeResult, AnalyzeStreamRequest, GetInfoRequest, Limits,
        analysis_service_client::AnalysisServiceClient, analyze_result::Outcome as Answered,
        info_service_client::InfoServiceClient,
    },
    status,
};

use super::{
    analyze::items,
    backend::{Backend, pause},
    connection::Connection,
    input::{self, Item, Source},
    json::{self, Fields},
    outcome::{self, Outcome},
    progress::Progress,
};

/// Many texts, and what to do with them.
#[derive(Debug)]
pub struct Bulk {
    /// Where they come from.
    pub sources: Vec<Source>,
    /// Whether each line is a text, rather than each file.
    pub json_lines: bool,
    /// What to find in each.
    pub request: AnalyzeRequest,
    /// Which fields to write.
    pub fields: Fields,
    /// Where results go, and which items have theirs already; `None`: standard output, all of them.
    pub resume: Option<PathBuf>,
}

/// A line of output, and what it is of.
struct Line {
    json: Vec<u8>,
    bytes: u64,
    failed: bool,
}

/// Does the work on all cores of this process; answers how many items failed.
pub async fn in_process(bulk: Bulk) -> anyhow::Result<u64> {
    let backend = Backend::in_process();
    let in_flight = backend.in_flight();
    let fields = bulk.fields;
    bulk.run(|items| {
        // No task an item: a worker writes the line too, and what is left costs less than to wake another thread for
        // it.
        items.map(move |item| line_in_process(backend.clone(), item, fields)).buffer_unordered(in_flight).map(Ok)
    })
    .await
}

async fn line_in_process(backend: Backend, item: Item, fields: Fields) -> Line {
    let Item { id, bytes, request } = item;
    let name = id.clone();
    let json = match request {
        Ok(request) => backend.analyze_then(request, move |analysis| json::result(&name, Ok(analysis), fields)).await,
        Err(error) => Err(error),
    };
    match json {
        Ok(json) => Line { json, bytes, failed: false },
        Err(error) => line(&id, bytes, Err(error), fields),
    }
}

/// Has a server do the work through `AnalyzeStream`; answers how many items failed.
pub async fn through_stream(
    bulk: Bulk,
    client: AnalysisServiceClient<Connection>,
    mut info: InfoServiceClient<Connection>,
) -> anyhow::Result<u64> {
    let info = info.get_info(GetInfoRequest {}).await.map_err(|status| ended(&status))?.into_inner();
    let limits = info.limits.unwrap_or_default();
    let fields = bulk.fields;
    bulk.run(|items| {
        let (answered, answers) = mpsc::channel(4);
        let conversation =
            Conversation { client, limits, fields, answered: answered.clone(), unanswered: BTreeMap::new() };
        tokio::spawn(async move {
            if let Err(error) = conversation.hold(items).await {
                // Nobody is left to tell it to where the receiver is gone.
                let _ = answered.send(Err(error)).await;
            }
        });
        ReceiverStream::new(answers)
    })
    .await
}

impl Bulk {
    /// Hands the items to `work` and writes the lines that come of them.
    async fn run<L>(self, work: impl FnOnce(ReceiverStream<Item>) -> L) -> anyhow::Result<u64>
    where
        L: Stream<Item = anyhow::Result<Line>>,
    {
        let started = Instant::now();
        let (mut output, done) = match &self.resume {
            Some(file) => {
                let (file, done) = reopen(file).with_context(|| file.display().to_string())?;
                (Box::new(file) as Box<dyn Write>, done)
            }
            None => (Box::new(io::stdout().lock()) as Box<dyn Write>, HashSet::new()),
        };
        let total = self.sources.iter().map(Source::size).sum();
        let mut progress = Progress::of(total);
        let (skipped, skips) = std::sync::mpsc::channel();
        let lines = work(items(move |send| {
            let passes_over = |item: &Item| {
                let known = done.contains(&item.id);
                if known {
                    // Where nobody counts any more, the run has ended.
                    let _ = skipped.send(item.bytes);
                }
                known
            };
            self.each_item(&mut |item| if passes_over(&item) { Ok(()) } else { send(item) });
        }));
        let mut lines = std::pin::pin!(lines);
        let mut skipped = 0_u64;
        while let Some(line) = lines.next().await {
            let Line { json, bytes, failed } = line?;
            progress.count(bytes, failed);
            for bytes in skips.try_iter() {
                skipped += 1;
                progress.skip(bytes);
            }
            output.write_all(&json)?;
        }
        skipped += u64::try_from(skips.iter().count()).unwrap_or(u64::MAX);
        output.flush()?;
        progress.finish();
        report(&progress, skipped, started.elapsed());
        Ok(progress.failed())
    }

    fn each_item(&self, send: &mut dyn FnMut(Item) -> Result<(), ()>) {
        for source in &self.sources {
            let sent = if self.json_lines {
                source.json_lines(&self.request).try_for_each(&mut *send)
            } else {
                send(source.article(&self.request))
            };
            if sent.is_err() {
                break;
            }
        }
    }
}

/// What the run came to, on standard error.
fn report(progress: &Progress, skipped: u64, elapsed: Duration) {
    let seconds = elapsed.as_secs_f64();
    let analysed = progress.done() - progress.failed();
    #[expect(clippy::cast_precision_loss, reason = "a rate to three digits")]
    let rate = progress.done() as f64 / seconds.max(0.001);
    let passed_over = if skipped == 0 { String::new() } else { format!(", {skipped} were there already") };
    anstream::eprintln!(
        "{analysed} analysed, {} failed{passed_over}, in {seconds:.1} s ({rate:.0} a second)",
        progress.failed()
    );
}

/// Opens a file of results to go on with, and the ids that it holds; a line left half-written is cut off.
fn reopen(path: &Path) -> io::Result<(File, HashSet<String>)> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let (ids, whole) = input::ids_of_results(path)?;
    file.set_len(whole)?;
    Ok((file, ids))
}

fn line(id: &str, bytes: u64, outcome: Outcome, fields: Fields) -> Line {
    let failed = outcome.is_err();
    Line { json: json::result(id, outcome, fields), bytes, failed }
}

/// How many items may be with the server at once: a few more than it works on, so that it never waits for the network.
const WINDOW: usize = 32;
/// How many times in a row a stream may break before any answer.
const TRIES: u32 = 6;

/// What is said to a server over one stream after another: a stream that breaks is opened anew (servers end connections
/// that are old, and themselves when they are replaced), and what was not answered is asked again.
struct Conversation {
    client: AnalysisServiceClient<Connection>,
    limits: Limits,
    fields: Fields,
    answered: mpsc::Sender<anyhow::Result<Line>>,
    /// By the number that an item has on the wire: the callers' own ids may repeat.
    unanswered: BTreeMap<u64, Pending>,
}

/// An item that is with the server.
struct Pending {
    id: String,
    bytes: u64,
    request: AnalyzeRequest,
}

/// How one stream ended.
enum End {
    /// All items are answered.
    Complete,
    /// Nobody takes the answers any more.
    Unwanted,
    /// It broke.
    Broken(Status),
}

impl Conversation {
    async fn hold(mut self, mut items: ReceiverStream<Item>) -> anyhow::Result<()> {
        let mut next = 0;
        let mut exhausted = false;
        let mut failures = 0;
        loop {
            let before = next - self.unanswered.len() as u64;
            match self.stream(&mut items, &mut next, &mut exhausted).await {
                End::Complete | End::Unwanted => return Ok(()),
                End::Broken(status) => {
                    let answered_some = next - self.unanswered.len() as u64 > before;
                    failures = if answered_some { 1 } else { failures + 1 };
                    if failures == TRIES || !may_pass(&status) {
                        return Err(ended(&status));
                    }
                    tokio::time::sleep(pause(&status, failures)).await;
                }
            }
        }
    }

    async fn stream(&mut self, items: &mut ReceiverStream<Item>, next: &mut u64, exhausted: &mut bool) -> End {
        let mut to_send: VecDeque<u64> = self.unanswered.keys().copied().collect();
        let (sender, requests) = mpsc::channel(1);
        let mut sender = Some(sender);
        let mut results = match self.client.analyze_stream(ReceiverStream::new(requests)).await {
            Ok(response) => response.into_inner(),
            Err(status) => return End::Broken(status),
        };
        loop {
            if *exhausted && to_send.is_empty() {
                // Tells the server that no more will come.
                sender = None;
                if self.unanswered.is_empty() {
                    return End::Complete;
                }
            }
            let wants_item = !*exhausted && to_send.is_empty() && self.unanswered.len() < WINDOW;
            let sending = sender.clone().filter(|_| !to_send.is_empty());
            tokio::select! {
                result = results.message() => match result {
                    Ok(Some(message)) => {
                        if self.answer(message.result.unwrap_or_default()).await.is_err() {
                            return End::Unwanted;
                        }
                    }
                    Ok(None) => return End::Broken(Status::unavailable("the server ended the stream early")),
                    Err(status) => return End::Broken(status),
                },
                permit = reserve(sending), if !to_send.is_empty() => {
                    let Some(permit) = permit else { continue };
                    if let Some((number, pending)) = to_send.pop_front().and_then(|n| Some((n, self.unanswered.get(&n)?))) {
                        let item = AnalyzeItem { id: number.to_string(), request: Some(pending.request.clone()) };
                        permit.send(AnalyzeStreamRequest { item: Some(item) });
                    }
                }
                item = items.next(), if wants_item => match item {
                    None => *exhausted = true,
                    Some(Item { id, bytes, request }) => match request.and_then(|request| self.fits(request)) {
                        Ok(request) => {
                            self.unanswered.insert(*next, Pending { id, bytes, request });
                            to_send.push_back(*next);
                            *next += 1;
                        }
                        Err(error) => {
                            if self.answered.send(Ok(line(&id, bytes, Err(error), self.fields))).await.is_err() {
                                return End::Unwanted;
                            }
                        }
                    },
                },
            }
        }
    }

    /// Writes the answer to one item; fails when nobody takes it.
    async fn answer(&mut self, result: AnalyzeResult) -> Result<(), ()> {
        // A number that we did not send, or that is answered already, is no answer.
        let Some(pending) = result.id.parse().ok().and_then(|number: u64| self.unanswered.remove(&number)) else {
            return Ok(());
        };
        let outcome = match result.outcome {
            Some(Answered::Analysis(analysis)) => Ok(analysis),
            Some(Answered::Error(error)) => Err(error),
            None => Err(outcome::error(Code::Internal, "the server answered neither an analysis nor an error")),
        };
        self.answered.send(Ok(line(&pending.id, pending.bytes, outcome, self.fields))).await.map_err(|_| ())
    }

    /// A message over the server's limit would end the stream: a text of that length is not sent at all.
    fn fits(&self, request: AnalyzeRequest) -> Result<AnalyzeRequest, tonic_types::Status> {
        let length = request.document.as_ref().map_or(0, |document| document.text.len()) as u64;
        let limit = self.limits.max_text_bytes;
        if limit > 0 && length > limit {
            let mut violations = status::Violations::default();
            violations.add("document.text", format!("must be at most {limit} bytes of UTF-8, is {length}"));
            if let Err(status) = violations.check() {
                return Err(status::to_proto(&status));
            }
        }
        Ok(request)
    }
}

/// A place in the stream, once there is one; `None` where the stream is gone, which its results tell too.
async fn reserve(
    sender: Option<mpsc::Sender<AnalyzeStreamRequest>>,
) -> Option<mpsc::OwnedPermit<AnalyzeStreamRequest>> {
    match sender?.reserve_owned().await {
        Ok(permit) => Some(permit),
        Err(_) => std::future::pending().await,
    }
}

/// Whether trying again may help.
fn may_pass(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable
        | Code::Unknown
        | Code::Internal
        | Code::Cancelled
        | Code::Aborted
        | Code::DeadlineExceeded
        | Code::ResourceExhausted => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

fn ended(status: &Status) -> anyhow::Error {
    anyhow!("the server ended the work: {}: {}", status.code(), status.message())
}
