//! Any mix of the four analyses, one by one or in bulk.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tonic::{Code, Request, Response, Status, Streaming};

use super::{
    convert::{self, Job},
    deadline,
    engine::Engine,
    limits,
    proto::{
        AnalyzeItem, AnalyzeRequest, AnalyzeResponse, AnalyzeResult, AnalyzeStreamRequest, AnalyzeStreamResponse,
        BatchAnalyzeRequest, BatchAnalyzeResponse, analysis_service_server::AnalysisService, analyze_result::Outcome,
    },
    status::{self, Violations},
};

/// `copydesk.v1.AnalysisService`.
#[derive(Debug)]
pub struct Analysis(pub Engine);

#[tonic::async_trait]
impl AnalysisService for Analysis {
    type AnalyzeStreamStream = Pin<Box<dyn Stream<Item = Result<AnalyzeStreamResponse, Status>> + Send>>;

    async fn analyze(&self, request: Request<AnalyzeRequest>) -> Result<Response<AnalyzeResponse>, Status> {
        self.0.answer(request, Some).await
    }

    async fn batch_analyze(
        &self,
        request: Request<BatchAnalyzeRequest>,
    ) -> Result<Response<BatchAnalyzeResponse>, Status> {
        let deadline = deadline::of(&request);
        let items = request.into_inner().items;
        let mut violations = Violations::default();
        if items.is_empty() || items.len() > limits::BATCH_ITEMS {
            let (limit, length) = (limits::BATCH_ITEMS, items.len());
            violations.add("items", format!("must hold from 1 to {limit} items, holds {length}"));
        }
        violations.check()?;

        // No more at a time than there are workers: a batch shares them with everybody else.
        let results = stream::iter(items)
            .map(|item| batch_item(&self.0, item, deadline))
            .buffered(self.0.workers.limits().threads)
            .try_collect()
            .await?;
        Ok(Response::new(BatchAnalyzeResponse { results }))
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
            .map(move |message| stream_item(engine.clone(), message, deadline))
            .buffer_unordered(in_flight);
        Ok(Response::new(Box::pin(results)))
    }
}

/// The result of one item of a batch. A server that is too busy fails the whole call, which its caller can then retry.
async fn batch_item(engine: &Engine, item: AnalyzeItem, deadline: Option<Instant>) -> Result<AnalyzeResult, Status> {
    let outcome = match convert::job(item.request.unwrap_or_default(), &engine.limits) {
        Ok(job) => engine.run(Arc::new(job), deadline).await,
        Err(invalid) => Err(invalid),
    };
    result(item.id, outcome)
}

/// The result of one item of a stream. A server that is too busy makes the stream wait: that is its back-pressure.
async fn stream_item(
    engine: Engine,
    message: Result<AnalyzeStreamRequest, Status>,
    deadline: Option<Instant>,
) -> Result<AnalyzeStreamResponse, Status> {
    let item = message?.item.unwrap_or_default();
    let outcome = match convert::job(item.request.unwrap_or_default(), &engine.limits) {
        Ok(job) => wait_for_worker(&engine, &Arc::new(job), deadline).await,
        Err(invalid) => Err(invalid),
    };
    result(item.id, outcome).map(|result| AnalyzeStreamResponse { result: Some(result) })
}

async fn wait_for_worker(
    engine: &Engine,
    job: &Arc<Job>,
    deadline: Option<Instant>,
) -> Result<AnalyzeResponse, Status> {
    loop {
        match engine.run(Arc::clone(job), deadline).await {
            Err(busy) if busy.code() == Code::Unavailable => tokio::time::sleep(status::retry_after(&busy)).await,
            outcome => return outcome,
        }
    }
}

/// What became of an item: an error of its own stays with it, one of the call ends the call.
fn result(id: String, outcome: Result<AnalyzeResponse, Status>) -> Result<AnalyzeResult, Status> {
    let outcome = match outcome {
        Ok(analysis) => Outcome::Analysis(analysis),
        Err(error) if matches!(error.code(), Code::Unavailable | Code::DeadlineExceeded) => return Err(error),
        Err(error) => Outcome::Error(status::to_proto(&error)),
    };
    Ok(AnalyzeResult { id, outcome: Some(outcome) })
}
