//! The load tool: what a server answers under load, and what that costs it.
//!
//! - `run` drives a running server, closed loop (so many calls in flight) or open loop (so many calls a second, come what
//!   may), unary `Analyze` or `AnalyzeStream`;
//! - `compare` starts a server and a bare tonic echo and drives both with the same bytes in turns;
//! - `overload` starts a server, measures its capacity and then asks for a multiple of it, with deadlines;
//! - `footprint` starts a server and tells how long that took and what memory it holds, idle and under load;
//! - `echo` is the bare tonic echo.
//!
//! Every answer's status is checked, and every analysis of a text against the first one of it. Latencies are HDR
//! histograms; in an open loop they count from the moment that a call was due, so that a stalled server cannot hide.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};

mod calls;
#[path = "../../benches/corpus/mod.rs"]
#[allow(dead_code, reason = "the load tool has no use for hostile text")]
mod corpus;
mod drive;
mod echo;
mod process;
mod report;

use calls::{Method, Payload};
use drive::{Bounds, Pace, Plan};
use process::Process;

/// Drives a Copydesk server over loopback and reports what it answered and what that cost.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Write the figures to this file too, as JSON.
    #[arg(long, global = true, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Drive a running server.
    Run {
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1:50051")]
        target: SocketAddr,
        /// Its process, for the CPU and memory that it used.
        #[arg(long)]
        pid: Option<u32>,
        #[command(flatten)]
        load: Load,
        #[command(flatten)]
        texts: Texts,
    },
    /// Start a server and the echo, and drive both in turns with the same bytes.
    Compare {
        #[command(flatten)]
        server: Server,
        /// Calls in flight.
        #[arg(long, default_value_t = 64)]
        in_flight: usize,
        /// Calls of each kind in each round.
        #[arg(long, default_value_t = 10_000)]
        calls: u64,
        /// Rounds, so that noise falls on all alike.
        #[arg(long, default_value_t = 20)]
        rounds: u64,
        /// Connections that the calls are spread over.
        #[arg(long, default_value_t = 4)]
        connections: usize,
        #[command(flatten)]
        texts: Texts,
    },
    /// Start a server and ask for more than it can do.
    Overload {
        #[command(flatten)]
        server: Server,
        /// How many times its capacity to ask for.
        #[arg(long, default_value_t = 2.0)]
        times: f64,
        /// Deadline of each call, in milliseconds.
        #[arg(long, default_value_t = 500)]
        deadline: u64,
        /// Seconds of each phase: idle, at capacity and overloaded, in turns.
        #[arg(long, default_value_t = 4.0)]
        seconds: f64,
        /// Turns, so that noise falls on capacity and overload alike.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
        /// Connections that the calls are spread over.
        #[arg(long, default_value_t = 16)]
        connections: usize,
        #[command(flatten)]
        texts: Texts,
    },
    /// Start a server; time that, and weigh it.
    Footprint {
        #[command(flatten)]
        server: Server,
        /// Calls of 60 KB in flight while it is weighed under load.
        #[arg(long, default_value_t = 64)]
        in_flight: usize,
    },
    /// Be the bare tonic echo: any unary call is answered with its own bytes.
    Echo {
        /// Where to listen.
        #[arg(long)]
        listen: SocketAddr,
    },
}

/// The server to start.
#[derive(Debug, Args)]
struct Server {
    /// Its binary.
    #[arg(long, default_value = "target/release/copydesk")]
    server: PathBuf,
    /// Pin it to this core, with one thread for the analyses, and the load to the others (by taskset).
    #[arg(long)]
    core: Option<u32>,
}

/// The load of `run`.
#[derive(Debug, Args)]
struct Load {
    /// What to call.
    #[arg(long, value_enum, default_value_t = MethodName::Analyze)]
    method: MethodName,
    /// Open loop: calls a second. Without it, the loop is closed.
    #[arg(long, conflicts_with = "in_flight")]
    rate: Option<f64>,
    /// Closed loop: calls in flight.
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Connections that the calls are spread over.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Calls at most.
    #[arg(long, default_value_t = 20_000)]
    calls: u64,
    /// Seconds at most.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Deadline of each call, in milliseconds.
    #[arg(long)]
    deadline: Option<u64>,
}

/// What to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodName {
    /// Unary `Analyze`.
    Analyze,
    /// `AnalyzeStream`, one stream a connection (closed loop only).
    Stream,
    /// The echo of this tool.
    Echo,
}

/// The texts to send.
#[derive(Debug, Args)]
struct Texts {
    /// Files of UTF-8 text, or folders of them. Without any, texts are generated.
    texts: Vec<PathBuf>,
    /// Generated texts: their language (en, de, ru, ar, hi, zh, ja).
    #[arg(long, default_value = "en")]
    language: String,
    /// Generated texts: bytes of each.
    #[arg(long, default_value_t = 4096)]
    bytes: usize,
    /// Generated texts: how many different ones.
    #[arg(long, default_value_t = 50)]
    variety: u64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().on_thread_start(drive::step_back).build()?;
    let (figures, sound) = runtime.block_on(async {
        match arguments.command {
            Command::Run { target, pid, load, texts } => run(target, pid, load, &texts).await,
            Command::Compare { server, in_flight, calls, rounds, connections, texts } => {
                let plan = Plan {
                    method: Method::Analyze,
                    pace: Pace::Closed { in_flight },
                    connections,
                    bounds: Bounds { calls, time: Duration::from_secs(120) },
                    deadline: None,
                };
                compare(&server, &plan, rounds, &texts).await
            }
            Command::Overload { server, times, deadline, seconds, rounds, connections, texts } => {
                let plan = Plan {
                    method: Method::Analyze,
                    pace: Pace::Closed { in_flight: 64 },
                    connections,
                    bounds: Bounds { calls: u64::MAX, time: Duration::from_secs_f64(seconds) },
                    deadline: None,
                };
                overload(&server, &plan, Beyond { times, deadline: Duration::from_millis(deadline), rounds }, &texts)
                    .await
            }
            Command::Footprint { server, in_flight } => footprint(&server, in_flight).await,
            Command::Echo { listen } => echo::serve(listen).await.map(|()| (json!({}), true)),
        }
    })?;
    if let Some(file) = arguments.json {
        let machine = process::machine();
        let record = json!({ "machine": machine, "figures": figures });
        std::fs::write(&file, format!("{record:#}\n")).with_context(|| format!("cannot write {}", file.display()))?;
    }
    ensure!(sound, "some answers were wrong: see above");
    Ok(())
}

/// The figures, and whether every answer was as it should be.
type Outcome = anyhow::Result<(Value, bool)>;

async fn run(target: SocketAddr, pid: Option<u32>, load: Load, texts: &Texts) -> Outcome {
    let pace = match load.rate {
        Some(rate) => Pace::Open { rate },
        None => Pace::Closed { in_flight: load.in_flight },
    };
    let method = match load.method {
        MethodName::Analyze => Method::Analyze,
        MethodName::Stream => Method::Stream,
        MethodName::Echo => Method::Echo,
    };
    let plan = Plan {
        method,
        pace,
        connections: load.connections,
        bounds: Bounds { calls: load.calls, time: Duration::from_secs_f64(load.seconds) },
        deadline: load.deadline.map(Duration::from_millis),
    };
    let payload = texts.payload()?;
    let report = drive::drive(target, pid, &plan, &payload).await?;
    print!("{report}");
    Ok((report.json(), report.sound()))
}

async fn compare(server: &Server, plan: &Plan, rounds: u64, texts: &Texts) -> Outcome {
    let payload = texts.payload()?;
    let copydesk = Process::copydesk(&server.server, server.core).await?;
    let echo = Process::echo(server.core).await?;
    let methods = [Method::Echo, Method::Analyze, Method::Stream];
    let mut totals = methods.map(|_| report::Report::default());
    // The first round warms up both servers and is not counted.
    for round in 0..=rounds {
        for (method, total) in methods.iter().zip(&mut totals) {
            let target = if *method == Method::Echo { &echo } else { &copydesk };
            let calls = if round == 0 { plan.bounds.calls / 10 } else { plan.bounds.calls };
            let plan = Plan { method: *method, bounds: Bounds { calls, ..plan.bounds }, ..*plan };
            let report = drive::drive(target.address(), Some(target.pid()), &plan, &payload).await?;
            if round > 0 {
                total.add(report);
            }
        }
    }
    let [echo, analyze, stream] = totals;
    for (name, report) in [("echo", &echo), ("Analyze", &analyze), ("AnalyzeStream", &stream)] {
        println!("{name}\n{report}");
    }
    let cost = |report: &report::Report| report.cpu_microseconds_a_call();
    let against_echo = cost(&analyze) / cost(&echo);
    let stream_against_unary = cost(&stream) / cost(&analyze);
    println!(
        "server CPU a call: echo {:.1} us, Analyze {:.1} us, AnalyzeStream {:.1} us",
        cost(&echo),
        cost(&analyze),
        cost(&stream)
    );
    println!("Analyze against the echo: {against_echo:.2}x; AnalyzeStream against Analyze: {stream_against_unary:.2}x");
    let figures = json!({
        "text_bytes": payload.mean_bytes(),
        "analyze_against_echo": against_echo,
        "stream_against_unary": stream_against_unary,
        "echo": echo.json(), "analyze": analyze.json(), "stream": stream.json(),
    });
    Ok((figures, echo.sound() && analyze.sound() && stream.sound()))
}

/// More than a server can do.
#[derive(Debug, Clone, Copy)]
struct Beyond {
    times: f64,
    deadline: Duration,
    rounds: u32,
}

async fn overload(server: &Server, plan: &Plan, beyond: Beyond, texts: &Texts) -> Outcome {
    let payload = texts.payload()?;
    let copydesk = Process::copydesk(&server.server, server.core).await?;
    let (target, pid) = (copydesk.address(), Some(copydesk.pid()));

    let warm = Plan { bounds: Bounds { calls: 2_000, ..plan.bounds }, ..*plan };
    drive::drive(target, pid, &warm, &payload).await?;
    let [mut idle, mut capacity, mut busy, mut health] = <[report::Report; 4]>::default();
    for _ in 0..beyond.rounds {
        idle.add(drive::health(target, plan.bounds.time).await?);
        let round = drive::drive(target, pid, plan, &payload).await?;
        let rate = round.ok_a_second() * beyond.times;
        capacity.add(round);
        let load = Plan { pace: Pace::Open { rate }, deadline: Some(beyond.deadline), ..*plan };
        let (calls, checks) =
            tokio::try_join!(drive::drive(target, pid, &load, &payload), drive::health(target, plan.bounds.time))?;
        busy.add(calls);
        health.add(checks);
    }

    let Beyond { times, deadline, rounds } = beyond;
    println!(
        "health, idle\n{idle}\nat capacity\n{capacity}\nat {times} times that, deadlines of {deadline:?}\n{busy}\nhealth meanwhile\n{health}"
    );
    let goodput = busy.ok_a_second() / capacity.ok_a_second();
    let goodput_of_cpu = busy.ok_a_cpu_second() / capacity.ok_a_cpu_second();
    let health_ratio = health.latency(0.99) / idle.latency(0.99);
    let admitted_ratio = busy.latency(0.99) / capacity.latency(0.99);
    println!("goodput {goodput:.3} of capacity, {goodput_of_cpu:.3} by the server's CPU");
    println!(
        "p99 of what is admitted {admitted_ratio:.1} times that at capacity; health p99 {health_ratio:.1} times idle"
    );
    let figures = json!({
        "text_bytes": payload.mean_bytes(),
        "times": times,
        "rounds": rounds,
        "goodput_of_capacity": goodput,
        "goodput_of_capacity_by_cpu": goodput_of_cpu,
        "admitted_p99_of_capacity": admitted_ratio,
        "health_p99_of_idle": health_ratio,
        "cores_used": { "capacity": capacity.cores(), "overload": busy.cores() },
        "refusal_cpu_microseconds": busy.refusal_cpu_microseconds(&capacity),
        "capacity": capacity.json(), "overload": busy.json(),
        "health_idle": idle.json(), "health_overload": health.json(),
    });
    Ok((figures, capacity.sound() && busy.sound()))
}

async fn footprint(server: &Server, in_flight: usize) -> Outcome {
    let mut starts = Vec::new();
    for _ in 0..5 {
        let started = Process::copydesk(&server.server, server.core).await?;
        starts.push(started.milliseconds_to_serving());
    }
    starts.sort_by(f64::total_cmp);
    let copydesk = Process::copydesk(&server.server, server.core).await?;
    let idle = copydesk.resident_megabytes()?;
    let payload = Payload::generated("en", 60_000, 20);
    let plan = Plan {
        method: Method::Analyze,
        pace: Pace::Closed { in_flight },
        connections: 4,
        bounds: Bounds { calls: 3_000, time: Duration::from_secs(30) },
        deadline: None,
    };
    let report = drive::drive(copydesk.address(), Some(copydesk.pid()), &plan, &payload).await?;
    let binary = std::fs::metadata(&server.server)?.len();
    let figures = json!({
        "binary_megabytes": megabytes(binary),
        "start_to_serving_milliseconds": starts[starts.len() / 2],
        "idle_megabytes": idle,
        "loaded_peak_megabytes": report.peak_megabytes(),
        "loaded_in_flight": in_flight,
        "loaded_text_bytes": payload.mean_bytes(),
    });
    println!("{report}\n{figures:#}");
    Ok((figures, report.sound()))
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl Texts {
    fn payload(&self) -> anyhow::Result<Payload> {
        if self.texts.is_empty() {
            Ok(Payload::generated(&self.language, self.bytes, self.variety))
        } else {
            Payload::read(&self.texts)
        }
    }
}
