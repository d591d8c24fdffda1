//! What a run came to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tonic::Code;

use super::calls::Ended;
use super::process::Cpu;

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// How the calls ended, in words.
    outcomes: BTreeMap<String, u64>,
    ok: u64,
    faulty: u64,
    /// Calls that were due but not sent, since too many were open.
    unsent: u64,
    seconds: f64,
    /// Of right answers, in microseconds.
    latencies: Histogram<u64>,
    /// Of everything else.
    other_latencies: Histogram<u64>,
    cpu: Option<Cpu>,
    peak_megabytes: f64,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            outcomes: BTreeMap::new(),
            ok: 0,
            faulty: 0,
            unsent: 0,
            seconds: 0.0,
            latencies: histogram(),
            other_latencies: histogram(),
            cpu: None,
            peak_megabytes: 0.0,
        }
    }
}

impl Report {
    /// Notes one call.
    pub fn note(&mut self, ended: Ended, took: Duration) {
        let name = match ended {
            Ended::Ok => "OK".to_owned(),
            Ended::Wrong => "OK with a wrong answer".to_owned(),
            Ended::UnavailableWithoutRetryInfo => "Unavailable without RetryInfo".to_owned(),
            Ended::Status(code) => format!("{code:?}"),
        };
        *self.outcomes.entry(name).or_default() += 1;
        let latencies = match ended {
            Ended::Ok => {
                self.ok += 1;
                &mut self.latencies
            }
            // A busy server may say so, and a deadline may pass; nothing else may happen to a good request.
            Ended::Status(Code::Unavailable | Code::DeadlineExceeded) => &mut self.other_latencies,
            Ended::Status(_) | Ended::Wrong | Ended::UnavailableWithoutRetryInfo => {
                self.faulty += 1;
                &mut self.other_latencies
            }
        };
        latencies.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Notes a call that was due but not sent.
    pub fn note_unsent(&mut self) {
        self.unsent += 1;
    }

    /// Sets how long it took and what the server used meanwhile.
    pub fn finish(&mut self, took: Duration, cpu: Option<Cpu>, peak_megabytes: f64) {
        self.seconds = took.as_secs_f64();
        self.cpu = cpu;
        self.peak_megabytes = peak_megabytes;
    }

    /// Adds another part of the same run.
    pub fn add(&mut self, other: Self) {
        for (name, count) in other.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
        self.ok += other.ok;
        self.faulty += other.faulty;
        self.unsent += other.unsent;
        self.seconds += other.seconds;
        // Both have the same bounds.
        let _ = self.latencies.add(other.latencies);
        let _ = self.other_latencies.add(other.other_latencies);
        self.cpu = match (self.cpu, other.cpu) {
            (Some(a), Some(b)) => Some(Cpu { user: a.user + b.user, system: a.system + b.system }),
            (one, other) => one.or(other),
        };
        self.peak_megabytes = self.peak_megabytes.max(other.peak_megabytes);
    }

    /// Whether every call was answered rightly or refused properly.
    pub fn sound(&self) -> bool {
        self.faulty == 0 && self.ok > 0
    }

    /// Right answers a second.
    pub fn ok_a_second(&self) -> f64 {
        count(self.ok) / self.seconds
    }

    /// CPU of the server for each call.
    pub fn cpu_microseconds_a_call(&self) -> f64 {
        let calls = self.latencies.len() + self.other_latencies.len();
        self.cpu_seconds() * 1e6 / count(calls)
    }

    /// Right answers for each second of the server's CPU: what others take from it counts on neither side.
    pub fn ok_a_cpu_second(&self) -> f64 {
        count(self.ok) / self.cpu_seconds()
    }

    /// Cores that the server has had, on average.
    pub fn cores(&self) -> f64 {
        self.cpu_seconds() / self.seconds
    }

    /// What is left for each refusal of the server's CPU, where a right answer costs as much as at `capacity`.
    pub fn refusal_cpu_microseconds(&self, capacity: &Self) -> f64 {
        let answers = count(self.ok) / capacity.ok_a_cpu_second();
        (self.cpu_seconds() - answers) * 1e6 / count(self.other_latencies.len())
    }

    fn cpu_seconds(&self) -> f64 {
        self.cpu.map_or(f64::NAN, |cpu| cpu.user + cpu.system)
    }

    /// The most memory that the server was seen to hold, in megabytes.
    pub fn peak_megabytes(&self) -> f64 {
        self.peak_megabytes
    }

    /// Latency of right answers at a quantile, in milliseconds.
    pub fn latency(&self, quantile: f64) -> f64 {
        count(self.latencies.value_at_quantile(quantile)) / 1e3
    }

    /// All of it.
    pub fn json(&self) -> Value {
        let quantiles = |latencies: &Histogram<u64>| {
            let at = |quantile| count(latencies.value_at_quantile(quantile)) / 1e3;
            json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": count(latencies.max()) / 1e3 })
        };
        json!({
            "seconds": self.seconds,
            "outcomes": self.outcomes,
            "faulty": self.faulty,
            "due_but_not_sent": self.unsent,
            "ok_a_second": self.ok_a_second(),
            "milliseconds": quantiles(&self.latencies),
            "milliseconds_of_refusals": quantiles(&self.other_latencies),
            "server_cpu_microseconds_a_call": self.cpu.map(|_| self.cpu_microseconds_a_call()),
            "server_cpu_seconds": self.cpu.map(|cpu| json!({ "user": cpu.user, "system": cpu.system })),
            "server_peak_megabytes": self.peak_megabytes,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcomes: Vec<String> = self.outcomes.iter().map(|(name, count)| format!("{count} {name}")).collect();
        writeln!(f, "  {:.1} s, {:.0} answers a second: {}", self.seconds, self.ok_a_second(), outcomes.join(", "))?;
        if self.unsent > 0 {
            writeln!(f, "  {} calls were due but not sent: too many were open", self.unsent)?;
        }
        let [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(|quantile| self.latency(quantile));
        writeln!(f, "  ms: p50 {p50:.2}, p90 {p90:.2}, p99 {p99:.2}, p99.9 {p999:.2}")?;
        if let Some(cpu) = self.cpu {
            let a_call = self.cpu_microseconds_a_call();
            let Cpu { user, system } = cpu;
            writeln!(
                f,
                "  server: {:.4} s of CPU a thousand calls ({user:.2} s user, {system:.2} s system), {:.1} MB at most",
                a_call / 1e3,
                self.peak_megabytes
            )?;
        }
        Ok(())
    }
}

/// From 1 us to 10 minutes, to three digits.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 600_000_000, 3).expect("these bounds are in order")
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls and microseconds are far below 2^52")]
fn count(value: u64) -> f64 {
    value as f64
}
