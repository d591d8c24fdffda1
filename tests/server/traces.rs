//! Spans, as a collector gets them: a real one's types and service, on a real socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use copydesk::server::signal::Ending;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Identity, Server as Transport, ServerTlsConfig};
use tonic::{Code, Request, Response, Status};

use crate::harness::{ANALYZE, HEALTH, INFO, PANIC, Server, Wire, analyze, framed, until, value};
use crate::security::{Authority, Certified, Folder};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector of traces.
#[derive(Clone, Default)]
pub struct Collector {
    requests: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    /// Rejects this many spans of each request.
    rejects: i64,
    /// Answers this many requests with UNAVAILABLE first.
    failures: Arc<Mutex<usize>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        {
            let mut failures = self.failures.lock().unwrap();
            if *failures > 0 {
                *failures -= 1;
                return Err(Status::unavailable("later"));
            }
        }
        self.requests.lock().unwrap().push(request.into_inner());
        let partial = ExportTracePartialSuccess { rejected_spans: self.rejects, error_message: String::new() };
        let partial_success = (self.rejects > 0).then_some(partial);
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

impl Collector {
    /// Listens on a free port, and answers for as long as the test's runtime lives.
    pub async fn listen(&self, mut transport: Transport) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = transport.add_service(TraceServiceServer::new(self.clone()));
        tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
        address
    }

    /// Everything that came in.
    pub fn all(&self) -> String {
        format!("{:?}", self.requests.lock().unwrap())
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.requests.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }
}

/// A server whose spans come to a collector.
async fn traced(collector: &Collector, flags: &[&str]) -> Server {
    let endpoint = format!("--otlp-endpoint=http://{}", collector.listen(Transport::builder()).await);
    Server::start(&[&[endpoint.as_str()], flags].concat()).await
}

/// Ends the server, which sends what waits first.
async fn end(mut server: Server, wire: Wire) {
    drop(wire);
    server.stop(Ending::Now);
    server.ended().await.unwrap();
}

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.clone().unwrap().value.unwrap() {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_sampled_call_is_a_span_of_its_caller_s_trace() {
    let collector = Collector::default();
    let server = traced(&collector, &[]).await;
    let wire = server.wire().await;
    let message = analyze("The council met on Tuesday. Zaunkoenigmarker voted to repair the old bridge at last.");
    let headers = [("traceparent", &*traceparent("01")), ("x-request-id", "desk-7")];
    let answer = wire.call(ANALYZE, &headers, &message).await;
    assert_eq!(answer.code(), Code::Ok);
    end(server, wire).await;

    let spans = collector.spans();
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.into(), PARENT.into()));
    assert!(span.span_id.len() == 8 && hex(&span.span_id) != PARENT, "{span:?}");
    assert_eq!(span.kind(), SpanKind::Server);
    // Sampled, and known to have its parent in another process.
    assert_eq!(span.flags, 0x301);
    assert_eq!(span.name, "copydesk.v1.AnalysisService/Analyze");
    assert!(span.status.is_none());
    assert!(0 < span.start_time_unix_nano && span.start_time_unix_nano < span.end_time_unix_nano);
    for (key, expected) in [
        ("rpc.system.name", "grpc"),
        ("rpc.method", "copydesk.v1.AnalysisService/Analyze"),
        ("rpc.response.status_code", "OK"),
        ("copydesk.request_id", "desk-7"),
        ("copydesk.request_bytes", &(message.len() + 5).to_string()),
        ("copydesk.response_bytes", &answer.body.len().to_string()),
        ("copydesk.language", "en"),
    ] {
        assert_eq!(attribute(&span.attributes, key).as_deref(), Some(expected), "{key}");
    }
    let resource = collector.requests.lock().unwrap()[0].resource_spans[0].resource.clone().unwrap();
    assert_eq!(attribute(&resource.attributes, "service.name").as_deref(), Some("copydesk"));
    assert!(!collector.all().contains("Zaunkoenigmarker"));
}

#[tokio::test]
async fn a_call_that_its_caller_does_not_sample_is_no_span() {
    let collector = Collector::default();
    let server = traced(&collector, &[]).await;
    let wire = server.wire().await;
    wire.call(INFO, &[("traceparent", &traceparent("00"))], b"").await;
    wire.call(HEALTH, &[], b"").await;
    wire.call(INFO, &[("traceparent", &traceparent("01"))], b"").await;
    end(server, wire).await;
    let names: Vec<_> = collector.spans().into_iter().map(|span| (span.name, span.flags)).collect();
    assert_eq!(names, [("copydesk.v1.InfoService/GetInfo".to_owned(), 0x301)]);
}

#[tokio::test]
async fn a_call_without_a_parent_begins_a_trace() {
    let collector = Collector::default();
    let server = traced(&collector, &[]).await;
    let wire = server.wire().await;
    wire.call(INFO, &[], b"").await;
    wire.call(INFO, &[], b"").await;
    end(server, wire).await;
    let spans = collector.spans();
    let [one, other] = &spans[..] else { panic!("{spans:?}") };
    assert!(one.parent_span_id.is_empty() && one.trace_id.len() == 16 && one.span_id.len() == 8);
    assert_eq!(one.flags, 0x101);
    assert!(one.trace_id != other.trace_id && one.span_id != other.span_id);
}

#[tokio::test]
async fn a_share_of_nothing_samples_no_call_without_a_parent() {
    let collector = Collector::default();
    let server = traced(&collector, &["--otlp-sample-ratio=0"]).await;
    let wire = server.wire().await;
    wire.call(INFO, &[], b"").await;
    wire.call(INFO, &[("traceparent", &traceparent("01"))], b"").await;
    end(server, wire).await;
    assert_eq!(collector.spans().len(), 1);
}

#[tokio::test]
async fn a_server_s_error_is_a_span_s_error_and_a_caller_s_is_not() {
    let collector = Collector::default();
    let server = traced(&collector, &[]).await;
    let wire = server.wire().await;
    wire.call(PANIC, &[], b"").await;
    wire.call(ANALYZE, &[], &analyze(" ")).await;
    end(server, wire).await;
    let spans = collector.spans();
    let [panic, blank] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(panic.status.as_ref().unwrap().code(), StatusCode::Error);
    assert_eq!(attribute(&panic.attributes, "error.type").as_deref(), Some("INTERNAL"));
    // Methods that the descriptors do not have are never named.
    assert_eq!(panic.name, "_OTHER");
    assert!(blank.status.is_none());
    assert_eq!(attribute(&blank.attributes, "rpc.response.status_code").as_deref(), Some("INVALID_ARGUMENT"));
}

#[tokio::test]
async fn a_collector_that_never_answers_costs_no_call() {
    // It takes connections, by the system's backlog, and nothing more.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("--otlp-endpoint=http://{}", silent.local_addr().unwrap());
    let server = Server::start(&[&endpoint]).await;
    let wire = server.wire().await;
    let dropped = "copydesk_spans_dropped_total{reason=\"queue_full\"}";
    let before = value(&server.metrics_page().await, dropped);
    // More than wait for the collector and are on their way to it.
    for _ in 0..30 {
        let calls = (0..100).map(|_| wire.call("/nobody.Nowhere/Nothing", &[], b""));
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!(answer.code(), Code::Unimplemented);
        }
    }
    assert!(value(&server.metrics_page().await, dropped) > before);
    // Nor does it hold the end up for long.
    end(server, wire).await;
}

#[tokio::test]
async fn a_collector_that_is_busy_is_asked_again() {
    let collector = Collector { failures: Arc::new(Mutex::new(1)), ..Collector::default() };
    let server = traced(&collector, &[]).await;
    server.wire().await.call(INFO, &[], b"").await;
    until(async || collector.spans().len() == 1).await;
}

#[tokio::test]
async fn spans_that_the_collector_rejects_are_counted() {
    let collector = Collector { rejects: 1, ..Collector::default() };
    let server = traced(&collector, &[]).await;
    let rejected = "copydesk_spans_dropped_total{reason=\"rejected\"}";
    let before = value(&server.metrics_page().await, rejected);
    server.wire().await.call(INFO, &[], b"").await;
    until(async || value(&server.metrics_page().await, rejected) > before).await;
}

#[tokio::test]
async fn a_collector_is_spoken_to_over_tls() {
    let folder = Folder::new("otlp");
    let authority = Authority::new();
    let Certified { certificate, key } = authority.certify("localhost");
    let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
    let collector = Collector::default();
    let address = collector.listen(Transport::builder().tls_config(tls).unwrap()).await;
    let endpoint = format!("--otlp-endpoint=https://localhost:{}", address.port());
    let server = Server::start(&[&endpoint, "--otlp-ca", &folder.write("ca.pem", &authority.certificate())]).await;
    server.wire().await.call(INFO, &[], b"").await;
    until(async || collector.spans().len() == 1).await;
}

#[tokio::test]
async fn a_stream_is_a_span_from_its_first_message_to_its_last() {
    let collector = Collector::default();
    let server = traced(&collector, &[]).await;
    let wire = server.wire().await;
    let answer = wire.call_bytes("/copydesk.v1.AnalysisService/AnalyzeStream", &[], framed(0, b"")).await;
    assert_eq!(answer.code(), Code::Ok);
    end(server, wire).await;
    let spans = collector.spans();
    assert_eq!(spans[0].name, "copydesk.v1.AnalysisService/AnalyzeStream");
    assert_eq!(attribute(&spans[0].attributes, "copydesk.request_bytes").as_deref(), Some("5"));
}
