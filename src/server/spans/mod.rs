//! Spans of calls, sent to a collector over OTLP/gRPC where the operator names one.
//!
//! A call that ends leaves its span in a bounded queue and is done; one task sends what is there in batches. A
//! collector that is slow or gone costs spans, which are counted, and never a call. A span says what a metric or a line
//! of the log says, and nothing of the text.

mod otlp;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use http::HeaderValue;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tonic::client::Grpc;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

use super::descriptors::{Method, Owner};
use super::trace::{self, Parent};
use crate::config::TraceSettings;

/// Where calls leave their spans.
#[derive(Debug, Clone)]
pub struct Spans {
    queue: mpsc::Sender<Span>,
    sample_ratio: f64,
}

/// A call that will have a span: which one, in which trace.
#[derive(Debug)]
pub struct Sampled {
    queue: mpsc::Sender<Span>,
    trace_id: [u8; 16],
    span_id: [u8; 8],
    parent_id: Option<[u8; 8]>,
    request_id: HeaderValue,
}

/// What became of a call.
#[derive(Debug)]
pub struct Ended {
    /// Its method.
    pub method: Arc<Method>,
    /// Its status.
    pub code: Code,
    /// How long it took.
    pub time: Duration,
    /// Bytes of messages received and sent.
    pub bytes: (u64, u64),
    /// The language that its text was analysed in, if it was.
    pub language: Option<String>,
}

/// Sends spans until it is told to end.
#[derive(Debug)]
pub struct Exporter {
    task: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

/// One call's span as it waits.
#[derive(Debug)]
struct Span {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    parent_id: Option<[u8; 8]>,
    request_id: HeaderValue,
    end: SystemTime,
    call: Ended,
}

/// Checks that the settings can be used.
///
/// # Errors
/// A message that names the flag.
pub fn check(settings: &TraceSettings) -> anyhow::Result<()> {
    endpoint(settings).map(|_| ())
}

/// Starts sending to the collector of the settings, if they name one.
///
/// # Errors
/// A message that names the flag, if the settings cannot be used. Whether the collector answers is seen later.
pub fn start(settings: &TraceSettings) -> anyhow::Result<Option<(Spans, Exporter)>> {
    let Some(endpoint) = endpoint(settings)? else { return Ok(None) };
    let (queue, waiting) = mpsc::channel(QUEUE);
    let (end, ended) = oneshot::channel();
    let batches = Batches {
        collector: Grpc::new(endpoint.connect_lazy()),
        resource: otlp::Resource {
            attributes: vec![
                otlp::text("service.name", "copydesk"),
                otlp::text("service.version", env!("CARGO_PKG_VERSION")),
                otlp::text("service.instance.id", format!("{:016x}{:016x}", trace::random(), trace::random())),
            ],
        },
        failing: false,
    };
    let task = tokio::spawn(batches.send_all(waiting, ended));
    Ok(Some((Spans { queue, sample_ratio: settings.otlp_sample_ratio }, Exporter { task, end })))
}

impl Spans {
    /// Whether a call that begins will have a span.
    ///
    /// The caller decides if it sends a `traceparent`. Other calls are sampled by ratio, health checks and reflection
    /// never: they would drown the rest.
    pub fn sample(&self, method: &Method, parent: Option<&Parent<'_>>, request_id: &HeaderValue) -> Option<Sampled> {
        let (trace_id, parent_id) = match parent {
            Some(parent) if parent.sampled => (parent.trace_id(), Some(parent.span_id())),
            Some(_) => return None,
            None if matches!(method.owner, Owner::Health | Owner::Reflection) => return None,
            None if random_share() >= self.sample_ratio => return None,
            None => (trace::random_id(), None),
        };
        let request_id = request_id.clone();
        Some(Sampled { queue: self.queue.clone(), trace_id, span_id: trace::random_id(), parent_id, request_id })
    }
}

impl Sampled {
    /// The trace, 32 hex digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.trace_id))
    }

    /// Leaves the span for the exporter, or drops it where too many wait.
    pub fn end(&self, call: Ended) {
        let &Self { trace_id, span_id, parent_id, .. } = self;
        let request_id = self.request_id.clone();
        let span = Span { trace_id, span_id, parent_id, request_id, end: SystemTime::now(), call };
        if self.queue.try_send(span).is_err() {
            dropped("queue_full", 1);
        }
    }
}

impl Exporter {
    /// Sends what waits, for a little while at most.
    pub async fn flush(self) {
        // The task is gone already only if it panicked.
        let _ = self.end.send(());
        if tokio::time::timeout(FLUSH, self.task).await.is_err() {
            tracing::warn!("the collector of traces takes too long: the last spans are lost");
        }
    }
}

/// Spans that wait at most, those of one batch, and how long the first of a batch waits for others: as OpenTelemetry's
/// own batch processor has them, but for the wait, which is five seconds there.
const QUEUE: usize = 2048;
const BATCH: usize = 512;
const LINGER: Duration = Duration::from_secs(1);
/// Time for one attempt, and the pauses before further ones.
const ATTEMPT: Duration = Duration::from_secs(10);
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// Time for what is left when the server ends.
const FLUSH: Duration = Duration::from_secs(3);

struct Batches {
    collector: Grpc<Channel>,
    resource: otlp::Resource,
    failing: bool,
}

impl Batches {
    async fn send_all(mut self, mut waiting: mpsc::Receiver<Span>, mut end: oneshot::Receiver<()>) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut ending = false;
        loop {
            tokio::select! {
                () = gather(&mut waiting, &mut batch) => {}
                _ = &mut end, if !ending => {
                    // What waits can still be received, and nothing comes after it.
                    ending = true;
                    waiting.close();
                    continue;
                }
            }
            if batch.is_empty() {
                return;
            }
            self.send(std::mem::take(&mut batch)).await;
        }
    }

    async fn send(&mut self, batch: Vec<Span>) {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let spans = batch.into_iter().map(otlp::Span::from).collect();
        let scope_spans = vec![otlp::ScopeSpans { spans }];
        let resource_spans = vec![otlp::ResourceSpans { resource: Some(self.resource.clone()), scope_spans }];
        match self.export(&otlp::ExportRequest { resource_spans }).await {
            Ok(rejected) => {
                let rejected = rejected.min(count);
                dropped("rejected", rejected);
                metrics::counter!("copydesk_spans_exported_total").increment(count - rejected);
                if std::mem::take(&mut self.failing) {
                    tracing::info!("the collector of traces takes spans again");
                }
            }
            Err(code) => {
                dropped("export_failed", count);
                // Once, until it works again. Never the message: it is not ours.
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(status = ?code, "the collector of traces takes no spans: they are dropped");
                }
            }
        }
    }

    /// How many spans the collector has rejected, or why it has not taken any.
    async fn export(&mut self, request: &otlp::ExportRequest) -> Result<u64, Code> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let code = match tokio::time::timeout(ATTEMPT, self.attempt(request.clone())).await {
                Ok(Ok(response)) => {
                    let rejected = response.partial_success.map_or(0, |partial| partial.rejected_spans);
                    return Ok(u64::try_from(rejected).unwrap_or(0));
                }
                Ok(Err(code)) => code,
                Err(_) => Code::DeadlineExceeded,
            };
            match pauses.next() {
                Some(pause) if worth_another_try(code) => tokio::time::sleep(pause).await,
                _ => return Err(code),
            }
        }
    }

    async fn attempt(&mut self, request: otlp::ExportRequest) -> Result<otlp::ExportResponse, Code> {
        self.collector.ready().await.map_err(|_| Code::Unavailable)?;
        let answer = self.collector.unary(Request::new(request), otlp::EXPORT, ProstCodec::default()).await;
        answer.map(tonic::Response::into_inner).map_err(|status| status.code())
    }
}

/// Waits for a span, and for others until there are enough or it has waited for long.
async fn gather(waiting: &mut mpsc::Receiver<Span>, batch: &mut Vec<Span>) {
    if waiting.recv_many(batch, BATCH).await == 0 {
        return;
    }
    let fill = async {
        let mut room = BATCH.saturating_sub(batch.len());
        while room > 0 && waiting.recv_many(batch, room).await > 0 {
            room = BATCH.saturating_sub(batch.len());
        }
    };
    // Out of time: the batch goes as it is.
    let _ = tokio::time::timeout(LINGER, fill).await;
}

/// The codes that the specification of OTLP/gRPC calls retryable.
fn worth_another_try(code: Code) -> bool {
    use Code::{Aborted, Cancelled, DataLoss, DeadlineExceeded, OutOfRange, Unavailable};
    matches!(code, Cancelled | DeadlineExceeded | Aborted | OutOfRange | Unavailable | DataLoss)
}

fn dropped(reason: &'static str, count: u64) {
    metrics::counter!("copydesk_spans_dropped_total", "reason" => reason).increment(count);
}

impl From<Span> for otlp::Span {
    /// Names and attributes are those of OpenTelemetry's conventions for gRPC servers, and a few of ours.
    fn from(span: Span) -> Self {
        let Ended { method, code, time, bytes: (received, sent), language } = span.call;
        let known = method.owner != Owner::Nobody;
        let name = if known { method.path.trim_start_matches('/') } else { "_OTHER" };
        let is_error = is_ours(code);
        let mut attributes = vec![
            otlp::text("rpc.system.name", "grpc"),
            otlp::text("rpc.method", name),
            otlp::text("rpc.response.status_code", status_name(code)),
            otlp::text("copydesk.request_id", span.request_id.to_str().unwrap_or_default()),
            otlp::number("copydesk.request_bytes", received),
            otlp::number("copydesk.response_bytes", sent),
        ];
        attributes.extend(is_error.then(|| otlp::text("error.type", status_name(code))));
        attributes.extend(language.map(|language| otlp::text("copydesk.language", language)));
        let parent_flags = if span.parent_id.is_some() { otlp::PARENT_IS_REMOTE } else { 0 };
        Self {
            trace_id: span.trace_id.to_vec(),
            span_id: span.span_id.to_vec(),
            parent_span_id: span.parent_id.map(Vec::from).unwrap_or_default(),
            name: name.to_owned(),
            kind: otlp::SERVER,
            start_time_unix_nano: unix_nanoseconds(span.end.checked_sub(time).unwrap_or(UNIX_EPOCH)),
            end_time_unix_nano: unix_nanoseconds(span.end),
            attributes,
            status: is_error.then_some(otlp::Status { code: otlp::ERROR }),
            flags: otlp::SAMPLED | otlp::PARENT_IS_KNOWN | parent_flags,
        }
    }
}

/// Whether a status is an error of the server and not of its caller, by the same conventions.
fn is_ours(code: Code) -> bool {
    use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
    matches!(code, Unknown | DeadlineExceeded | Unimplemented | Internal | Unavailable | DataLoss)
}

/// The name of a status as gRPC spells it.
fn status_name(code: Code) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    NAMES[usize::try_from(i32::from(code)).unwrap_or_default()]
}

/// From 0 to 1, and never 1.
fn random_share() -> f64 {
    let [a, b, c, d] = trace::random_id();
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

fn unix_nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn endpoint(settings: &TraceSettings) -> anyhow::Result<Option<Endpoint>> {
    let Some(uri) = &settings.otlp_endpoint else { return Ok(None) };
    let endpoint = Endpoint::from(uri.clone())
        .connect_timeout(ATTEMPT)
        .http2_keep_alive_interval(Duration::from_secs(60))
        .tcp_nodelay(true)
        .user_agent(concat!("copydesk/", env!("CARGO_PKG_VERSION")))
        .context("the version is a sound user agent")?;
    if uri.scheme_str() != Some("https") {
        return Ok(Some(endpoint));
    }
    let file = settings.otlp_ca.as_deref().context("an https --otlp-endpoint needs --otlp-ca")?;
    let authorities = std::fs::read(file).with_context(|| format!("cannot read --otlp-ca {}", file.display()))?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authorities));
    Ok(Some(endpoint.tls_config(tls).with_context(|| format!("cannot use --otlp-ca {}", file.display()))?))
}
