//! Open and closed loops.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use copydesk::service::proto::{
    AnalyzeItem, AnalyzeStreamRequest, analysis_service_client::AnalysisServiceClient, analyze_result,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::calls::{self, Ended, Method, Payload};
use super::process::{self, Cpu};
use super::report::Report;

/// A load.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What is called.
    pub method: Method,
    /// How fast.
    pub pace: Pace,
    /// Connections that the calls are spread over.
    pub connections: usize,
    /// Where it ends.
    pub bounds: Bounds,
    /// Deadline of each call.
    pub deadline: Option<Duration>,
}

/// How fast calls are sent.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// So many in flight: a call is sent when another ends.
    Closed {
        /// Calls in flight.
        in_flight: usize,
    },
    /// So many a second, whether others have ended or not.
    Open {
        /// Calls a second.
        rate: f64,
    },
}

/// Where a load ends: at whichever comes first.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Calls.
    pub calls: u64,
    /// Time in which calls are sent.
    pub time: Duration,
}

/// Calls of an open loop that may be open at once; one more that is due is counted and not sent.
const MOST_OPEN: usize = 20_000;

/// Sends the load and reports what it came to, with the CPU and memory of the server `pid`.
pub async fn drive(target: SocketAddr, pid: Option<u32>, plan: &Plan, payload: &Payload) -> anyhow::Result<Report> {
    let channels = connect(target, plan.connections).await?;
    let before = pid.map(process::cpu).transpose()?;
    let peak = Peak::default();
    let begun = Instant::now();
    let load = async {
        match (plan.method, plan.pace) {
            (Method::Stream, Pace::Closed { in_flight }) => streams(&channels, in_flight, plan.bounds, payload).await,
            (_, Pace::Closed { in_flight }) => Ok(closed(&channels, in_flight, plan, payload).await),
            (_, Pace::Open { rate }) => Ok(open(&channels, rate, plan, payload).await),
        }
    };
    let mut report = tokio::select! {
        report = load => report?,
        () = peak.watch(pid) => unreachable!("the watch has no end of its own"),
    };
    let took = begun.elapsed();
    let after = pid.map(process::cpu).transpose()?;
    let cpu = before
        .zip(after)
        .map(|(before, after)| Cpu { user: after.user - before.user, system: after.system - before.system });
    report.finish(took, cpu, peak.megabytes());
    Ok(report)
}

/// Makes this thread less urgent than others of this process: those that send the load, so that they do not delay what times
/// health checks.
pub fn step_back() {
    #[cfg(target_os = "linux")]
    // Without it the figures are only worse.
    let _ = rustix::process::nice(10);
}

/// Gives this thread a core as soon as it wants one, so that it times the server and not its own wait for what the rest of this tool
/// leaves of the cores; says whether it may.
fn step_forward() -> bool {
    let thread = std::fs::read_link("/proc/thread-self").ok().and_then(|path| path.file_name().map(ToOwned::to_owned));
    let Some(thread) = thread else { return false };
    let chrt = std::process::Command::new("chrt").args(["--rr", "--pid", "1"]).arg(thread).output();
    chrt.is_ok_and(|output| output.status.success())
}

/// Health checks, a hundred a second on a connection and a thread of their own, so that they do not wait for this tool's other calls.
pub async fn health(target: SocketAddr, time: Duration) -> anyhow::Result<Report> {
    let (send, receive) = oneshot::channel();
    thread::spawn(move || {
        if !step_forward() {
            eprintln!(
                "health checks are timed at ordinary priority (chrt): waits for a core of this tool's own count too"
            );
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // Nobody waits for it where the load itself has failed.
        let _ = send.send(runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(probe(target, time))));
    });
    receive.await.context("the thread of the health checks is gone")?
}

async fn probe(target: SocketAddr, time: Duration) -> anyhow::Result<Report> {
    let channel = connect(target, 1).await?.remove(0);
    let report = Arc::new(Mutex::new(Report::default()));
    let begun = Instant::now();
    let mut probes = JoinSet::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    while begun.elapsed() < time {
        ticks.tick().await;
        let (mut client, report) = (HealthClient::new(channel.clone()), Arc::clone(&report));
        // Not from the tick: that is late by up to a millisecond, which would be more than an answer takes.
        let sent = Instant::now();
        probes.spawn(async move {
            let answer = client.check(HealthCheckRequest::default()).await;
            let ended = answer.map_or_else(|status| calls::failed(&status), |_| Ended::Ok);
            lock(&report).note(ended, sent.elapsed());
        });
    }
    probes.join_all().await;
    let mut report = std::mem::take(&mut *lock(&report));
    report.finish(begun.elapsed(), None, 0.0);
    Ok(report)
}

async fn connect(target: SocketAddr, connections: usize) -> anyhow::Result<Vec<Channel>> {
    let endpoint = Endpoint::from_shared(format!("http://{target}"))?.tcp_nodelay(true);
    let mut channels = Vec::new();
    for _ in 0..connections.max(1) {
        channels.push(endpoint.connect().await.with_context(|| format!("nobody listens on {target}"))?);
    }
    Ok(channels)
}

async fn closed(channels: &[Channel], in_flight: usize, plan: &Plan, payload: &Payload) -> Report {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let callers = (0..in_flight).map(|caller| {
        let (channel, next) = (&channels[caller % channels.len()], &next);
        async move {
            let mut report = Report::default();
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= plan.bounds.calls || begun.elapsed() >= plan.bounds.time {
                    return report;
                }
                let sent = Instant::now();
                let ended = calls::unary(channel.clone(), plan.method, payload.article(call), plan.deadline).await;
                report.note(ended, sent.elapsed());
            }
        }
    });
    let mut total = Report::default();
    for report in futures_util::future::join_all(callers).await {
        total.add(report);
    }
    total
}

async fn open(channels: &[Channel], rate: f64, plan: &Plan, payload: &Payload) -> Report {
    let report = Mutex::new(Report::default());
    let open_calls = AtomicUsize::new(0);
    let mut calls = futures_util::stream::FuturesUnordered::new();
    let begun = Instant::now();
    let mut sent = 0_u64;
    let mut due = Duration::ZERO;
    let one = |call: u64, due: Instant| {
        let (channel, report, open_calls) = (channels[index(call, channels.len())].clone(), &report, &open_calls);
        async move {
            let ended = calls::unary(channel, plan.method, payload.article(call), plan.deadline).await;
            open_calls.fetch_sub(1, Ordering::Relaxed);
            lock(report).note(ended, due.elapsed());
        }
    };
    while sent < plan.bounds.calls && due < plan.bounds.time {
        while due <= begun.elapsed() && due < plan.bounds.time && sent < plan.bounds.calls {
            if open_calls.load(Ordering::Relaxed) < MOST_OPEN {
                open_calls.fetch_add(1, Ordering::Relaxed);
                calls.push(one(sent, begun + due));
            } else {
                lock(&report).note_unsent();
            }
            sent += 1;
            due = Duration::from_secs_f64(seconds(sent, rate));
        }
        tokio::select! {
            _ = calls.next(), if !calls.is_empty() => {}
            () = tokio::time::sleep_until((begun + due).into()) => {}
        }
    }
    while calls.next().await.is_some() {}
    drop(calls);
    report.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One stream a connection, each with its share of the items in flight.
async fn streams(channels: &[Channel], in_flight: usize, bounds: Bounds, payload: &Payload) -> anyhow::Result<Report> {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let mut total = Report::default();
    let window = in_flight.div_ceil(channels.len());
    let runs = channels.iter().map(|channel| stream(channel.clone(), window, bounds, payload, (&next, begun)));
    for report in futures_util::future::try_join_all(runs).await? {
        total.add(report);
    }
    Ok(total)
}

async fn stream(
    channel: Channel,
    window: usize,
    bounds: Bounds,
    payload: &Payload,
    (next, begun): (&AtomicU64, Instant),
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut sent: HashMap<String, (u64, Instant)> = HashMap::new();
    let (items, receiver) = mpsc::channel(window);
    let one_more = || {
        let call = next.fetch_add(1, Ordering::Relaxed);
        if call >= bounds.calls || begun.elapsed() >= bounds.time {
            return None;
        }
        let id = call.to_string();
        let item = AnalyzeItem { id: id.clone(), request: Some(payload.article(call).request.clone()) };
        Some((id, call, AnalyzeStreamRequest { item: Some(item) }))
    };
    for _ in 0..window {
        if let Some((id, call, item)) = one_more() {
            sent.insert(id, (call, Instant::now()));
            items.send(item).await?;
        }
    }
    let mut client = AnalysisServiceClient::new(channel).max_decoding_message_size(64 << 20);
    let mut results = client.analyze_stream(ReceiverStream::new(receiver)).await?.into_inner();
    while !sent.is_empty() {
        let result = results.message().await?.context("the stream ended early")?.result.unwrap_or_default();
        let (call, since) = sent.remove(&result.id).context("a result for an item that is not open")?;
        let ended = match result.outcome {
            Some(analyze_result::Outcome::Analysis(analysis)) => payload.article(call).checks(analysis),
            Some(analyze_result::Outcome::Error(error)) => Ended::Status(error.code.into()),
            None => Ended::Wrong,
        };
        report.note(ended, since.elapsed());
        if let Some((id, call, item)) = one_more() {
            sent.insert(id, (call, Instant::now()));
            items.send(item).await?;
        }
    }
    Ok(report)
}

/// The most memory that was seen.
#[derive(Debug, Default)]
struct Peak(Mutex<f64>);

impl Peak {
    /// Looks again and again, for ever.
    async fn watch(&self, pid: Option<u32>) {
        loop {
            if let Some(megabytes) = pid.and_then(|pid| process::resident_megabytes(pid).ok()) {
                let mut peak = lock(&self.0);
                *peak = peak.max(megabytes);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn megabytes(&self) -> f64 {
        *lock(&self.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn index(call: u64, length: usize) -> usize {
    usize::try_from(call % u64::try_from(length).unwrap_or(1)).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn seconds(calls: u64, rate: f64) -> f64 {
    calls as f64 / rate
}
