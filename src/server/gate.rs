//! What every call passes between the connection and the services.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::future::Either;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::body::{Body as HttpBody, Bytes};
use tokio::sync::watch;
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{BoxError, Service};
use tracing::{Instrument, Span};

use super::access::Access;
use super::connection::{Answering, Phase};
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

/// The last refusal that was answered, and the headers of its answer: under overload the next is the same.
#[derive(Debug, Default)]
pub struct LastRefusal(Mutex<Option<(Refusal, HeaderMap)>>);

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

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// The SHA-256 of its certificate, if it has shown one.
    pub certificate: Option<[u8; 32]>,
}

/// The answer to a call: there at once where the call is refused.
pub type Answer = Either<Ready<Result<Response<Body>, Infallible>>, Later>;

type Later = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Gate {
    /// Puts the gate before `routes`.
    pub fn new(rules: Arc<Rules>, routes: Routes) -> Self {
        Self { rules, routes: routes.prepare() }
    }

    /// As it stands before a connection.
    pub fn open(self) -> Answering {
        Arc::new(move |request, peer| self.answer(request, Some(peer)))
    }

    /// Answers a call of `peer`. Under overload most calls are refused, so what only an answer needs is not made before
    /// that is decided.
    fn answer<B>(&self, request: Request<B>, peer: Option<&Peer>) -> Answer
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let since = Instant::now();
        if let Some(refusal) = not_grpc(&request) {
            return Either::Left(ready(Ok(refusal)));
        }
        let (rules, headers) = (&self.rules, request.headers());
        let method = rules.methods.of(request.uri().path());
        let request_id = trace::request_id(headers);
        let parent = Parent::of(headers);
        let sampled = rules.spans.as_ref().and_then(|spans| spans.sample(method, parent.as_ref(), &request_id));
        let deadline = rules.deadline(method, headers, since);
        let refusal = match rules.admit(method, headers, peer, since) {
            Err(status) => Some(status.into_http()),
            Ok(()) => rules.foresee(method, deadline).err().map(|refusal| rules.last_refusal.answer(refusal)),
        };
        let span = match refusal {
            Some(_) if !Call::refusals_are_logged() => Span::none(),
            _ => span(method, &request_id, parent.as_ref(), sampled.as_ref()),
        };
        let call = Call::begin(method, Told { span, sampled }, since, &rules.held);
        match refusal {
            Some(response) => {
                read_out(request.into_body());
                Either::Left(ready(Ok(rules.finish(response, &call, request_id))))
            }
            None => {
                let (rules, routes, call) = (Arc::clone(rules), self.routes.clone(), Arc::new(call));
                let request = request.map(Body::new);
                Either::Right(Box::pin(async move {
                    let response = rules.pass(request, routes, &call, deadline).await;
                    Ok(rules.finish(response, &call, request_id))
                }))
            }
        }
    }
}

/// The gate behind layers: the peer is an extension of the request.
impl Service<Request<Body>> for Gate {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Answer {
        let peer = request.extensions_mut().remove::<Peer>();
        self.answer(request, peer.as_ref())
    }
}

impl Rules {
    fn deadline(&self, method: &Method, headers: &HeaderMap, since: Instant) -> Option<Instant> {
        let limits = match method.kind {
            Kind::Unary => &self.deadlines,
            Kind::Streaming => &NO_LIMITS,
        };
        since.checked_add(limits.allowed(headers)?)
    }

    /// The services' answer to a call that is let through, watched.
    async fn pass(
        &self,
        mut request: Request<Body>,
        routes: Routes,
        call: &Arc<Call>,
        deadline: Option<Instant>,
    ) -> Response<Body> {
        if let Some(deadline) = deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let request = request.map(|body| Body::new(Received::new(body, Arc::clone(call))));
        let mut response = handle(routes, request, deadline).instrument(call.span().clone()).await;
        if let Some(AnalysedLanguage(code)) = response.extensions_mut().remove() {
            call.analysed_in(code);
        }
        if response.headers().contains_key(Status::GRPC_STATUS) {
            return response;
        }
        let interruption = match call.method().kind {
            Kind::Unary => None,
            Kind::Streaming => self.interruption(call.method(), deadline),
        };
        response.map(|body| Body::new(Answered::new(body, Arc::clone(call), interruption, self.message_bytes)))
    }

    /// The answer as it goes out; the call ends here where that is headers alone, as an error without a message is.
    fn finish(&self, mut response: Response<Body>, call: &Call, request_id: HeaderValue) -> Response<Body> {
        response.headers_mut().insert(trace::REQUEST_ID, request_id);
        if let Some(code) = settle(response.headers_mut(), self.message_bytes) {
            call.end(code);
        }
        response
    }

    fn admit(&self, method: &Method, headers: &HeaderMap, peer: Option<&Peer>, now: Instant) -> Result<(), Status> {
        if method.owner == Owner::Health && self.health_open {
            return Ok(());
        }
        let caller = match &self.access {
            Some(access) => match access.caller(headers) {
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

    /// Refuses a call on a text that the pool would refuse, before any of its text is read. A stream is never refused:
    /// it waits.
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
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = match &*last {
            Some((of, headers)) if *of == refusal => headers.clone(),
            _ => {
                let (mut parts, _) = status::refused(refusal).into_http::<Body>().into_parts();
                // Room for the id: a map that is copied has none to spare.
                parts.headers.insert(trace::REQUEST_ID, HeaderValue::from_static(""));
                *last = Some((refusal, parts.headers.clone()));
                parts.headers
            }
        };
        response
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
fn not_grpc<B>(request: &Request<B>) -> Option<Response<Body>> {
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
            let mut expected = status::refused(refusal).into_http::<Body>();
            expected.headers_mut().insert(trace::REQUEST_ID, HeaderValue::from_static(""));
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
