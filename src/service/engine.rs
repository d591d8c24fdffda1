//! What every handler shares, and the services as routes.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use tonic::{Request, Response, Status, codec::CompressionEncoding, service::Routes};

use crate::text::frequencies::Frequencies;

use super::{
    analyse::analyse,
    analysis::Analysis,
    answer::Answer,
    convert::{self, IntoJob, Job},
    deadline,
    encoded::Encoded,
    info::Info,
    keyword::Keywords,
    language::Languages,
    limits::Limits,
    proto::{
        analysis_service_server::AnalysisServiceServer, info_service_server::InfoServiceServer,
        keyword_service_server::KeywordServiceServer, language_service_server::LanguageServiceServer,
        sentence_service_server::SentenceServiceServer, summary_service_server::SummaryServiceServer,
    },
    sentence::Sentences,
    status,
    summary::Summaries,
    workers::{Stop, Urgency, Workers},
};

/// What every handler shares: the workers, the limits and the archive.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Where the analyses run.
    pub workers: Workers,
    /// What a request may ask.
    pub limits: Limits,
    /// The archive that words are weighed against, if the operator gives one.
    pub archive: Option<Arc<Frequencies>>,
}

/// The code of the language that a call's text was analysed in; an extension of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysedLanguage(pub String);

/// The full names of the services, for health and metrics.
pub const SERVICES: [&str; 6] = [
    "copydesk.v1.LanguageService",
    "copydesk.v1.SentenceService",
    "copydesk.v1.KeywordService",
    "copydesk.v1.SummaryService",
    "copydesk.v1.AnalysisService",
    "copydesk.v1.InfoService",
];

/// The six services of `copydesk.v1`, ready to be served.
pub fn routes(engine: &Engine) -> Routes {
    /// Adds a service with the limits and encodings that hold for each.
    macro_rules! add {
        ($routes:expr, $server:ident, $service:expr) => {
            $routes.add_service(
                $server::new($service)
                    .max_decoding_message_size(engine.limits.message_bytes)
                    // Answers go out as they are: many clients offer gzip by default, and it adds a third to the CPU of
                    // a call.
                    .accept_compressed(CompressionEncoding::Gzip),
            )
        };
    }
    let routes = Routes::default();
    let routes = add!(routes, LanguageServiceServer, Languages(engine.clone()));
    let routes = add!(routes, SentenceServiceServer, Sentences(engine.clone()));
    let routes = add!(routes, KeywordServiceServer, Keywords(engine.clone()));
    let routes = add!(routes, SummaryServiceServer, Summaries(engine.clone()));
    let routes = add!(routes, AnalysisServiceServer, Analysis::new(engine.clone()));
    add!(routes, InfoServiceServer, Info(engine.clone()))
}

impl Engine {
    /// Answers a unary call: checks the request, does the job, and takes from the analysis what the call answers with.
    pub async fn answer<Q: IntoJob>(
        &self,
        request: Request<Q>,
        part: impl FnOnce(Answer) -> Option<Encoded> + Send + 'static,
    ) -> Result<Response<Encoded>, Status> {
        let deadline = deadline::of(&request);
        let job = convert::job(request.into_inner(), &self.limits)?;
        let bytes = job.bytes();
        let work = move |analyse: &dyn Fn(&Job) -> Option<Answer>| {
            let mut answer = analyse(&job)?;
            let language = AnalysedLanguage(mem::take(&mut answer.language_code));
            Some(part(answer).map(|encoded| (encoded, language)))
        };
        let (encoded, language) =
            self.run(bytes, deadline, Urgency::Single, work).await?.ok_or_else(status::internal)?;
        let mut response = Response::new(encoded);
        response.extensions_mut().insert(language);
        Ok(response)
    }

    /// Does `work` on so many bytes of text on a worker. It is given the analysis of a job, which is `None` when it is
    /// stopped.
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        deadline: Option<Instant>,
        urgency: Urgency,
        work: impl FnOnce(&dyn Fn(&Job) -> Option<Answer>) -> Option<T> + Send + 'static,
    ) -> Result<T, Status> {
        let archive = self.archive.clone();
        let work = move |stop: &Stop| work(&|job| analyse(job, archive.as_deref(), || stop.requested()));
        let done = self.workers.run(bytes, deadline, urgency, work).await;
        // Work that stopped half-way did so because its deadline passed: a caller that left reads no answer.
        done.map_err(status::refused)?.ok_or_else(status::deadline_exceeded)
    }
}
