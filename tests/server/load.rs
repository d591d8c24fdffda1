//! Work where it belongs: bounded, shed at once, and never before health.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckResponse;
use tonic_types::StatusExt;

use prost::Message;

use crate::harness::{ANALYZE, Answer, HEALTH, INFO, Server, Wire, analyze, framed, get, occupy, prose, until, value};

fn is_serving(body: &[u8]) -> bool {
    HealthCheckResponse::decode(&body[5..]).unwrap().status == 1
}

#[tokio::test]
async fn a_full_queue_is_unavailable_with_retry_info_at_once() {
    let server = Server::start(&["--threads=1", "--queue-requests=0"]).await;
    let _busy = occupy(&server.workers).await;
    let answer = server.wire().await.call(ANALYZE, &[], &analyze("One. Two.")).await;
    assert_eq!(answer.code(), Code::Unavailable);
    let details = answer.status().get_details_retry_info().unwrap();
    assert!(details.retry_delay.unwrap() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_refusal_comes_before_the_text() {
    let server = Server::start(&["--threads=1", "--queue-requests=0"]).await;
    let _busy = occupy(&server.workers).await;
    let wire = server.wire().await;
    // Headers alone: the caller has not sent a byte of its message.
    for path in [ANALYZE, "/copydesk.v1.AnalysisService/BatchAnalyze", "/copydesk.v1.KeywordService/ExtractKeywords"] {
        let (response, _request) = wire.open(path, &[]).await;
        assert_eq!(Answer::read(response).await.unwrap().code(), Code::Unavailable, "{path}");
    }
    // A stream waits instead, and what needs no thread is answered.
    let (mut stream, _request) = wire.open("/copydesk.v1.AnalysisService/AnalyzeStream", &[]).await;
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    assert_eq!(wire.call("/nobody.Nowhere/Nothing", &[], b"").await.code(), Code::Unimplemented);
    let answered = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut stream).poll(context))).await;
    assert!(!matches!(answered, Poll::Ready(Ok(response)) if response.headers().contains_key("grpc-status")));
}

#[tokio::test]
async fn refusals_in_the_middle_of_requests_leave_their_connection_alone() {
    const CALLS: u32 = 90;
    let server = Server::start(&["--threads=1", "--queue-requests=0"]).await;
    let _busy = occupy(&server.workers).await;
    let mut raw = Raw::connect(server.address).await;
    let message = framed(0, &[b'a'; 200]);
    for round in 0..10 {
        // More than the resets that HTTP/2 forgives, each with half of its bytes still on their way when it is answered.
        let streams: Vec<u32> = (0..CALLS).map(|call| 2 * (round * CALLS + call) + 1).collect();
        for &stream in &streams {
            raw.open(stream, ANALYZE).await;
            raw.write(0, 0, stream, &message[..100]).await;
        }
        for _ in &streams {
            raw.read_answer().await;
        }
        for &stream in &streams {
            raw.write(0, 1, stream, &message[100..]).await;
        }
    }
    raw.open(99_999, INFO).await;
    raw.write(0, 1, 99_999, &framed(0, b"")).await;
    assert_eq!(raw.read_answer().await, 99_999);
}

/// A client of frames alone, that goes on to send what it has begun.
struct Raw(TcpStream);

impl Raw {
    async fn connect(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        Self(stream)
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let frame = [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat();
        self.0.write_all(&frame).await.unwrap();
    }

    /// The headers of a call, as RFC 7541 numbers them: POST, http, a path, a content type.
    async fn open(&mut self, stream: u32, path: &str) {
        let length = |text: &str| u8::try_from(text.len()).unwrap();
        let kind = "application/grpc";
        let path = [&[4, length(path)], path.as_bytes()].concat();
        let headers = [&[0x83, 0x86, 1, 1, b'x'], &path[..], &[0x0f, 0x10, length(kind)], kind.as_bytes()].concat();
        self.write(1, 4, stream, &headers).await;
    }

    /// The stream of the next answer that is at its end.
    async fn read_answer(&mut self) -> u32 {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.unwrap();
            let [a, b, c, kind, flags, stream @ ..] = head;
            let length = u32::from_be_bytes([0, a, b, c]);
            self.0.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).await.unwrap();
            assert_ne!(kind, 7, "the server ends the connection");
            if kind == 1 && flags & 1 == 1 {
                return u32::from_be_bytes(stream);
            }
        }
    }
}

#[tokio::test]
async fn health_reflection_info_and_metrics_never_wait_for_an_analysis() {
    let server = Server::start(&["--threads=1", "--queue-requests=4"]).await;
    let wire = server.wire().await;
    let _busy = occupy(&server.workers).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let (response, mut send) = wire.open(ANALYZE, &[]).await;
        send.send_data(framed(0, &analyze("One. Two.")).into(), true).unwrap();
        waiting.push(response);
    }
    // All four wait: the next one is refused.
    until(async || wire.call(ANALYZE, &[], &analyze("One. Two.")).await.code() == Code::Unavailable).await;

    let health = wire.call(HEALTH, &[], b"").await;
    assert!(is_serving(&health.body));
    assert!(is_serving(&Wire::connect(server.health).await.call(HEALTH, &[], b"").await.body));
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    assert!(get(server.metrics, "/metrics").await.contains("copydesk_queue_requests"));
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    // Field 7, "list_services", with any content.
    let reflection = wire.call(path, &[], &[0x3a, 1, b'*']).await;
    assert!(String::from_utf8_lossy(&reflection.body).contains("copydesk.v1.AnalysisService"));
}

#[tokio::test]
async fn a_flood_is_shed_and_what_is_admitted_is_answered() {
    let server = Server::start(&["--threads=1", "--queue-requests=2"]).await;
    let message = analyze(&prose(50_000));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let wire = server.wire().await;
        for _ in 0..50 {
            let (wire, message) = (wire.clone(), message.clone());
            calls.spawn(async move { wire.call(ANALYZE, &[], &message).await.code() });
        }
    }
    let codes = calls.join_all().await;
    let (answered, shed): (Vec<_>, Vec<_>) = codes.into_iter().partition(|code| *code == Code::Ok);
    assert!(!answered.is_empty() && !shed.is_empty());
    assert!(shed.iter().all(|code| *code == Code::Unavailable), "{shed:?}");
    server.assert_serves().await;
}

#[tokio::test]
async fn a_caller_that_leaves_takes_its_work_along() {
    let server = Server::start(&["--threads=1", "--queue-requests=1"]).await;
    let busy = occupy(&server.workers).await;
    let wire = server.wire().await;
    let (response, mut send) = wire.open(ANALYZE, &[]).await;
    send.send_data(framed(0, &analyze("One. Two.")).into(), true).unwrap();
    until(async || wire.call(ANALYZE, &[], &analyze("One.")).await.code() == Code::Unavailable).await;
    send.send_reset(h2::Reason::CANCEL);
    drop(response);
    // Its place in the queue is free again, while the thread is still busy.
    let (next, mut send) = wire.open(ANALYZE, &[]).await;
    drop((next, send.send_reset(h2::Reason::CANCEL)));
    let counted = "copydesk_cancelled_total{reason=\"caller_gone\"}";
    until(async || value(&server.metrics_page().await, counted) >= 1.0).await;
    drop(busy);
    assert_eq!(wire.call(ANALYZE, &[], &analyze("One. Two.")).await.code(), Code::Ok);
}

#[tokio::test]
async fn held_requests_are_bounded_by_bytes() {
    let flags = ["--max-text-bytes=1KiB", "--max-message-bytes=70000", "--max-held-bytes=70000"];
    let server = Server::start(&[&flags[..], &["--queue-bytes=70000"]].concat()).await;
    let wire = server.wire().await;
    let (_, mut first) = wire.open(ANALYZE, &[]).await;
    first.send_data([&[0, 0, 1, 17, 112][..], &[0; 50_000]].concat().into(), false).unwrap();
    // The first call's bytes may still be on their way.
    until(async || wire.call(ANALYZE, &[], &vec![0; 50_000]).await.code() == Code::Unavailable).await;
    first.send_reset(h2::Reason::CANCEL);
    until(async || wire.call(ANALYZE, &[], &analyze(&prose(900))).await.code() == Code::Ok).await;
}
