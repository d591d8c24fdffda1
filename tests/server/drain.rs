//! The end of the process and of connections.

use copydesk::server::signal::Ending;
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::{Answer, INFO, Server, WAIT, framed, until};

#[tokio::test]
async fn health_says_not_serving_before_new_work_is_refused() {
    let mut server = Server::start(&["--drain-delay=1h"]).await;
    let mut health = HealthClient::new(server.channel().await);
    let request = || HealthCheckRequest { service: "copydesk.v1.AnalysisService".into() };
    let mut watch = health.watch(request()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, ServingStatus::Serving as i32);
    server.stop(Ending::AfterNotice);
    assert_eq!(watch.message().await.unwrap().unwrap().status, ServingStatus::NotServing as i32);
    let overall = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(overall.status, ServingStatus::NotServing as i32);
    // Balancers may not have noticed yet.
    server.assert_serves().await;
}

#[tokio::test]
async fn running_calls_finish_and_new_ones_are_refused() {
    let mut server = Server::start(&["--drain-grace=1h"]).await;
    let wire = server.wire().await;
    let (running, mut send) = wire.open(WAIT, &[]).await;
    send.send_data(framed(0, b"").into(), true).unwrap();
    // The call has arrived: the server answers in order of arrival on one connection.
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    server.stop(Ending::Now);
    until(async || TcpStream::connect(server.address).await.is_err()).await;
    server.release.notify_one();
    assert_eq!(Answer::read(running).await.unwrap().code(), Code::Ok);
    server.ended().await.unwrap();
}

#[tokio::test]
async fn a_call_beyond_the_grace_is_cut() {
    let mut server = Server::start(&["--drain-grace=50ms"]).await;
    let wire = server.wire().await;
    let (running, mut send) = wire.open(WAIT, &[]).await;
    send.send_data(framed(0, b"").into(), true).unwrap();
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    server.stop(Ending::Now);
    server.ended().await.unwrap();
    assert!(Answer::read(running).await.is_err());
}

#[tokio::test]
async fn a_watch_of_health_does_not_hold_the_end_up() {
    let mut server = Server::start(&["--drain-grace=1h"]).await;
    let mut health = HealthClient::new(server.channel().await);
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    watch.message().await.unwrap();
    server.stop(Ending::Now);
    server.ended().await.unwrap();
    let end = loop {
        match watch.message().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert_eq!(end.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn a_connection_ends_at_its_age_and_its_calls_finish() {
    let server = Server::start(&["--max-connection-age=30ms", "--max-connection-age-grace=1h"]).await;
    let wire = server.wire().await;
    let (running, mut send) = wire.open(WAIT, &[]).await;
    send.send_data(framed(0, b"").into(), true).unwrap();
    // Asked to end, the connection takes no new call.
    until(async || wire.try_call(INFO).await.is_err()).await;
    server.release.notify_one();
    assert_eq!(Answer::read(running).await.unwrap().code(), Code::Ok);
    wire.closed.notified().await;
    server.assert_serves().await;
}

#[tokio::test]
async fn a_connection_beyond_its_age_s_grace_is_cut() {
    let server = Server::start(&["--max-connection-age=30ms", "--max-connection-age-grace=30ms"]).await;
    let (running, _request_stays_open) = server.wire().await.open(WAIT, &[]).await;
    assert!(Answer::read(running).await.is_err());
}
