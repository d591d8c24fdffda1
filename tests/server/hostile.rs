//! Callers that mean harm, or are broken: nothing is lost for others.

use std::io::Write;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;

use crate::harness::{ANALYZE, HEALTH, INFO, Server, Wire, analyze, framed, get, prose, until, value};
use crate::program::Process;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// An empty SETTINGS frame.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes what the server may stop reading, and reads until it closes.
async fn write_and_read_to_the_end(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_gzip_bomb_is_refused() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    let bomb = gzip(&vec![0; 256 << 20]);
    assert!(bomb.len() < 4 << 20, "{} bytes over the wire", bomb.len());
    let answer = wire.call_bytes(ANALYZE, &[("grpc-encoding", "gzip")], framed(1, &bomb)).await;
    assert_eq!(answer.code(), Code::ResourceExhausted);
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn lists_of_millions_are_refused_before_they_take_memory() {
    // A process of its own, whose memory is its own.
    let process = Process::start(&[]);
    let wire = Wire::connect(process.address).await;
    for (path, message) in [
        // Empty items; empty codes, each in options of its own; empty phrases.
        ("/copydesk.v1.AnalysisService/BatchAnalyze", [0x0a, 0].repeat(8_000_000)),
        ("/copydesk.v1.LanguageService/DetectLanguage", [0x12, 2, 0x0a, 0].repeat(4_000_000)),
        ("/copydesk.v1.KeywordService/ExtractKeywords", [0x12, 2, 0x2a, 0].repeat(4_000_000)),
    ] {
        assert_eq!(wire.call(path, &[], &message).await.code(), Code::ResourceExhausted, "{path}");
    }
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    // Decoded, the items would take 1.8 GB, and what is said of the codes 2.3 GB.
    let peak = process.peak_kilobytes();
    assert!(peak < 100_000, "{peak} KB");
    process.signal("INT");
    wire.closed.notified().await;
    assert_eq!(process.end().0.code(), Some(0));
}

#[tokio::test]
async fn gzip_is_read() {
    let server = Server::start(&[]).await;
    let body = framed(1, &gzip(&analyze("The council met. It voted at once.")));
    let answer = server.wire().await.call_bytes(ANALYZE, &[("grpc-encoding", "gzip")], body).await;
    assert_eq!(answer.code(), Code::Ok);
}

#[tokio::test]
async fn broken_gzip_is_an_error_of_its_call() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    let answer = wire.call_bytes(ANALYZE, &[("grpc-encoding", "gzip")], framed(1, b"no gzip")).await;
    assert_ne!(answer.code(), Code::Ok);
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[tokio::test]
async fn a_rapid_reset_closes_its_connection_only() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    for _ in 0..2000 {
        let Ok(mut send) = wire.ready().await else { break };
        let request =
            http::Request::post(format!("http://localhost{ANALYZE}")).header("content-type", "application/grpc");
        let Ok((_, mut stream)) = send.send_request(request.body(()).unwrap(), false) else { break };
        stream.send_reset(h2::Reason::CANCEL);
    }
    wire.closed.notified().await;
    server.assert_serves().await;
}

#[tokio::test]
async fn headers_over_the_limit_are_refused() {
    let server = Server::start(&["--max-header-bytes=4KiB"]).await;
    let wire = server.wire().await;
    let long = "a".repeat(8000);
    let (response, _) = wire.open(INFO, &[("x-long", &long)]).await;
    match crate::harness::Answer::read(response).await {
        Ok(answer) => assert_eq!(answer.http, 431),
        Err(error) => assert!(error.is_reset() || error.is_go_away(), "{error:?}"),
    }
    server.assert_serves().await;
}

#[tokio::test]
async fn calls_beyond_the_limit_of_a_connection_wait_for_others_to_end() {
    let server = Server::start(&["--max-concurrent-streams=3"]).await;
    let wire = server.wire().await;
    // The client has seen the server's settings once a call is answered.
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    assert_eq!(wire.ready().await.unwrap().current_max_send_streams(), 3);
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = Server::start(&["--handshake-timeout=30ms"]).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    // The server's own greeting, and the end.
    silent.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_begins_and_stops_is_closed() {
    let server = Server::start(&["--handshake-timeout=30ms"]).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(&PREFACE[..10]).await.unwrap();
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer).await;
    let page = server.metrics_page().await;
    assert!(value(&page, "copydesk_connections_refused_total{reason=\"silent\"}") >= 1.0, "{page}");
}

#[tokio::test]
async fn a_greeted_connection_may_rest() {
    let server = Server::start(&["--handshake-timeout=30ms"]).await;
    let wire = server.wire().await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent.read_to_end(&mut Vec::new()).await.unwrap();
    // That one is closed for its silence: the first has outlived the same time.
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn thousands_of_idle_connections_and_streams_keep_nobody_out() {
    const CONNECTIONS: usize = 2000;
    const STREAMS: usize = 5000;
    allow_open_files(2 * CONNECTIONS);
    // A process of its own, whose memory is its own.
    let process = Process::start(&["--max-connections=4096"]);
    let mut idle = Vec::new();
    let first = Wire::connect(process.address).await;
    assert_eq!(first.call(ANALYZE, &[], &analyze(&prose(2000))).await.code(), Code::Ok);
    let before = process.resident_kilobytes();

    let mut connections = vec![first];
    while connections.len() < CONNECTIONS {
        connections.push(Wire::connect(process.address).await);
    }
    let other = Wire::connect(process.address).await;
    assert_eq!(other.call(INFO, &[], b"").await.code(), Code::Ok);
    let held_by_connections = process.resident_kilobytes() - before;
    for wire in connections.iter().cycle().take(STREAMS) {
        idle.push(wire.open("/copydesk.v1.AnalysisService/AnalyzeStream", &[]).await);
    }
    // All of them are open as the server sees it, and none is in anybody's way.
    let in_flight = "copydesk_calls_in_flight{grpc_type=\"bidi_stream\",grpc_service=\"copydesk.v1.AnalysisService\",grpc_method=\"AnalyzeStream\"}";
    until(async || value(&get(process.metrics, "/metrics").await, in_flight) == 5000.0).await;
    let page = get(process.metrics, "/metrics").await;
    assert!(value(&page, "copydesk_connections") >= 2000.0);
    assert_eq!(other.call(ANALYZE, &[], &analyze("One. Two.")).await.code(), Code::Ok);
    assert_eq!(other.call(HEALTH, &[], b"").await.code(), Code::Ok);

    let held_by_streams = process.resident_kilobytes() - before - held_by_connections;
    // Measured: 21 KB and 14 KB.
    assert!(held_by_connections < 32 * CONNECTIONS, "{held_by_connections} KB for {CONNECTIONS} connections");
    assert!(held_by_streams < 21 * STREAMS, "{held_by_streams} KB for {STREAMS} streams");
    drop((idle, connections));
    until(async || value(&get(process.metrics, "/metrics").await, in_flight) == 0.0).await;
    assert_eq!(other.call(INFO, &[], b"").await.code(), Code::Ok);
    process.signal("INT");
    other.closed.notified().await;
    assert_eq!(process.end().0.code(), Some(0));
}

/// Lets this process, and those that it starts, have so many files open.
#[cfg(target_os = "linux")]
fn allow_open_files(count: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = u64::try_from(count).unwrap() + 500;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < wanted) {
        assert!(maximum.is_none_or(|most| most >= wanted), "the system allows {maximum:?} open files, not {wanted}");
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).unwrap();
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_room() {
    let server = Server::start(&["--max-connections=2"]).await;
    let first = server.wire().await;
    assert_eq!(first.call(INFO, &[], b"").await.code(), Code::Ok);
    let second = server.wire().await;
    assert_eq!(second.call(INFO, &[], b"").await.code(), Code::Ok);
    let address = server.address;
    let third = tokio::spawn(async move { Wire::connect(address).await.call(INFO, &[], b"").await.code() });
    drop(second);
    assert_eq!(third.await.unwrap(), Code::Ok);
}

#[tokio::test]
async fn a_reader_that_takes_nothing_holds_up_nobody_else() {
    let server = Server::start(&["--threads=1"]).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(0);
    let slow = Wire::over(stream, &mut builder).await;
    let mut unread = Vec::new();
    for _ in 0..50 {
        let (response, mut send) = slow.open(ANALYZE, &[]).await;
        send.send_data(framed(0, &analyze(&prose(2000))).into(), true).unwrap();
        unread.push(response);
    }
    let other = server.wire().await;
    assert_eq!(other.call(ANALYZE, &[], &analyze("One. Two.")).await.code(), Code::Ok);
    // All the work is done: what is left is only unread.
    let wire = server.wire().await;
    until(async || value(&server.metrics_page().await, "copydesk_queue_requests") == 0.0).await;
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[tokio::test]
async fn a_stream_that_is_not_read_is_not_read_on() {
    let server = Server::start(&["--stream-in-flight=2"]).await;
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(0);
    let wire = Wire::over(TcpStream::connect(server.address).await.unwrap(), &mut builder).await;
    let (_unread, mut send) = wire.open("/copydesk.v1.AnalysisService/AnalyzeStream", &[]).await;
    // Field 1, the item, with field 2, its request.
    let request = analyze(&prose(8000));
    let item = [&[0x12], &length(request.len())[..], &request].concat();
    let message = framed(0, &[&[0x0a], &length(item.len())[..], &item].concat());
    let mut taken = 0;
    // The server stops granting room: it holds two items, what it sends, and its windows.
    loop {
        send.reserve_capacity(message.len());
        let granted = tokio::time::timeout(std::time::Duration::from_secs(2), async {
            while send.capacity() < message.len() {
                if std::future::poll_fn(|context| send.poll_capacity(context)).await.is_none() {
                    return;
                }
            }
        });
        if granted.await.is_err() {
            break;
        }
        send.send_data(message.clone().into(), false).unwrap();
        taken += 1;
        assert!(taken < 500, "the server reads on for ever");
    }
    server.assert_serves().await;
}

/// A protobuf length.
fn length(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 128 {
        bytes.push(u8::try_from(value % 128).unwrap() | 128);
        value /= 128;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

#[tokio::test]
async fn what_is_no_http2_is_closed() {
    let server = Server::start(&["--handshake-timeout=100ms"]).await;
    for bytes in [
        &b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        write_and_read_to_the_end(&mut stream, bytes).await;
    }
    server.assert_serves().await;
}

#[tokio::test]
async fn malformed_frames_close_their_connection_only() {
    let server = Server::start(&[]).await;
    let frames: [&[u8]; 7] = [
        // DATA on a stream that was never opened.
        &[0, 0, 1, 0, 0, 0, 0, 0, 1, 0],
        // HEADERS on stream 0.
        &[0, 0, 1, 1, 4, 0, 0, 0, 0, 0x82],
        // HEADERS whose block is no HPACK.
        &[0, 0, 4, 1, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
        // SETTINGS of a length that is no multiple of six.
        &[0, 0, 5, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // WINDOW_UPDATE by nothing.
        &[0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // CONTINUATION of nothing.
        &[0, 0, 1, 9, 4, 0, 0, 0, 1, 0x82],
        // A frame longer than any may be.
        &[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1],
    ];
    for frame in frames {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let answer = write_and_read_to_the_end(&mut stream, &[PREFACE, SETTINGS, frame].concat()).await;
        assert!(!answer.is_empty());
    }
    server.assert_serves().await;
}

/// Random bytes, the same at every run.
fn random_bytes(count: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(any::<u8>(), 0..300);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn random_frames_close_their_connection_only() {
    let server = Server::start(&["--handshake-timeout=100ms"]).await;
    for bytes in random_bytes(200) {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&[PREFACE, SETTINGS, &bytes].concat()).await.unwrap();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    server.assert_serves().await;
}

#[tokio::test]
async fn random_messages_are_answered_with_a_status() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    for bytes in random_bytes(500) {
        let code = wire.call(ANALYZE, &[], &bytes).await.code();
        assert!(matches!(code, Code::Ok | Code::Internal | Code::InvalidArgument), "{code:?}");
        // Without a sound prefix either.
        let _ = wire.call_bytes(ANALYZE, &[], bytes).await.code();
    }
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[tokio::test]
async fn a_string_that_is_not_utf8_is_an_error_of_its_call() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    // Field 1, the document, with field 1, its text.
    let code = wire.call(ANALYZE, &[], &[0x0a, 4, 0x0a, 2, 0xc3, 0x28]).await.code();
    assert!(matches!(code, Code::Internal | Code::InvalidArgument), "{code:?}");
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}

#[tokio::test]
async fn deep_nesting_is_an_error_of_its_call() {
    let server = Server::start(&[]).await;
    let wire = server.wire().await;
    // An unknown group within itself, 100,000 times.
    let code = wire.call(ANALYZE, &[], &vec![0xa3; 200_000]).await.code();
    assert!(matches!(code, Code::Internal | Code::InvalidArgument), "{code:?}");
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
}
