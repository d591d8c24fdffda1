//! Server processes of our own: started on a free port, read from /proc, ended with their handle.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

/// A server process; ends with this.
#[derive(Debug)]
pub struct Process {
    child: Child,
    address: SocketAddr,
    to_serving: Duration,
}

/// CPU time of a process, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cpu {
    /// In the program.
    pub user: f64,
    /// In the kernel on its behalf.
    pub system: f64,
}

impl Process {
    /// Starts the copydesk server at `binary`, on one `core` where that is given, and waits until it is SERVING.
    pub async fn copydesk(binary: &Path, core: Option<u32>) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut arguments = vec!["serve".to_owned(), format!("--listen={address}"), "--metrics-listen=off".to_owned()];
        arguments.extend(core.map(|_| "--threads=1".to_owned()));
        Self::start(binary, &arguments, address, core, Readiness::Health).await
    }

    /// Starts the echo of this program.
    pub async fn echo(core: Option<u32>) -> anyhow::Result<Self> {
        let address = free_address()?;
        let arguments = ["echo".to_owned(), format!("--listen={address}")];
        Self::start(&std::env::current_exe()?, &arguments, address, core, Readiness::Connection).await
    }

    async fn start(
        binary: &Path,
        arguments: &[String],
        address: SocketAddr,
        core: Option<u32>,
        readiness: Readiness,
    ) -> anyhow::Result<Self> {
        let mut command = match core {
            None => Command::new(binary),
            Some(core) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["--cpu-list", &core.to_string()]).arg(binary);
                pinned
            }
        };
        let begun = Instant::now();
        let child = command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut process = Self { child, address, to_serving: Duration::ZERO };
        while !readiness.reached(address).await {
            if let Some(status) = process.child.try_wait()? {
                bail!("{} ended at once: {status}", binary.display());
            }
            if begun.elapsed() > Duration::from_secs(20) {
                bail!("{} is not ready after 20 seconds", binary.display());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.to_serving = begun.elapsed();
        Ok(process)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From its start until it was SERVING.
    pub fn milliseconds_to_serving(&self) -> f64 {
        self.to_serving.as_secs_f64() * 1e3
    }

    /// Memory resident now.
    pub fn resident_megabytes(&self) -> anyhow::Result<f64> {
        resident_megabytes(self.pid())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server has to answer before it counts as started.
#[derive(Debug, Clone, Copy)]
enum Readiness {
    Connection,
    Health,
}

impl Readiness {
    async fn reached(self, address: SocketAddr) -> bool {
        match self {
            Self::Connection => tokio::net::TcpStream::connect(address).await.is_ok(),
            Self::Health => {
                let Ok(endpoint) = Endpoint::from_shared(format!("http://{address}")) else { return false };
                let Ok(channel) = endpoint.connect().await else { return false };
                let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
                answer.is_ok_and(|answer| answer.get_ref().status() == ServingStatus::Serving)
            }
        }
    }
}

/// A port that was free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The CPU time that a process and its threads have used, from /proc/PID/stat.
pub fn cpu(pid: u32) -> anyhow::Result<Cpu> {
    /// Of /proc on Linux, whatever the kernel's own tick.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the server's /proc entry")?;
    // The name, in brackets, may hold spaces. After it come the state and then numbers; 14 and 15 of all are the times.
    let (_, after_name) = stat.rsplit_once(')').context("a name in /proc/PID/stat")?;
    let mut fields = after_name.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut next = || fields.next().context("a time in /proc/PID/stat")?.context("a number of ticks");
    Ok(Cpu { user: next()? / TICKS_A_SECOND, system: next()? / TICKS_A_SECOND })
}

/// Memory of a process that is resident now.
pub fn resident_megabytes(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the server's /proc entry")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS in /proc/PID/status")?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().context("a number of kB")?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// What the figures were measured on.
pub fn machine() -> Value {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|line| line.trim_start_matches([' ', '\t', ':']));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    json!({
        "cpu": model,
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get),
        "load_average": load.split_whitespace().next(),
    })
}
