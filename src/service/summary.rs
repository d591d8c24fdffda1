//! The gist of a text.

use tonic::{Request, Response, Status};

use super::{
    answer::Part,
    encoded::Encoded,
    engine::Engine,
    proto::{SummarizeRequest, summary_service_server::SummaryService},
};

/// `copydesk.v1.SummaryService`.
#[derive(Debug)]
pub struct Summaries(pub Engine);

#[tonic::async_trait]
impl SummaryService for Summaries {
    async fn summarize(&self, request: Request<SummarizeRequest>) -> Result<Response<Encoded>, Status> {
        self.0.answer(request, |answer| answer.part(Part::Summary)).await
    }
}
