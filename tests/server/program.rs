//! The program as a process: signals, exit codes, messages, and no text in anything it says.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use bytes::Bytes;
use tonic::Code;
use tonic::transport::Server as Transport;

use crate::harness::{ANALYZE, Answer, HEALTH, INFO, Wire, analyze, framed, get, prose, until, value};
use crate::traces::Collector;

fn copydesk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    // Of this environment, nothing is meant for the server.
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server as a process of its own.
pub struct Process {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    /// What it has logged until it listened.
    start: String,
    pub address: SocketAddr,
    pub metrics: SocketAddr,
}

impl Process {
    pub fn start(flags: &[&str]) -> Self {
        let mut command = copydesk();
        command.args(["serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0"]).args(flags);
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut start = String::new();
        let metrics = address(&mut log, &mut start, "metrics at");
        let address = address(&mut log, &mut start, "listening");
        Self { child, log, start, address, metrics }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Memory that is resident now.
    #[cfg(target_os = "linux")]
    pub fn resident_kilobytes(&self) -> usize {
        self.kilobytes("VmRSS:")
    }

    /// The most memory that was resident at a time.
    #[cfg(target_os = "linux")]
    pub fn peak_kilobytes(&self) -> usize {
        self.kilobytes("VmHWM:")
    }

    #[cfg(target_os = "linux")]
    fn kilobytes(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        value.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    /// How it ended, and all that it said on its standard error and output.
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut said = std::mem::take(&mut self.start);
        self.log.read_to_string(&mut said).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

/// No test leaves a server behind, whether or not it ends one.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the log's line with this message.
fn address(log: &mut impl BufRead, read: &mut String, message: &str) -> SocketAddr {
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "no {message:?} in {read}");
        read.push_str(&line);
        if line.contains(message) {
            let after = line.split_once("\"address\":\"").unwrap().1;
            return after.split_once('"').unwrap().0.parse().unwrap();
        }
    }
}

fn output(flags: &[&str]) -> Output {
    copydesk().args(flags).output().unwrap()
}

#[tokio::test]
async fn sigterm_finishes_what_runs_and_exits_with_0() {
    let process = Process::start(&["--drain-delay=100ms"]);
    let wire = Wire::connect(process.address).await;
    // The request has begun when the signal comes, and ends after it.
    let (response, mut send) = wire.open(ANALYZE, &[]).await;
    let body: Bytes = framed(0, &analyze(&prose(20_000))).into();
    send.send_data(body.slice(..1000), false).unwrap();
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Ok);
    process.signal("TERM");
    // Until health says NOT_SERVING, or the connection takes no more calls.
    while wire.try_call(HEALTH).await.is_ok_and(|answer| answer.body != [0, 0, 0, 0, 2, 8, 2]) {
        tokio::task::yield_now().await;
    }
    send.send_data(body.slice(1000..), true).unwrap();
    assert_eq!(Answer::read(response).await.unwrap().code(), Code::Ok);
    // The end of a connection takes both sides: `end` below would block this one.
    wire.closed.notified().await;
    let (status, said) = process.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("all calls finished"), "{said}");
}

#[tokio::test]
async fn every_call_of_a_backlog_is_answered_once() {
    let process = Process::start(&["--threads=1"]);
    let message = analyze(&prose(5_000));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let wire = Wire::connect(process.address).await;
        for _ in 0..80 {
            let (wire, message) = (wire.clone(), message.clone());
            calls.spawn(async move { wire.call(ANALYZE, &[], &message).await.code() });
        }
    }
    // The network's threads pause now and then, but not for this.
    let prober = Wire::connect(process.address).await;
    while !calls.is_empty() {
        assert_eq!(prober.call(HEALTH, &[], b"").await.code(), Code::Ok);
        while let Some(code) = calls.try_join_next() {
            assert_eq!(code.unwrap(), Code::Ok);
        }
    }
    // The time of a call is recorded after its answer is sent.
    until(|| async { value(&get(process.metrics, "/metrics").await, "copydesk_work_seconds_count") >= 320.0 }).await;
    assert_eq!(value(&get(process.metrics, "/metrics").await, "copydesk_work_seconds_count"), 320.0);
}

#[tokio::test]
async fn sigint_does_not_wait_for_balancers() {
    let process = Process::start(&["--drain-delay=1h"]);
    process.signal("INT");
    assert_eq!(process.end().0.code(), Some(0));
}

#[tokio::test]
async fn no_text_is_in_any_log_metric_trace_or_error() {
    const MARKER: &str = "Zaunkoenigmarker";
    let collector = Collector::default();
    let collector_flag = format!("--otlp-endpoint=http://{}", collector.listen(Transport::builder()).await);
    let flags = ["--log=trace", "--max-text-bytes=2KiB", "--max-message-bytes=70000", "--threads=1", &collector_flag];
    let process = Process::start(&flags);
    let wire = Wire::connect(process.address).await;
    let text = format!("The {MARKER} sings. Nobody in {MARKER} minds it. {MARKER}{MARKER}!");
    let mut answers = Vec::new();
    let calls: [(&str, Vec<u8>); 6] = [
        ("whole", analyze(&text)),
        ("too long", analyze(&text.repeat(100))),
        ("far too long", analyze(&text.repeat(2000))),
        ("cut off", analyze(&text)[..40].to_vec()),
        ("not UTF-8", [&analyze(&text)[..40], b"\xff\xff\xff\xff"].concat()),
        ("blank", analyze(" ")),
    ];
    for (what, message) in &calls {
        for method in [ANALYZE, "/copydesk.v1.LanguageService/DetectLanguage", "/copydesk.v1.SummaryService/Summarize"]
        {
            let answer = wire.call(method, &[("grpc-timeout", "10S")], message).await;
            if answer.code() != Code::Ok {
                answers.push(format!("{what}: {answer:?} {:?}", answer.status()));
            }
        }
    }
    // Metadata, a path, a deadline and a broken compression hold it too.
    let named = format!("/copydesk.v1.{MARKER}/{MARKER}");
    answers.push(format!("{:?}", wire.call(&named, &[("x-title", MARKER), ("grpc-timeout", MARKER)], b"").await));
    answers.push(format!("{:?}", wire.call(INFO, &[("authorization", MARKER)], &analyze(&text)).await.headers));
    let broken = framed(1, text.as_bytes());
    answers.push(format!("{:?}", wire.call_bytes(ANALYZE, &[("grpc-encoding", "gzip")], broken).await));
    // A caller that leaves in the middle.
    let (response, mut send) = wire.open(ANALYZE, &[]).await;
    send.send_data(framed(0, &analyze(&text)).into(), false).unwrap();
    send.send_reset(h2::Reason::CANCEL);
    drop(response);

    let page = get(process.metrics, "/metrics").await;
    process.signal("INT");
    wire.closed.notified().await;
    // It sends its last spans to this process before it ends.
    let (status, said) = tokio::task::spawn_blocking(|| process.end()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(said.contains("\"request_bytes\""), "calls are logged: {said}");
    let traces = collector.all();
    for code in ["OK", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "CANCELLED"] {
        assert!(traces.contains(code), "calls are traced, {code} too: {traces}");
    }
    let errors = answers.join("\n");
    for (where_from, text) in [("metrics", &page), ("log", &said), ("traces", &traces), ("errors", &errors)] {
        assert!(!text.contains(MARKER), "in {where_from}: {text}");
    }
}

#[tokio::test]
async fn what_has_never_happened_is_counted_as_0() {
    let process = Process::start(&[]);
    let page = get(process.metrics, "/metrics").await;
    for series in [
        "copydesk_panics_total{where=\"analysis\"} 0",
        "copydesk_shed_total{reason=\"deadline\"} 0",
        "copydesk_cancelled_total{reason=\"caller_gone\"} 0",
        "copydesk_reloads_total{what=\"tls\",result=\"failed\"} 0",
        "copydesk_queue_requests 0",
    ] {
        assert!(page.lines().any(|line| line == series), "{series} in {page}");
    }
    process.signal("INT");
    process.end();
}

#[test]
fn a_wrong_setting_stops_the_start_by_name() {
    for (flags, named) in [
        (&["--queue-bytes=1"][..], "--queue-bytes"),
        (&["serve", "--threads=many"], "--threads"),
        (&["--log=copydesk=loud"], "--log"),
        (&["--grpc-web=true", "--cors-origins=nowhere"], "--cors-origins"),
        (&["--tls-cert=/nowhere.pem", "--tls-key=/nowhere.pem"], "/nowhere.pem"),
        (&["--tokens-file=/nowhere"], "/nowhere"),
    ] {
        let output = output(flags);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(named), "{flags:?}: {said}");
        assert!(!said.contains("listening"), "{said}");
    }
}

#[test]
fn a_variable_is_a_setting_and_a_flag_wins() {
    let mut command = copydesk();
    command.env("COPYDESK_THREADS", "3").env("COPYDESK_QUEUE_REQUESTS", "7");
    let said = command.args(["--threads=5", "--print-config"]).output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("# command line\nCOPYDESK_THREADS=5\n"), "{said}");
    assert!(said.contains("# environment\nCOPYDESK_QUEUE_REQUESTS=7\n"), "{said}");
}

#[test]
fn the_printed_configuration_is_an_environment_file_that_starts_the_same_server() {
    let first = String::from_utf8(output(&["serve", "--print-config", "--rate-limit=9"]).stdout).unwrap();
    let mut command = copydesk();
    for line in first.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.split_once('=').unwrap();
        command.env(name, value);
    }
    let second = String::from_utf8(command.arg("--print-config").output().unwrap().stdout).unwrap();
    let values =
        |text: &str| text.lines().filter(|line| !line.starts_with("# ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(values(&first), values(&second));
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let flag = format!("--listen={}", taken.local_addr().unwrap());
    let output = output(&[&flag, "--metrics-listen=off"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("--listen"), "{said}");
}
