//! Metrics, logs, and that neither holds any text.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::layer::SubscriberExt;

use crate::harness::{ANALYZE, INFO, Server, analyze, http1, occupy, value};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The log of this process, at every level. (A subscriber for one thread would race with what other threads decide
    /// about the same places in the code.)
    fn of_process() -> Self {
        static LOG: OnceLock<Captured> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Captured::default();
            let writer = log.clone();
            let layer = copydesk::server::logging::layer("trace", false, move || writer.clone()).unwrap();
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
            log
        })
        .clone()
    }
}

#[tokio::test]
async fn calls_are_counted_as_grpc_prometheus_counts_them() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    wire.call("/copydesk.v1.SummaryService/Summarize", &[], b"").await;
    let page = server.metrics_page().await;
    let labels = "grpc_type=\"unary\",grpc_service=\"copydesk.v1.SummaryService\",grpc_method=\"Summarize\"";
    let of = |name: &str, more: &str| value(&page, &format!("{name}{{{labels}{more}}}"));
    assert_eq!(of("grpc_server_started_total", ""), 1.0);
    assert_eq!(of("grpc_server_handled_total", ",grpc_code=\"InvalidArgument\""), 1.0);
    assert_eq!(of("grpc_server_msg_received_total", ""), 1.0);
    assert_eq!(of("grpc_server_msg_sent_total", ""), 0.0);
    assert_eq!(of("grpc_server_handling_seconds_count", ""), 1.0);
    assert_eq!(of("copydesk_request_bytes_sum", ""), 5.0);
    assert_eq!(of("copydesk_calls_in_flight", ""), 0.0);
}

#[tokio::test]
async fn names_from_outside_are_no_labels() {
    let server = Server::start(&[]).await;
    server.wire().await.call("/nobody.Nowhere/Nothing", &[], b"").await;
    let page = server.metrics_page().await;
    assert!(!page.contains("Nowhere"));
    let labels = "grpc_type=\"unary\",grpc_service=\"unknown\",grpc_method=\"unknown\",grpc_code=\"Unimplemented\"";
    assert!(value(&page, &format!("grpc_server_handled_total{{{labels}}}")) >= 1.0);
}

#[tokio::test]
async fn the_build_is_named() {
    let page = Server::start(&[]).await.metrics_page().await;
    assert!(page.contains(&format!("copydesk_build_info{{version=\"{}\"", env!("CARGO_PKG_VERSION"))), "{page}");
}

#[tokio::test]
async fn every_metric_has_its_help() {
    let server = Server::start(&[]).await;
    server.wire().await.call(ANALYZE, &[], &analyze("The council met. It voted at once.")).await;
    let page = server.metrics_page().await;
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        assert!(page.contains(&format!("# HELP {name} ")), "{name}");
    }
}

#[tokio::test]
async fn the_page_of_metrics_is_all_there_is() {
    let server = Server::start(&[]).await;
    let answer = http1(server.metrics, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let answer = http1(server.metrics, "DELETE /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"").await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}

#[tokio::test]
async fn a_call_is_logged_with_its_ids_and_sizes() {
    let log = Captured::of_process();
    let server = Server::start(&[]).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    server.wire().await.call(INFO, &[("x-request-id", "desk-7-seen"), ("traceparent", &parent)], b"").await;
    let log = log.text();
    let line = log.lines().find(|line| line.contains("desk-7-seen")).unwrap();
    for part in [trace, INFO, "\"status\":\"OK\"", "\"request_bytes\":5"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[tokio::test]
async fn a_refused_call_is_logged_and_counted_as_others_are() {
    let log = Captured::of_process();
    let server = Server::start(&["--threads=1", "--queue-requests=0"]).await;
    let _busy = occupy(&server.workers).await;
    server.wire().await.call(ANALYZE, &[("x-request-id", "desk-8-refused")], &analyze("One. Two.")).await;
    let log = log.text();
    let line = log.lines().find(|line| line.contains("desk-8-refused")).unwrap();
    for part in [ANALYZE, "\"status\":\"Unavailable\"", "\"request_bytes\":0"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    let labels = "grpc_type=\"unary\",grpc_service=\"copydesk.v1.AnalysisService\",grpc_method=\"Analyze\"";
    let name = format!("grpc_server_handled_total{{{labels},grpc_code=\"Unavailable\"}}");
    assert!(value(&server.metrics_page().await, &name) >= 1.0);
}

#[test]
fn a_panic_is_logged_by_its_place_alone() {
    let log = Captured::of_process();
    // Other tests of this process still want to read why they fail.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        copydesk::server::logging::log_panic(panic);
        usual(panic);
    }));
    let caught = std::panic::catch_unwind(|| panic!("Zaunkoenigmarker"));
    assert!(caught.is_err());
    let log = log.text();
    assert!(log.lines().any(|line| line.contains("observability.rs") && line.contains("\"panic\"")));
    assert!(!log.contains("Zaunkoenigmarker"));
}
