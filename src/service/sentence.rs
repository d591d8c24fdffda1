//! The sentences of a text.

use tonic::{Request, Response, Status};

use super::{
    answer::Part,
    encoded::Encoded,
    engine::Engine,
    proto::{SplitSentencesRequest, sentence_service_server::SentenceService},
};

/// `copydesk.v1.SentenceService`.
#[derive(Debug)]
pub struct Sentences(pub Engine);

#[tonic::async_trait]
impl SentenceService for Sentences {
    async fn split_sentences(&self, request: Request<SplitSentencesRequest>) -> Result<Response<Encoded>, Status> {
        self.0.answer(request, |answer| answer.part(Part::Sentences)).await
    }
}
