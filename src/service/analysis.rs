//! Any mix of the four analyses, one by one or in bulk.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use prost::Message;
use tonic::{Code, Request, Response, Status, Streaming};

use super::{
    answer::Answer,
    convert, deadline,
    encoded::Encoded,
    engine::Engine,
    limits,
    proto::{
        AnalyzeItem, AnalyzeRequest, AnalyzeStreamRequest, BatchAnalyzeRequest,
        analysis_service_server::AnalysisService,
    },
    status::{self, Violations},
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

        // No more at a time than there are workers: a batch shares them with everybody else.
        let mut answer = Encoded::default();
        let mut results = stream::iter(items)
            .map(|item| one(&self.0, item, Call::Batch, deadline))
            .buffered(self.0.workers.limits().threads);
        while let Some(result) = results.try_next().await? {
            answer.merge(&result);
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
        // Items are read only as results are taken: a caller that reads slowly is read slowly.
        let results = request
            .into_inner()
            .map(move |message| {
                let engine = engine.clone();
                async move { one(&engine, message?.item.unwrap_or_default(), Call::Stream, deadline).await }
            })
            .buffer_unordered(in_flight);
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

/// The answer to one item of a call: an error of its own stays with it, one of the call ends the call.
async fn one(engine: &Engine, item: AnalyzeItem, call: Call, deadline: Option<Instant>) -> Result<Encoded, Status> {
    let AnalyzeItem { id, request } = item;
    let error = match convert::job(request.unwrap_or_default(), &engine.limits) {
        Err(invalid) => invalid,
        Ok(job) => {
            let job = Arc::new(job);
            loop {
                let id = id.clone();
                let encode = move |answer: Answer| result(&id, ANALYSIS, answer.whole().as_bytes());
                match (engine.run(Arc::clone(&job), deadline, encode).await, call) {
                    (Ok(result), _) => return Ok(result),
                    (Err(busy), Call::Stream) if busy.code() == Code::Unavailable => {
                        tokio::time::sleep(status::retry_after(&busy)).await;
                    }
                    (Err(error), _) if matches!(error.code(), Code::Unavailable | Code::DeadlineExceeded) => {
                        return Err(error);
                    }
                    (Err(error), _) => break error,
                }
            }
        }
    };
    Ok(result(&id, ERROR, &status::to_proto(&error).encode_to_vec()))
}

/// The answer to a call of one item: an `AnalyzeStreamResponse` and a `BatchAnalyzeResponse` have results in the same field.
fn result(id: &str, outcome: u32, message: &[u8]) -> Encoded {
    let mut response = Writer::with_capacity(id.len() + message.len() + 32);
    response.message(1, |result| {
        result.text(1, id);
        result.encoded(outcome, message);
    });
    Encoded::written(response.finish())
}

/// The fields of an `AnalyzeResult` that its outcome may be.
const ANALYSIS: u32 = 2;
const ERROR: u32 = 3;
