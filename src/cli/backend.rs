//! Who does the work: this process, or a server.

use std::convert::identity;
use std::num::NonZeroUsize;
use std::time::Duration;

use tonic::{Code, Request};

use crate::service::{
    self, Engine, Limits,
    proto::{AnalyzeRequest, AnalyzeResponse, analysis_service_client::AnalysisServiceClient},
    status,
    workers::{Urgency, WorkerLimits, Workers},
};

use super::{connection::Connection, outcome::Outcome};

/// How often a call is tried that a busy server turned away.
const TRIES: u32 = 5;

/// Who does the work.
#[derive(Debug, Clone)]
pub enum Backend {
    /// This process, by the code that the server runs.
    InProcess(Engine),
    /// A server, call by call, each with so much time.
    Server(AnalysisServiceClient<Connection>, Duration),
}

impl Backend {
    /// This process, on all of its cores.
    pub fn in_process() -> Self {
        let threads = cores();
        let limits = WorkerLimits { threads, queue_requests: 4 * threads, queue_bytes: usize::MAX };
        Self::InProcess(Engine { workers: Workers::start(limits), limits: Limits::default(), archive: None })
    }

    /// How many texts to hand it at once, so that it is never idle.
    pub fn in_flight(&self) -> usize {
        match self {
            Self::InProcess(engine) => 2 * engine.workers.limits().threads,
            Self::Server(..) => 8,
        }
    }

    /// Analyses one text.
    pub async fn analyze(self, request: AnalyzeRequest) -> Outcome {
        self.analyze_then(request, identity).await
    }

    /// Analyses one text, and does `then` with the analysis: in this process on the thread that made it.
    pub async fn analyze_then<T: Send + 'static>(
        self,
        request: AnalyzeRequest,
        then: impl FnOnce(AnalyzeResponse) -> T + Send + 'static,
    ) -> Result<T, tonic_types::Status> {
        let outcome = match self {
            Self::InProcess(engine) => match service::job(request, &engine.limits) {
                Ok(job) => {
                    engine
                        .run(job.bytes(), None, Urgency::Single, move |analyse| {
                            analyse(&job).map(|answer| then(answer.message()))
                        })
                        .await
                }
                Err(invalid) => Err(invalid),
            },
            Self::Server(client, timeout) => call(client, request, timeout).await.map(then),
        };
        outcome.map_err(|status| status::to_proto(&status))
    }
}

/// How many cores this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// How long to wait after `failures` in a row before the next try: as long as the server asks, and longer each time.
pub fn pause(status: &tonic::Status, failures: u32) -> Duration {
    status::retry_after(status).max(Duration::from_millis(100) * 2_u32.pow(failures))
}

async fn call(
    mut client: AnalysisServiceClient<Connection>,
    message: AnalyzeRequest,
    timeout: Duration,
) -> Result<AnalyzeResponse, tonic::Status> {
    for tried in 1..TRIES {
        let mut request = Request::new(message.clone());
        request.set_timeout(timeout);
        match client.analyze(request).await {
            Err(busy) if busy.code() == Code::Unavailable => tokio::time::sleep(pause(&busy, tried)).await,
            answer => return answer.map(tonic::Response::into_inner),
        }
    }
    let mut request = Request::new(message);
    request.set_timeout(timeout);
    client.analyze(request).await.map(tonic::Response::into_inner)
}
