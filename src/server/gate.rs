//! What every call passes between the connection and the services.

use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use http::header::CONTENT_TYPE;
use http::response::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use tokio::sync::watch;
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;
use tracing::{Instrument, Span};

use super::access::Access;
use super::connection::Phase;
use super::descriptors::{Kind, Method, Methods, Owner};
use super::observed::{Answered, Call, HeldBytes, Interruption, Received, Told, read_out, settle};
use super::rates::{Caller, Rates};
use super::spans::{Sampled, Spans};
use super::trace::{self, Parent};
use crate::service::AnalysedLanguage;
use crate::service::deadline::{Deadline, DeadlineLimits};
use crate::service::status;
use crate::service::workers::{Refusal, Workers};

/// The services, behind all that is checked and measured first.
#[derive(Debug, Clone)]
pub struct Gate {
    rules: Arc<Rules>,
    routes: Routes,
}

/// The last refusal that was answered, and the head of its answer: under overload the next is the same.
#[derive(Debug, Default)]
pub struct LastRefusal(Mutex<Option<(Refusal, Parts)>>);

/// What the gate goes by.
#[derive(Debug)]
pub struct Rules {
    /// The methods that the server knows.
    pub methods: Methods,
    /// The callers' tokens, where they need one.
    pub access: Option<Arc<Access>>,
    /// Whether health checks need none.
    pub health_open: bool,
    /// How many calls a caller may make, where that is limited.
    pub rates: Option<Rates>,
    /// How long a unary call may take.
    pub deadlines: DeadlineLimits,
    /// The pool that does the services' work, if they have any.
    pub workers: Option<Workers>,
    /// What the pool refused last.
    pub last_refusal: LastRefusal,
    /// How many bytes of requests may be held.
    pub held: Arc<HeldBytes>,
    /// The largest request message, for the message of the error.
    pub message_bytes: usize,
    /// Where calls leave their spans, if anywhere.
    pub spans: Option<Spans>,
    /// Whether the server is about to end.
    pub phase: watch::Receiver<Phase>,
}

/// The other end of a connection; an extension of each request on it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// The SHA-256 of its certificate, if it has shown one.
    pub certificate: Option<[u8; 32]>,
}

impl Gate {
    /// Puts the gate before `routes`.
    pub fn new(rules: Arc<Rules>, routes: Routes) -> Self {
        Self { rules, routes: routes.prepare() }
    }
}

impl Service<Request<Body>> for Gate {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (rules, routes) = (Arc::clone(&self.rules), self.routes.clone());
        Box::pin(async move { Ok(rules.pass(request, routes).await) })
    }
}

impl Rules {
    async fn pass(&self, mut request: Request<Body>, routes: Routes) -> Response<Body> {
        let since = Instant::now();
        if let Some(refusal) = not_grpc(&request) {
            return refusal;
        }
        let method = Arc::clone(self.methods.of(request.uri().path()));
        let request_id = trace::request_id(request.headers());
        let parent = Parent::of(request.headers());
        let sampled = self.spans.as_ref().and_then(|spans| spans.sample(&method, parent.as_ref(), &request_id));
        let span = span(&method, &request_id, parent.as_ref(), sampled.as_ref());
        let told = Told { span: span.clone(), sampled };
        let call = Call::begin(&method, told, since, &self.held);

        let timeout = match method.kind {
            Kind::Unary => self.deadlines.allowed(request.headers()),
            Kind::Streaming => NO_LIMITS.allowed(request.headers()),
        };
        let deadline = timeout.and_then(|timeout| since.checked_add(timeout));
        let refused = match self.admit(&method, &request, since) {
            Err(status) => Some(status.into_http()),
            Ok(()) => self.foresee(&method, deadline).err().map(|refusal| self.last_refusal.answer(refusal)),
        };
        let mut response = match refused {
            Some(response) => {
                read_out(request.into_body());
                response
            }
            None => {
                if let Some(deadline) = deadline {
                    request.extensions_mut().insert(Deadline(deadline));
                }
                let request = request.map(|body| Body::new(Received::new(body, Arc::clone(&call))));
                let mut response = handle(routes, request, deadline).instrument(span).await;
                if let Some(AnalysedLanguage(code)) = response.extensions_mut().remove() {
                    call.analysed_in(code);
                }
                let interruption = match method.kind {
                    Kind::Unary => None,
                    Kind::Streaming => self.interruption(&method, deadline),
                };
                if !response.headers().contains_key(Status::GRPC_STATUS) {
                    let limit = self.message_bytes;
                    response = response.map(|body| Body::new(Answered::new(body, call.clone(), interruption, limit)));
                }
                response
            }
        };
        response.headers_mut().insert(trace::REQUEST_ID, request_id);
        // An error without a message is headers alone.
        if let Some(code) = settle(response.headers_mut(), self.message_bytes) {
            call.end(code);
        }
        response
    }

    fn admit(&self, method: &Method, request: &Request<Body>, now: Instant) -> Result<(), Status> {
        if method.owner == Owner::Health && self.health_open {
            return Ok(());
        }
        let peer = request.extensions().get::<Peer>();
        let caller = match &self.access {
            Some(access) => match access.caller(request.headers()) {
                Some(name) => Caller::Named(name),
                None => {
                    metrics::counter!("copydesk_unauthenticated_total").increment(1);
                    return Err(status::unauthenticated());
                }
            },
            None => match peer {
                Some(Peer { certificate: Some(certificate), .. }) => Caller::Certificate(*certificate),
                Some(peer) => Caller::from_address(peer.address),
                None => Caller::Others,
            },
        };
        let Some(rates) = &self.rates else { return Ok(()) };
        rates.take(&caller, now).map_err(|wait| {
            metrics::counter!("copydesk_over_quota_total").increment(1);
            status::over_quota(&caller.subject(), rates.calls_a_second(), wait)
        })
    }

    /// Refuses a call on a text that the pool would refuse, before any of its text is read. A stream is never refused: it
    /// waits.
    fn foresee(&self, method: &Method, deadline: Option<Instant>) -> Result<(), Refusal> {
        match &self.workers {
            Some(workers) if method.owner == Owner::Copydesk && method.kind == Kind::Unary => {
                workers.would_refuse(deadline)
            }
            _ => Ok(()),
        }
    }

    /// What ends a stream of answers before its time: the caller's deadline; and for streams that would never end by
    /// themselves, the end of the server.
    fn interruption(&self, method: &Method, deadline: Option<Instant>) -> Option<Interruption> {
        let mut phase = self.phase.clone();
        let ends_with_server = method.owner != Owner::Copydesk;
        if deadline.is_none() && !ends_with_server {
            return None;
        }
        Some(Box::pin(async move {
            let server_ends = async {
                if ends_with_server {
                    // The sender lives as long as the server.
                    let _ = phase.wait_for(|phase| *phase != Phase::Serving).await;
                } else {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = server_ends => status::shutting_down(),
                () = sleep_until(deadline) => status::deadline_exceeded(),
            }
        }))
    }
}

impl LastRefusal {
    /// The answer to a call that is refused: to make it from its status anew takes a fifth of what a refusal takes.
    fn answer(&self, refusal: Refusal) -> Response<Body> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = match &*last {
            Some((of, parts)) if *of == refusal => parts.clone(),
            _ => {
                let (parts, _) = status::refused(refusal).into_http::<Body>().into_parts();
                *last = Some((refusal, parts.clone()));
                parts
            }
        };
        Response::from_parts(parts, Body::empty())
    }
}

/// Streams live as long as their callers want.
const NO_LIMITS: DeadlineLimits = DeadlineLimits { default: None, maximum: None };

/// The services' answer, or what the server says when the time is up or the handler panics.
async fn handle(mut routes: Routes, request: Request<Body>, deadline: Option<Instant>) -> Response<Body> {
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return status::deadline_exceeded().into_http();
    }
    let mut answer = std::pin::pin!(async move { routes.call(request).await });
    let caught = std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => Poll::Ready(response),
            Err(payload) => {
                // Unread: it may quote the text.
                drop(payload);
                metrics::counter!("copydesk_panics_total", "where" => "handler").increment(1);
                Poll::Ready(status::internal().into_http())
            }
        }
    });
    tokio::select! {
        biased;
        response = caught => response,
        () = sleep_until(deadline) => status::deadline_exceeded().into_http(),
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Requests that are no gRPC get plain answers of HTTP; see "Requests" in gRPC over HTTP/2.
fn not_grpc(request: &Request<Body>) -> Option<Response<Body>> {
    let (code, reason) = if request.method() != http::Method::POST {
        (StatusCode::METHOD_NOT_ALLOWED, "method")
    } else if !is_grpc(request.headers().get(CONTENT_TYPE)) {
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type")
    } else {
        return None;
    };
    metrics::counter!("copydesk_http_refused_total", "reason" => reason).increment(1);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = code;
    Some(response)
}

/// `application/grpc`, alone or as `+proto`, with or without parameters.
fn is_grpc(content_type: Option<&HeaderValue>) -> bool {
    let kind = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"].iter().any(|known| kind.eq_ignore_ascii_case(known))
}

fn span(method: &Method, request_id: &HeaderValue, parent: Option<&Parent<'_>>, sampled: Option<&Sampled>) -> Span {
    // The id is plain ASCII: `trace` has seen to it.
    let request_id = request_id.to_str().unwrap_or_default();
    let span = tracing::info_span!("call", method = method.path, request_id, trace_id = tracing::field::Empty);
    if let Some(parent) = parent {
        span.record("trace_id", parent.trace());
    } else if let Some(sampled) = sampled {
        span.record("trace_id", sampled.trace_id());
    }
    span
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(content_type: &'static str, expected: bool) {
        assert_eq!(is_grpc(Some(&HeaderValue::from_static(content_type))), expected, "{content_type}");
    }

    #[test]
    fn each_refusal_is_answered_as_itself() {
        let busy = |milliseconds| Refusal::Busy { retry_after: Duration::from_millis(milliseconds) };
        let last = LastRefusal::default();
        for refusal in [busy(50), busy(50), busy(60), Refusal::DeadlineExceeded, busy(60)] {
            let expected = status::refused(refusal).into_http::<Body>();
            assert_eq!(last.answer(refusal).headers(), expected.headers(), "{refusal:?}");
        }
    }

    #[test]
    fn grpc_is_known_by_its_content_type() {
        check("application/grpc", true);
        check("application/grpc+proto", true);
        check("Application/gRPC; charset=utf-8", true);
        check("application/grpc+json", false);
        check("application/grpc-web", false);
        check("application/grpcfoo", false);
        check("text/plain", false);
        assert!(!is_grpc(None));
    }
}
