//! Which language a text is in.

use tonic::{Request, Response, Status};

use super::{
    answer::Part,
    encoded::Encoded,
    engine::Engine,
    proto::{DetectLanguageRequest, language_service_server::LanguageService},
};

/// `copydesk.v1.LanguageService`.
#[derive(Debug)]
pub struct Languages(pub Engine);

#[tonic::async_trait]
impl LanguageService for Languages {
    async fn detect_language(&self, request: Request<DetectLanguageRequest>) -> Result<Response<Encoded>, Status> {
        self.0.answer(request, |answer| answer.part(Part::Language)).await
    }
}
