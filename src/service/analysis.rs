//! Any mix of the four analyses, one by one or in bulk.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
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
    workers::caught,
    writer::Writer,
};

/// `copydesk.v1.AnalysisService`.
#[derive(Debug)]
pub struct Analysis(pub Engine);

#[tonic::async_trait]
impl AnalysisService for Analysis {
    type AnalyzeStreamStream = Pin<Box<dyn Stream<Item = Result<Encoded, Status>> + Send>>;

    async fn analyze(&self, request: Request<AnalyzeRequest>) -> Result<Response<Encoded>, Status> {
        self.0.answer(request, |answer| Some(answer.whole())).await
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

        let most = most_together(items.len(), &self.0);
        // No more at a time than there are workers: a batch shares them with everybody else.
        let mut handfuls = stream::iter(handfuls(items, most))
            .map(|handful| results(&self.0, handful, Call::Batch, deadline))
            .buffered(self.0.workers.limits().threads);
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
        let engine = self.0.clone();
        let in_flight = engine.limits.stream_in_flight;
        let most = most_together(in_flight, &engine);
        // Items are read only as results are taken: a caller that reads slowly is read slowly.
        let results = request
            .into_inner()
            .map_ok(|message| message.item.unwrap_or_default())
            .ready_chunks(most)
            .map(|items| items.into_iter().collect::<Result<Vec<_>, Status>>())
            .map_ok(move |items| stream::iter(handfuls(items, most)).map(Ok))
            .try_flatten()
            .map_ok(move |handful| {
                let engine = engine.clone();
                async move { results(&engine, handful, Call::Stream, deadline).await }
            })
            .try_buffer_unordered(in_flight / most)
            .map_ok(|results| stream::iter(results).map(Ok))
            .try_flatten();
        Ok(Response::new(Box::pin(results)))
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

/// Items that came together, in order, by what goes to a worker together: at most so many, and little text unless it is one item's.
fn handfuls(items: Vec<AnalyzeItem>, most: usize) -> Vec<Vec<AnalyzeItem>> {
    let mut handfuls: Vec<Vec<AnalyzeItem>> = Vec::new();
    let mut held = 0;
    for item in items {
        let document = item.request.as_ref().and_then(|request| request.document.as_ref());
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

/// Bytes of text, a few articles: the way to a worker and back costs a small part of their analysis, and the first waits for the
/// last for a fraction of a millisecond.
const HANDFUL: usize = 16 << 10;

/// The answers to a handful of items: an error of an item's own stays with it, one of the call ends the call.
async fn results(
    engine: &Engine,
    handful: Vec<AnalyzeItem>,
    call: Call,
    deadline: Option<Instant>,
) -> Result<Vec<Encoded>, Status> {
    let job = |request: Option<AnalyzeRequest>| convert::job(request.unwrap_or_default(), &engine.limits);
    let items: Arc<[_]> = handful.into_iter().map(|AnalyzeItem { id, request }| (id, job(request))).collect();
    let bytes = items.iter().filter_map(|(_, job)| job.as_ref().ok()).map(Job::bytes).sum();
    loop {
        let items = Arc::clone(&items);
        let work = move |analyse: &dyn Fn(&Job) -> Option<Answer>| {
            items.iter().map(|(id, job)| result(id, job.as_ref(), analyse)).collect()
        };
        match engine.run(bytes, deadline, work).await {
            Err(busy) if matches!(call, Call::Stream) && busy.code() == Code::Unavailable => {
                tokio::time::sleep(status::retry_after(&busy)).await;
            }
            results => return results,
        }
    }
}

/// The answer to a call of one item, if nothing stops its analysis: an `AnalyzeStreamResponse` and a `BatchAnalyzeResponse` have results in
/// the same field.
fn result(id: &str, job: Result<&Job, &Status>, analyse: &dyn Fn(&Job) -> Option<Answer>) -> Option<Encoded> {
    let outcome = match job {
        Ok(job) => caught(|| analyse(job)).map_err(status::refused),
        Err(invalid) => Err(invalid.clone()),
    };
    let (outcome, message) = match outcome {
        Ok(answer) => (ANALYSIS, answer?.whole()),
        Err(error) => (ERROR, Encoded::of(&status::to_proto(&error))),
    };
    let mut fields = Writer::default();
    fields.text(1, id);
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
    use prost::Message;

    use super::*;
    use crate::service::{
        limits::Limits,
        proto::{AnalyzeStreamResponse, Document, analyze_result::Outcome},
    };

    fn item(id: &str, text: String) -> AnalyzeItem {
        let document = Some(Document { text, ..Document::default() });
        AnalyzeItem { id: id.to_owned(), request: Some(AnalyzeRequest { document, ..AnalyzeRequest::default() }) }
    }

    /// Items with texts of so many bytes, by handfuls.
    #[track_caller]
    fn check(bytes: &[usize], most: usize, expected: &[usize]) {
        let items: Vec<AnalyzeItem> =
            bytes.iter().enumerate().map(|(place, &bytes)| item(&place.to_string(), "x".repeat(bytes))).collect();
        let handfuls = handfuls(items.clone(), most);
        assert_eq!(handfuls.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!(handfuls.concat(), items);
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
        let handfuls = handfuls(vec![AnalyzeItem::default(), item("a", "x".to_owned())], 4);
        assert_eq!(handfuls.len(), 1);
    }

    #[test]
    fn a_panic_stays_with_its_item() {
        let request = item("a", "The council met.".to_owned()).request.unwrap();
        let job = convert::job(request, &Limits::default()).unwrap();
        let panics = |_: &Job| -> Option<Answer> { panic!("in a test") };
        let answer = result("a", Ok(&job), &panics).unwrap().into_bytes();
        let response = AnalyzeStreamResponse::decode(&*answer).unwrap();
        let result = response.result.unwrap();
        assert_eq!(result.id, "a");
        let Some(Outcome::Error(error)) = result.outcome else { panic!("{:?}", result.outcome) };
        assert_eq!(error.code, i32::from(Code::Internal));
        assert!(!error.message.contains("in a test"), "{}", error.message);
    }
}
