//! What a text is about.

use tonic::{Request, Response, Status};

use super::{
    answer::Part,
    encoded::Encoded,
    engine::Engine,
    proto::{ExtractKeywordsRequest, keyword_service_server::KeywordService},
};

/// `copydesk.v1.KeywordService`.
#[derive(Debug)]
pub struct Keywords(pub Engine);

#[tonic::async_trait]
impl KeywordService for Keywords {
    async fn extract_keywords(&self, request: Request<ExtractKeywordsRequest>) -> Result<Response<Encoded>, Status> {
        self.0.answer(request, |answer| answer.part(Part::Keywords)).await
    }
}
