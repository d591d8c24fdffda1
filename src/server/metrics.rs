//! Prometheus metrics: their names, their help and the page that shows them.
//!
//! Names and labels of calls are those of grpc-prometheus, so that the usual dashboards work. What is recorded anywhere
//! goes through the `metrics` facade; this is the only place that knows the exporter.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::{Counter, Gauge, Histogram, Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tonic::Code;

/// Installs the recorder for the process, once; every metric recorded before is lost.
///
/// # Errors
/// If another recorder is installed already.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| recorder().map_err(|error| format!("{error:#}")));
    handle.clone().map_err(anyhow::Error::msg)
}

/// Answers `GET /metrics` over HTTP/1.1 for ever.
pub async fn serve(listener: TcpListener, handle: PrometheusHandle) {
    let connections = Arc::new(Semaphore::new(64));
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection for metrics");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let handle = handle.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let page = page(&request, &handle);
                async { Ok::<_, Infallible>(page) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), answer);
            // A scraper that leaves early is no event.
            let _ = tokio::time::timeout(Duration::from_secs(600), connection).await;
            drop(permit);
        });
    }
}

/// Keeps the histograms small, for ever.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

/// What is counted of one method.
#[derive(Debug)]
pub struct MethodMetrics {
    started: Counter,
    handled: [Counter; CODES.len()],
    received: Counter,
    sent: Counter,
    seconds: Histogram,
    request_bytes: Histogram,
    response_bytes: Histogram,
    in_flight: Gauge,
}

/// One call, when it has ended.
#[derive(Debug, Clone, Copy)]
pub struct Handled {
    /// Its status.
    pub code: Code,
    /// From its headers to its trailers.
    pub time: Duration,
    /// Messages received and sent.
    pub messages: (u64, u64),
    /// Bytes of messages received and sent, as they went over the wire.
    pub bytes: (u64, u64),
}

impl MethodMetrics {
    /// The metrics of a method.
    pub fn new(kind: &'static str, service: &str, method: &str) -> Self {
        let labels =
            [("grpc_type", kind.to_owned()), ("grpc_service", service.to_owned()), ("grpc_method", method.to_owned())];
        let handled = CODES.map(|code| {
            let mut labels = labels.to_vec();
            labels.push(("grpc_code", code.to_owned()));
            metrics::counter!("grpc_server_handled_total", &labels)
        });
        Self {
            handled,
            started: metrics::counter!("grpc_server_started_total", &labels),
            received: metrics::counter!("grpc_server_msg_received_total", &labels),
            sent: metrics::counter!("grpc_server_msg_sent_total", &labels),
            seconds: metrics::histogram!("grpc_server_handling_seconds", &labels),
            request_bytes: metrics::histogram!("copydesk_request_bytes", &labels),
            response_bytes: metrics::histogram!("copydesk_response_bytes", &labels),
            in_flight: metrics::gauge!("copydesk_calls_in_flight", &labels),
        }
    }

    /// Counts a call that begins.
    pub fn begin(&self) {
        self.started.increment(1);
        self.in_flight.increment(1.0);
    }

    /// Counts a call that has ended.
    #[expect(clippy::cast_precision_loss, reason = "bytes of a call are far below 2^52")]
    pub fn end(&self, call: Handled) {
        let place = usize::try_from(i32::from(call.code)).unwrap_or_default().min(CODES.len() - 1);
        self.handled[place].increment(1);
        self.in_flight.decrement(1.0);
        self.received.increment(call.messages.0);
        self.sent.increment(call.messages.1);
        self.seconds.record(call.time.as_secs_f64());
        self.request_bytes.record(call.bytes.0 as f64);
        self.response_bytes.record(call.bytes.1 as f64);
    }
}

/// The names of the status codes by number, as grpc-prometheus writes them.
pub const CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

/// Bounds of the buckets of times, in seconds: from a small text to the longest deadline.
const SECONDS: [f64; 15] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];
/// Bounds of the buckets of sizes, in bytes.
const BYTES: [f64; 9] = [256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];

fn recorder() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_bytes".into()), &BYTES))
        .and_then(PrometheusBuilder::install_recorder)
        .context("cannot install the recorder of metrics")?;
    describe();
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("git_commit", env!("COPYDESK_GIT_COMMIT"))];
    metrics::gauge!("copydesk_build_info", &labels).set(1.0);
    for (name, labels) in AT_ZERO {
        metrics::counter!(name, labels).increment(0);
    }
    Ok(handle)
}

/// What is on the page before it first happens: `rate` and `increase` miss the first event of a series that begins with
/// it, and that one event may be the panic.
const AT_ZERO: [(&str, &[(&str, &str)]); 25] = [
    ("copydesk_cancelled_total", &[("reason", "caller_gone")]),
    ("copydesk_cancelled_total", &[("reason", "deadline")]),
    ("copydesk_connections_refused_total", &[("reason", "handshake_timeout")]),
    ("copydesk_connections_refused_total", &[("reason", "silent")]),
    ("copydesk_connections_refused_total", &[("reason", "tls")]),
    ("copydesk_http_refused_total", &[("reason", "content_type")]),
    ("copydesk_http_refused_total", &[("reason", "method")]),
    ("copydesk_over_quota_total", &[]),
    ("copydesk_panics_total", &[("where", "analysis")]),
    ("copydesk_panics_total", &[("where", "handler")]),
    ("copydesk_panics_total", &[("where", "stream")]),
    ("copydesk_reloads_total", &[("what", "tls"), ("result", "failed")]),
    ("copydesk_reloads_total", &[("what", "tls"), ("result", "ok")]),
    ("copydesk_reloads_total", &[("what", "tokens"), ("result", "failed")]),
    ("copydesk_reloads_total", &[("what", "tokens"), ("result", "ok")]),
    ("copydesk_shed_total", &[("reason", "deadline")]),
    ("copydesk_shed_total", &[("reason", "deadline_passed")]),
    ("copydesk_shed_total", &[("reason", "held_bytes")]),
    ("copydesk_shed_total", &[("reason", "queue_bytes")]),
    ("copydesk_shed_total", &[("reason", "queue_requests")]),
    ("copydesk_spans_dropped_total", &[("reason", "export_failed")]),
    ("copydesk_spans_dropped_total", &[("reason", "queue_full")]),
    ("copydesk_spans_dropped_total", &[("reason", "rejected")]),
    ("copydesk_spans_exported_total", &[]),
    ("copydesk_unauthenticated_total", &[]),
];

fn describe() {
    describe_counter!("grpc_server_started_total", "Calls begun.");
    describe_counter!("grpc_server_handled_total", "Calls ended, by status code.");
    describe_counter!("grpc_server_msg_received_total", "Messages received.");
    describe_counter!("grpc_server_msg_sent_total", "Messages sent.");
    describe_histogram!("grpc_server_handling_seconds", Unit::Seconds, "Time from a call's headers to its trailers.");
    describe_histogram!("copydesk_request_bytes", Unit::Bytes, "Bytes of a call's request messages, on the wire.");
    describe_histogram!("copydesk_response_bytes", Unit::Bytes, "Bytes of a call's response messages, on the wire.");
    describe_gauge!("copydesk_calls_in_flight", "Calls begun and not ended.");
    describe_gauge!("copydesk_connections", "Connections open.");
    describe_counter!("copydesk_connections_refused_total", "Connections closed before their first call, by reason.");
    describe_gauge!("copydesk_held_bytes", "Bytes of unary requests held.");
    describe_counter!("copydesk_http_refused_total", "Requests that are no gRPC, by reason.");
    describe_counter!("copydesk_unauthenticated_total", "Calls without a valid token.");
    describe_counter!("copydesk_over_quota_total", "Calls refused because their caller made too many.");
    describe_counter!("copydesk_reloads_total", "Reloads of changed files, by result.");
    describe_gauge!("copydesk_workers", "Threads that run analyses.");
    describe_gauge!("copydesk_queue_requests", "Requests that wait for a thread.");
    describe_gauge!("copydesk_queue_bytes", "Bytes of text that wait for a thread.");
    describe_histogram!("copydesk_queue_wait_seconds", Unit::Seconds, "Time that a job waited for a thread.");
    describe_histogram!("copydesk_work_seconds", Unit::Seconds, "Time that a job took on its thread.");
    describe_counter!("copydesk_shed_total", "Jobs refused at once, by reason.");
    describe_counter!("copydesk_cancelled_total", "Jobs whose caller left or whose deadline passed, by reason.");
    describe_counter!("copydesk_panics_total", "Panics caught, by place.");
    describe_counter!("copydesk_spans_exported_total", "Spans that the collector of traces has taken.");
    describe_counter!("copydesk_spans_dropped_total", "Spans that no collector of traces has, by reason.");
    describe_histogram!("copydesk_analysis_seconds", Unit::Seconds, "Time of one analysis, by kind.");
    describe_histogram!("copydesk_text_bytes", Unit::Bytes, "Bytes of a text analysed.");
    describe_counter!("copydesk_documents_total", "Texts analysed, by language.");
    describe_gauge!("copydesk_build_info", "1, with the version and the commit of the build.");
}

fn page<B>(request: &Request<B>, handle: &PrometheusHandle) -> Response<String> {
    let known = request.uri().path() == "/metrics";
    let (status, body) = match (known, request.method()) {
        (true, &Method::GET) => (StatusCode::OK, handle.render()),
        (true, _) => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
        (false, _) => (StatusCode::NOT_FOUND, String::new()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
