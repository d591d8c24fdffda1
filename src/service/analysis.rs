//! Any mix of the four analyses, one by one or in bulk.

use std::future::ready;
use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use prost::Message;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tonic::{Code, Request, Response, Status, Streaming};

use super::{
    answer::Answer,
    convert::{self, Job},
    deadline,
    encoded::Encoded,
    engine::Engine,
    limits,
    proto::{
        AnalyzeItem, AnalyzeRequest, AnalyzeStreamRequest, BatchAnalyzeRequest,
        analysis_service_server::AnalysisService,
    },
    status::{self, Violations},
    workers::{Urgency, caught},
    writer::Writer,
};

/// `copydesk.v1.AnalysisService`.
#[derive(Debug)]
pub struct Analysis {
    engine: Engine,
    /// A permit for each byte that streams may still hold of items that are not analysed yet.
    room: Arc<Semaphore>,
}

impl Analysis {
    /// The service on `engine`.
    pub fn new(engine: Engine) -> Self {
        let room = Arc::new(Semaphore::new(engine.limits.stream_bytes));
        Self { engine, room }
    }

    /// The answers to the items of a stream. An item is in flight until its answer is taken, so that a caller that
    /// reads slowly is read slowly. But what has room is analysed whether or not its answer is taken: others wait for
    /// the room.
    fn answers(
        &self,
        items: impl Stream<Item = Result<AnalyzeItem, Status>> + Send + Unpin + 'static,
        deadline: Option<Instant>,
    ) -> impl Stream<Item = Result<Encoded, Status>> + Send + 'static {
        let answers = self.made(items, deadline);
        let (send, receive) = mpsc::unbounded_channel();
        let mut making = JoinSet::new();
        making.spawn(answers.for_each(move |answer| {
            // Who does not take it any more has ended this task as well.
            let _ = send.send(answer);
            ready(())
        }));
        stream::unfold((receive, making), |(mut receive, mut making)| async {
            if let Some(answer) = receive.recv().await {
                return Some((answer.map(|Untaken { answer, .. }| answer), (receive, making)));
            }
            // A panic is answered where every call's are.
            if let Some(Err(failed)) = making.join_next().await
                && let Ok(panic) = failed.try_into_panic()
            {
                resume_unwind(panic);
            }
            None
        })
    }

    /// The answers to items, as soon as they are made. Where the items end by an error, it comes after the answers to
    /// those before.
    fn made(
        &self,
        items: impl Stream<Item = Result<AnalyzeItem, Status>> + Send + Unpin + 'static,
        deadline: Option<Instant>,
    ) -> impl Stream<Item = Result<Untaken, Status>> + Send + 'static {
        let (engine, room) = (self.engine.clone(), Arc::clone(&self.room));
        let in_flight = engine.limits.stream_in_flight;
        let most = most_together(in_flight, &engine);
        let one_each = (in_flight / engine.workers.limits().threads).max(1);
        let all_room = engine.limits.stream_bytes;
        let places = Arc::new(Semaphore::new(in_flight));
        let error = Arc::new(OnceLock::new());
        let ended_by = Arc::clone(&error);
        let read = stream::unfold(items, move |mut items| {
            let (places, room, ended_by) = (Arc::clone(&places), Arc::clone(&room), Arc::clone(&ended_by));
            async move {
                let item = match items.next().await? {
                    Ok(item) => item,
                    Err(error) => {
                        ended_by.get_or_init(|| error);
                        return None;
                    }
                };
                let bytes = item.encoded_len();
                // An answer takes as much memory as its text and more.
                let weight = if bytes > LONG {
                    one_each
                } else if bytes > HANDFUL {
                    most
                } else {
                    1
                };
                // Neither is ever closed. Who has no place asks for no room.
                let place = places.acquire_many_owned(permits(weight)).await.ok();
                let room = room.acquire_many_owned(permits(bytes.min(all_room))).await.ok();
                Some((Held { item, room, place }, items))
            }
        });
        read.ready_chunks(most)
            .flat_map(move |items| stream::iter(handfuls(items, most)))
            .map(move |mut handful| {
                let engine = engine.clone();
                async move {
                    let taken: Vec<_> = handful.iter_mut().map(|held| held.place.take()).collect();
                    let answers = results(&engine, handful, Call::Stream, deadline).await?;
                    let untaken =
                        answers.into_iter().zip(taken).map(|(answer, place)| Untaken { answer, _place: place });
                    Ok::<_, Status>(untaken.collect::<Vec<_>>())
                }
            })
            .buffer_unordered(in_flight / most)
            .map_ok(|results| stream::iter(results).map(Ok))
            .try_flatten()
            .chain(stream::once(async move { error.get().cloned() }).filter_map(|error| ready(error.map(Err))))
    }
}

/// An item that was read, and the room that it takes if a stream holds it.
#[derive(Debug)]
struct Held {
    item: AnalyzeItem,
    room: Option<OwnedSemaphorePermit>,
    /// Its place among those of its stream that are in flight.
    place: Option<OwnedSemaphorePermit>,
}

/// The answer to an item of a stream, in flight until it is taken.
#[derive(Debug)]
struct Untaken {
    answer: Encoded,
    _place: Option<OwnedSemaphorePermit>,
}

#[tonic::async_trait]
impl AnalysisService for Analysis {
    type AnalyzeStreamStream = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

    async fn analyze(&self, request: Request<AnalyzeRequest>) -> Result<Response<Encoded>, Status> {
        self.engine.answer(request, |answer| Some(answer.whole())).await
    }

    async fn batch_analyze(&self, request: Request<BatchAnalyzeRequest>) -> Result<Response<Encoded>, Status> {
        let deadline = deadline::of(&request);
        let items = request.into_inner().items;
        let mut violations = Violations::default();
        if items.is_empty() || items.len() > limits::BATCH_ITEMS {
            let (limit, length) = (limits::BATCH_ITEMS, items.len());
            violations.add("items", format!("must hold from 1 to {limit} items, holds {length}"));
        }
        violations.check()?;

        let most = most_together(items.len(), &self.engine);
        // No more at a time than there are workers: a batch shares them with everybody else.
        let items = items.into_iter().map(|item| Held { item, room: None, place: None }).collect();
        let mut handfuls = stream::iter(handfuls(items, most))
            .map(|handful| results(&self.engine, handful, Call::Batch, deadline))
            // No more at a time than there are workers: a batch shares them with everybody else.
            .buffered(self.engine.workers.limits().threads);
        let mut answer = Encoded::default();
        while let Some(results) = handfuls.try_next().await? {
            results.iter().for_each(|result| answer.merge(result));
        }
        Ok(Response::new(answer))
    }

    async fn analyze_stream(
        &self,
        request: Request<Streaming<AnalyzeStreamRequest>>,
    ) -> Result<Response<Self::AnalyzeStreamStream>, Status> {
        let deadline = deadline::of(&request);
        let items = request.into_inner().map_ok(|message| message.item.unwrap_or_default());
        Ok(Response::new(Box::pin(self.answers(items, deadline))))
    }
}

/// The call that an item came with.
#[derive(Debug, Clone, Copy)]
enum Call {
    /// A server that is too busy fails the whole of it, which its caller can then retry.
    Batch,
    /// A server that is too busy makes it wait: that is its back-pressure.
    Stream,
}

/// How many of so many items may go to a worker together, where each worker is to have two handfuls to do.
fn most_together(items: usize, engine: &Engine) -> usize {
    (items / (2 * engine.workers.limits().threads)).max(1)
}

/// Items that came together, in order, by what goes to a worker together: at most so many, and little text unless it is
/// one item's.
fn handfuls(items: Vec<Held>, most: usize) -> Vec<Vec<Held>> {
    let mut handfuls: Vec<Vec<Held>> = Vec::new();
    let mut held = 0;
    for item in items {
        let document = item.item.request.as_ref().and_then(|request| request.document.as_ref());
        let bytes = document.map_or(0, |document| document.text.len());
        match handfuls.last_mut() {
            Some(handful) if handful.len() < most && held + bytes <= HANDFUL => {
                handful.push(item);
                held += bytes;
            }
            _ => {
                handfuls.push(vec![item]);
                held = bytes;
            }
        }
    }
    handfuls
}

/// Bytes of text, a few articles: the way to a worker and back costs a small part of their analysis, and the first
/// waits for the last for a fraction of a millisecond.
const HANDFUL: usize = 16 << 10;

/// Bytes of an item whose analysis takes a millisecond and more: one for each worker is enough to keep them busy.
const LONG: usize = 128 << 10;

fn permits(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// An item, checked: its job, or what is wrong with it.
struct Checked {
    id: String,
    job: Result<Job, Status>,
    /// Given back when the item is analysed, whenever its answer is read.
    _room: Option<OwnedSemaphorePermit>,
}

/// The answers to a handful of items: an error of an item's own stays with it, one of the call ends the call.
async fn results(
    engine: &Engine,
    handful: Vec<Held>,
    call: Call,
    deadline: Option<Instant>,
) -> Result<Vec<Encoded>, Status> {
    let check = |Held { item: AnalyzeItem { id, request }, room, .. }| {
        let job = convert::job(request.unwrap_or_default(), &engine.limits);
        Checked { id, job, _room: room }
    };
    let items: Vec<Checked> = handful.into_iter().map(check).collect();
    let bytes = items.iter().filter_map(|item| item.job.as_ref().ok()).map(Job::bytes).sum();
    // Work that is refused leaves the items for the next try.
    let items = Arc::new(Mutex::new(items));
    loop {
        let items = Arc::clone(&items);
        let work = move |analyse: &dyn Fn(&Job) -> Option<Answer>| {
            let items = mem::take(&mut *items.lock().unwrap_or_else(PoisonError::into_inner));
            items.into_iter().map(|item| result(&item, analyse)).collect()
        };
        match engine.run(bytes, deadline, Urgency::Bulk, work).await {
            Err(busy) if matches!(call, Call::Stream) && busy.code() == Code::Unavailable => {
                tokio::time::sleep(status::retry_after(&busy)).await;
            }
            results => return results,
        }
    }
}

/// The answer to a call of one item, if nothing stops its analysis: an `AnalyzeStreamResponse` and a
/// `BatchAnalyzeResponse` have results in the same field.
fn result(item: &Checked, analyse: &dyn Fn(&Job) -> Option<Answer>) -> Option<Encoded> {
    let outcome = match &item.job {
        Ok(job) => caught(|| analyse(job)).map_err(status::refused),
        Err(invalid) => Err(invalid.clone()),
    };
    let (outcome, message) = match outcome {
        Ok(answer) => (ANALYSIS, answer?.whole()),
        Err(error) => (ERROR, Encoded::of(&status::to_proto(&error))),
    };
    let mut fields = Writer::default();
    fields.text(1, &item.id);
    fields.head(outcome, message.len());
    let fields = fields.finish();
    let mut response = Writer::default();
    response.head(1, fields.len() + message.len());
    Some(message.within(fields).within(response.finish()))
}

/// The fields of an `AnalyzeResult` that its outcome may be.
const ANALYSIS: u32 = 2;
const ERROR: u32 = 3;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;
    use crate::service::{
        limits::Limits,
        proto::{AnalyzeStreamResponse, Document, analyze_result::Outcome},
        workers::{WorkerLimits, Workers},
    };

    fn item(id: &str, text: String) -> AnalyzeItem {
        let document = Some(Document { text, ..Document::default() });
        AnalyzeItem { id: id.to_owned(), request: Some(AnalyzeRequest { document, ..AnalyzeRequest::default() }) }
    }

    fn held(item: AnalyzeItem) -> Held {
        Held { item, room: None, place: None }
    }

    fn analysis(limits: Limits) -> Analysis {
        let workers = Workers::start(WorkerLimits { threads: 2, queue_requests: 100, queue_bytes: 1 << 20 });
        Analysis::new(Engine { workers, limits, archive: None })
    }

    /// Items with texts of so many bytes, by handfuls.
    #[track_caller]
    fn check(bytes: &[usize], most: usize, expected: &[usize]) {
        let items = (0..).zip(bytes).map(|(id, &bytes)| held(item(&format!("{id:03}"), "x".repeat(bytes)))).collect();
        let handfuls = handfuls(items, most);
        assert_eq!(handfuls.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert!(handfuls.iter().flatten().map(|held| &held.item.id).is_sorted());
    }

    #[test]
    fn small_texts_go_together() {
        check(&[], 4, &[]);
        check(&[100; 9], 4, &[4, 4, 1]);
        check(&[100; 3], 1, &[1, 1, 1]);
        check(&[HANDFUL / 4; 9], 8, &[4, 4, 1]);
        check(&[HANDFUL / 2, HANDFUL / 2 + 1, 100], 8, &[1, 2]);
    }

    #[test]
    fn a_large_text_goes_alone() {
        check(&[100, 100, HANDFUL + 1, 100, 100], 4, &[2, 1, 2]);
        check(&[1 << 20; 3], 4, &[1, 1, 1]);
    }

    #[test]
    fn an_item_without_a_text_goes_along() {
        let handfuls = handfuls([AnalyzeItem::default(), item("a", "x".to_owned())].map(held).into(), 4);
        assert_eq!(handfuls.len(), 1);
    }

    #[test]
    fn a_panic_stays_with_its_item() {
        let request = item("a", "The council met.".to_owned()).request.unwrap();
        let job = convert::job(request, &Limits::default()).unwrap();
        let panics = |_: &Job| -> Option<Answer> { panic!("in a test") };
        let item = Checked { id: "a".to_owned(), job: Ok(job), _room: None };
        let answer = result(&item, &panics).unwrap().into_bytes();
        let response = AnalyzeStreamResponse::decode(&*answer).unwrap();
        let result = response.result.unwrap();
        assert_eq!(result.id, "a");
        let Some(Outcome::Error(error)) = result.outcome else { panic!("{:?}", result.outcome) };
        assert_eq!(error.code, i32::from(Code::Internal));
        assert!(!error.message.contains("in a test"), "{}", error.message);
    }

    #[tokio::test]
    async fn a_stream_waits_for_room() {
        let service = analysis(Limits { stream_bytes: 100, ..Limits::default() });
        let all = Arc::clone(&service.room).acquire_many_owned(100).await.unwrap();
        let items = stream::iter(["a", "b"].map(|id| Ok(item(id, "The council met.".to_owned()))));
        let mut answers = std::pin::pin!(service.answers(items, None));
        assert!(answers.next().now_or_never().is_none());
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(answers.next().now_or_never().is_none());
        drop(all);
        assert!(answers.next().await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn streams_that_are_not_read_leave_the_room_to_others() {
        let service = analysis(Limits { stream_bytes: 100, ..Limits::default() });
        let all = Arc::clone(&service.room).acquire_many_owned(100).await.unwrap();
        let items = || stream::iter((0..40).map(|_| Ok(item("", "The council met. ".repeat(20)))));
        let mut unread: Vec<_> = (0..3).map(|_| Box::pin(service.answers(items(), None))).collect();
        for answers in &mut unread {
            assert!(answers.next().now_or_never().is_none());
        }
        tokio::task::yield_now().await;
        // The room is theirs now, one after the other.
        drop(all);
        let answered = service.answers(items(), None).count();
        assert_eq!(tokio::time::timeout(Duration::from_secs(60), answered).await, Ok(40));
        drop(unread);
    }

    #[tokio::test]
    async fn items_are_read_as_answers_are_taken() {
        let service = analysis(Limits { stream_in_flight: 4, ..Limits::default() });
        let read = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&read);
        let items = stream::iter((0..20).map(|_| Ok(item("", "The council met.".to_owned()))));
        let items = items.inspect(move |_| _ = count.fetch_add(1, Ordering::Relaxed));
        let mut answers = std::pin::pin!(service.answers(items, None));
        for taken in 1..=15 {
            answers.next().await.unwrap().unwrap();
            while read.load(Ordering::Relaxed) < taken + 5 {
                tokio::task::yield_now().await;
            }
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            assert_eq!(read.load(Ordering::Relaxed), taken + 5);
        }
        assert_eq!(answers.count().await, 5);
    }

    #[tokio::test]
    async fn long_items_fly_in_smaller_numbers() {
        for (sentences, in_flight) in [(10, 16), (2_000, 4), (10_000, 2)] {
            let service = analysis(Limits::default());
            let read = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&read);
            let items = stream::iter((0..40).map(move |_| Ok(item("", "The council met. ".repeat(sentences)))));
            let items = items.inspect(move |_| _ = count.fetch_add(1, Ordering::Relaxed));
            let mut answers = std::pin::pin!(service.answers(items, None));
            answers.next().await.unwrap().unwrap();
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            // One is taken, and one waits.
            assert_eq!(read.load(Ordering::Relaxed), 1 + in_flight + 1, "{sentences}");
        }
    }

    #[tokio::test]
    async fn a_stream_that_is_dropped_is_not_worked_on() {
        let service = analysis(Limits::default());
        let all = Arc::clone(&service.room).acquire_many_owned(64 << 20).await.unwrap();
        let held = Arc::new(());
        let items = stream::iter([Ok(item("", "The council met.".to_owned()))]);
        let alive = Arc::clone(&held);
        let items = items.inspect(move |_| _ = Arc::strong_count(&alive));
        let mut answers = Box::pin(service.answers(items, None));
        assert!(answers.next().now_or_never().is_none());
        tokio::task::yield_now().await;
        drop(answers);
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
        drop(all);
    }

    #[tokio::test]
    async fn what_came_before_a_message_that_cannot_be_read_is_answered() {
        let items = (0..30).map(|id| Ok(item(&id.to_string(), "The council met.".to_owned())));
        let items =
            stream::iter(items.chain([Err(Status::resource_exhausted("too long")), Ok(item("late", "x".to_owned()))]));
        let answers: Vec<_> = analysis(Limits::default()).answers(items, None).collect().await;
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [vec![true; 30], vec![false]].concat());
    }

    #[tokio::test]
    #[should_panic(expected = "in a test")]
    async fn a_panic_as_items_are_read_is_a_panic_as_answers_are_taken() {
        let items = stream::iter([Ok(item("", "The council met.".to_owned()))]).inspect(|_| panic!("in a test"));
        analysis(Limits::default()).answers(items, None).count().await;
    }

    #[tokio::test]
    async fn items_longer_than_the_room_are_answered_one_by_one() {
        let service = analysis(Limits { stream_bytes: 100, ..Limits::default() });
        let items = stream::iter((0..20).map(|_| Ok(item("", "The council met. ".repeat(20)))));
        assert_eq!(service.answers(items, None).filter(|answer| ready(answer.is_ok())).count().await, 20);
        assert_eq!(service.room.available_permits(), 100);
    }

    #[tokio::test]
    async fn what_is_analysed_takes_no_room_although_it_is_not_read() {
        let service = analysis(Limits::default());
        let items = stream::iter((0..2).map(|_| Ok(item("", "The council met.".to_owned()))));
        let mut answers = std::pin::pin!(service.answers(items.chain(stream::pending()), None));
        assert!(answers.next().await.is_some());
        while service.room.available_permits() < Limits::default().stream_bytes {
            tokio::task::yield_now().await;
        }
    }
}
