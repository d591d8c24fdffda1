//! gRPC-Web with CORS.

use crate::harness::{INFO, Server, framed, http1};

const ORIGIN: &str = "https://desk.example";

async fn web() -> Server {
    Server::start(&["--grpc-web=true", "--cors-origins", ORIGIN]).await
}

#[tokio::test]
async fn a_call_of_grpc_web_over_http1_is_answered() {
    let server = web().await;
    let head = format!(
        "POST {INFO} HTTP/1.1\r\nhost: localhost\r\norigin: {ORIGIN}\r\ncontent-type: application/grpc-web+proto\r\n\
         x-grpc-web: 1\r\ncontent-length: 5\r\nconnection: close\r\n\r\n"
    );
    let answer = http1(server.address, &head, &framed(0, b"")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("access-control-allow-origin: {ORIGIN}")), "{answer}");
    assert!(answer.contains("content-type: application/grpc-web"), "{answer}");
    assert!(answer.contains("grpc-status:0"), "{answer}");
}

#[track_caller]
fn preflight(origin: &str) -> String {
    format!(
        "OPTIONS {INFO} HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: content-type,x-grpc-web\r\nconnection: close\r\n\r\n"
    )
}

#[tokio::test]
async fn a_page_of_a_known_origin_may_call() {
    let answer = http1(web().await.address, &preflight(ORIGIN), b"").await;
    assert!(answer.contains(&format!("access-control-allow-origin: {ORIGIN}")), "{answer}");
    assert!(answer.contains("x-grpc-web"), "{answer}");
}

#[tokio::test]
async fn a_page_of_another_origin_may_not() {
    let answer = http1(web().await.address, &preflight("https://other.example"), b"").await;
    assert!(!answer.contains("access-control-allow-origin"), "{answer}");
}

#[tokio::test]
async fn plain_grpc_is_answered_beside_it() {
    web().await.assert_serves().await;
}
