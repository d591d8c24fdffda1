//! Work where it belongs: bounded, shed at once, and never before health.

use std::time::Duration;

use tonic::Code;
use tonic_health::pb::HealthCheckResponse;
use tonic_types::StatusExt;

use prost::Message;

use crate::harness::{ANALYZE, HEALTH, INFO, Server, Wire, analyze, get, occupy, prose, until, value};

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
async fn health_reflection_info_and_metrics_never_wait_for_an_analysis() {
    let server = Server::start(&["--threads=1", "--queue-requests=4"]).await;
    let wire = server.wire().await;
    let _busy = occupy(&server.workers).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let (response, mut send) = wire.open(ANALYZE, &[]).await;
        send.send_data(crate::harness::framed(0, &analyze("One. Two.")).into(), true).unwrap();
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
    send.send_data(crate::harness::framed(0, &analyze("One. Two.")).into(), true).unwrap();
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
