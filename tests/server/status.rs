//! Status codes as callers expect them.

use tonic::Code;

use crate::harness::{ANALYZE, INFO, PANIC, Server, WAIT, analyze, framed, occupy, prose, value};

#[tokio::test]
async fn a_deadline_passes_by_the_server_s_clock() {
    let server = Server::start(&[]).await;
    let answer = server.wire().await.call(WAIT, &[("grpc-timeout", "30m")], b"").await;
    assert_eq!(answer.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_deadline_passes_in_the_queue() {
    let server = Server::start(&["--threads=1"]).await;
    let _busy = occupy(&server.workers).await;
    let answer = server.wire().await.call(ANALYZE, &[("grpc-timeout", "300m")], &analyze("One. Two.")).await;
    assert_eq!(answer.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_deadline_of_nothing_has_passed() {
    let server = Server::start(&[]).await;
    assert_eq!(server.wire().await.call(INFO, &[("grpc-timeout", "0m")], b"").await.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_operator_s_deadline_holds_where_the_caller_names_none() {
    let server = Server::start(&["--default-deadline=30ms"]).await;
    assert_eq!(server.wire().await.call(WAIT, &[], b"").await.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_operator_s_most_holds_where_the_caller_asks_for_more() {
    let server = Server::start(&["--max-deadline=30ms"]).await;
    assert_eq!(server.wire().await.call(WAIT, &[("grpc-timeout", "1H")], b"").await.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_stream_ends_at_its_caller_s_deadline() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    let path = "/copydesk.v1.AnalysisService/AnalyzeStream";
    let (response, _request_stays_open) = wire.open(path, &[("grpc-timeout", "50m")]).await;
    let answer = crate::harness::Answer::read(response).await.unwrap();
    assert_eq!(answer.code(), Code::DeadlineExceeded);
}

/// A stream lasts as long as its caller has texts.
#[tokio::test]
async fn the_operator_s_deadlines_are_not_for_streams() {
    let server = Server::start(&["--default-deadline=30ms", "--max-deadline=30ms"]).await;
    let wire = server.wire().await;
    let (response, mut items) = wire.open("/copydesk.v1.AnalysisService/AnalyzeStream", &[]).await;
    assert_eq!(wire.call(WAIT, &[], b"").await.code(), Code::DeadlineExceeded);
    items.send_data(framed(0, b"").into(), true).unwrap();
    let answer = crate::harness::Answer::read(response).await.unwrap();
    assert_eq!(answer.code(), Code::Ok);
}

#[tokio::test]
async fn a_message_over_the_limit_is_resource_exhausted() {
    let server = Server::start(&["--max-text-bytes=1KiB", "--max-message-bytes=70000"]).await;
    let answer = server.wire().await.call(ANALYZE, &[], &analyze(&prose(70_000))).await;
    assert_eq!(answer.code(), Code::ResourceExhausted);
    assert_eq!(answer.status().message(), "the message is longer than 70000 bytes");
}

#[tokio::test]
async fn a_message_over_the_limit_ends_a_stream_with_resource_exhausted() {
    let server = Server::start(&["--max-text-bytes=1KiB", "--max-message-bytes=70000"]).await;
    let path = "/copydesk.v1.AnalysisService/AnalyzeStream";
    let answer = server.wire().await.call(path, &[], &vec![0; 80_000]).await;
    assert_eq!(answer.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn a_text_over_its_limit_is_the_text_s_error() {
    let server = Server::start(&["--max-text-bytes=1KiB"]).await;
    assert_eq!(server.wire().await.call(ANALYZE, &[], &analyze(&prose(1100))).await.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn another_content_type_is_415() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    for kind in ["text/plain", "application/json", "application/grpc+json", "application/grpc-web"] {
        assert_eq!(wire.call(INFO, &[("content-type", kind)], b"").await.http, 415, "{kind}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    for path in ["/copydesk.v1.AnalysisService/Nothing", "/nobody.v1.Service/Method", "/", "/x"] {
        assert_eq!(wire.call(path, &[], b"").await.code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn a_panic_is_internal_and_the_server_lives_on() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    let answer = wire.call(PANIC, &[], b"").await;
    assert_eq!((answer.code(), answer.status().message()), (Code::Internal, "internal error"));
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    assert!(value(&server.metrics_page().await, "copydesk_panics_total{where=\"handler\"}") >= 1.0);
}

#[tokio::test]
async fn a_compression_that_is_not_known_is_unimplemented() {
    let server = Server::start(&[]).await;
    let body = framed(1, b"whatever");
    let answer = server.wire().await.call_bytes(INFO, &[("grpc-encoding", "zstd")], body).await;
    assert_eq!(answer.code(), Code::Unimplemented);
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    let answer = wire.call(INFO, &[("x-request-id", "desk-7")], b"").await;
    assert_eq!(answer.headers["x-request-id"], "desk-7");
    assert_eq!(wire.call(PANIC, &[], b"").await.headers["x-request-id"].len(), 16);
}
