//! Every setting of the program, once: its flag, its environment variable, its default and what it is for.
//!
//! Each flag `--some-name` is also the variable `COPYDESK_SOME_NAME`; the flag wins. A value that cannot be meant stops
//! the process before it binds anything, with a message that names the flag.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::cli::{AnalyzeArguments, FrequenciesArguments, HealthArguments};
use crate::service::Limits;
use crate::service::deadline::DeadlineLimits;
use crate::service::workers::WorkerLimits;

/// Text analysis for newsrooms over gRPC: language, sentences, keywords and summaries.
#[derive(Debug, Parser)]
#[command(name = "copydesk", version, args_conflicts_with_subcommands = true, max_term_width = 110)]
pub struct Program {
    /// What to do; without one, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings of the server, when no subcommand is named.
    #[command(flatten)]
    pub serve: Settings,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server (also what happens without a subcommand).
    Serve(Box<Settings>),
    /// Analyse texts: their language, sentences, keywords and summary. No server is needed, unless one is named.
    Analyze(Box<AnalyzeArguments>),
    /// Count in how many texts of an archive each word occurs, for `serve --document-frequencies`.
    Frequencies(FrequenciesArguments),
    /// Ask a server for its health; exit status 0 when it is SERVING, else 1.
    Health(Box<HealthArguments>),
}

/// The settings of the server.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Print the settings in force, as an environment file, and exit.
    #[arg(long)]
    pub print_config: bool,
    /// Where the server listens.
    #[command(flatten)]
    pub network: NetworkSettings,
    /// How much work it takes on.
    #[command(flatten)]
    pub work: WorkSettings,
    /// What a connection may ask for.
    #[command(flatten)]
    pub connections: ConnectionSettings,
    /// Who may call.
    #[command(flatten)]
    pub security: SecuritySettings,
    /// Calls from browsers.
    #[command(flatten)]
    pub web: WebSettings,
    /// How it ends.
    #[command(flatten)]
    pub drain: DrainSettings,
    /// What it tells of itself.
    #[command(flatten)]
    pub logging: LoggingSettings,
    /// What it tells of calls.
    #[command(flatten)]
    pub traces: TraceSettings,
}

/// Addresses.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkSettings {
    /// Addresses of the gRPC service, separated by commas.
    ///
    /// Loopback by default: open it to a network only with TLS and tokens, or behind something that has them.
    #[arg(
        long,
        env = "COPYDESK_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:50051",
        value_delimiter = ','
    )]
    pub listen: Vec<SocketAddr>,
    /// Address of Prometheus metrics over HTTP, at /metrics, or "off".
    #[arg(
        long,
        env = "COPYDESK_METRICS_LISTEN",
        value_name = "ADDRESS:PORT|off",
        default_value = "127.0.0.1:9464",
        value_parser = address_or_off
    )]
    pub metrics_listen: Switch<SocketAddr>,
    /// Address of a port without TLS and tokens that answers health checks and nothing else, for probes, or "off".
    #[arg(
        long,
        env = "COPYDESK_HEALTH_LISTEN",
        value_name = "ADDRESS:PORT|off",
        default_value = "off",
        value_parser = address_or_off
    )]
    pub health_listen: Switch<SocketAddr>,
    /// Threads that serve the network; 0 is one for every two of the analyses, which take three times as long.
    #[arg(long, env = "COPYDESK_NETWORK_THREADS", value_name = "COUNT", default_value_t = 0)]
    pub network_threads: usize,
    /// Whether to answer gRPC server reflection (v1 and v1alpha), which tells callers the API and no data.
    #[arg(long, env = "COPYDESK_REFLECTION", value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    pub reflection: bool,
}

/// Limits on texts, messages, time and the pool of workers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Work")]
pub struct WorkSettings {
    /// Longest text of a document, in bytes of UTF-8. A longer one is INVALID_ARGUMENT.
    #[arg(long, env = "COPYDESK_MAX_TEXT_BYTES", value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    pub max_text_bytes: usize,
    /// Longest title of a document, in bytes of UTF-8. A longer one is INVALID_ARGUMENT.
    #[arg(long, env = "COPYDESK_MAX_TITLE_BYTES", value_name = "BYTES", default_value = "16KiB", value_parser = bytes)]
    pub max_title_bytes: usize,
    /// Largest request message. A larger one is RESOURCE_EXHAUSTED.
    #[arg(long, env = "COPYDESK_MAX_MESSAGE_BYTES", value_name = "BYTES", default_value = "16MiB", value_parser = bytes)]
    pub max_message_bytes: usize,
    /// Threads for the analyses; 0 is one for each core that the process may use (cgroup limits included).
    #[arg(long, env = "COPYDESK_THREADS", value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Requests that may wait for a thread. One more is UNAVAILABLE, with the time after which to retry.
    #[arg(long, env = "COPYDESK_QUEUE_REQUESTS", value_name = "COUNT", default_value_t = 1024)]
    pub queue_requests: usize,
    /// Bytes of text that may wait for a thread.
    #[arg(long, env = "COPYDESK_QUEUE_BYTES", value_name = "BYTES", default_value = "64MiB", value_parser = bytes)]
    pub queue_bytes: usize,
    /// Bytes of unary requests that may be held at once, from the first byte received to the last byte answered.
    /// Beyond it, calls are UNAVAILABLE.
    #[arg(
        long,
        env = "COPYDESK_MAX_HELD_BYTES",
        value_name = "BYTES",
        default_value = "256MiB",
        value_parser = bytes
    )]
    pub max_held_bytes: usize,
    /// Items of one AnalyzeStream in work at once; beyond it the server stops reading from that stream.
    #[arg(long, env = "COPYDESK_STREAM_IN_FLIGHT", value_name = "COUNT", default_value = "16")]
    pub stream_in_flight: NonZeroUsize,
    /// Bytes of items that all streams together may hold before they are analysed; beyond it streams are not read on.
    #[arg(long, env = "COPYDESK_MAX_STREAM_BYTES", value_name = "BYTES", default_value = "64MiB", value_parser = bytes)]
    pub max_stream_bytes: usize,
    /// Document frequencies of the newsroom's own archive, as `copydesk frequencies` writes them: keywords then prefer
    /// what is rare in it. Read at the start.
    #[arg(long, env = "COPYDESK_DOCUMENT_FREQUENCIES", value_name = "FILE")]
    pub document_frequencies: Option<PathBuf>,
    /// Time for a unary call whose caller names no deadline, or "off".
    #[arg(
        long,
        env = "COPYDESK_DEFAULT_DEADLINE",
        value_name = "DURATION|off",
        default_value = "60s",
        value_parser = duration_or_off
    )]
    pub default_deadline: Switch<Duration>,
    /// Most time that a unary call gets, whatever its caller asks for, or "off".
    #[arg(
        long,
        env = "COPYDESK_MAX_DEADLINE",
        value_name = "DURATION|off",
        default_value = "5m",
        value_parser = duration_or_off
    )]
    pub max_deadline: Switch<Duration>,
}

/// Limits on connections and HTTP/2.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connections")]
pub struct ConnectionSettings {
    /// Connections at once, over all addresses. Further ones wait in the system's backlog.
    #[arg(long, env = "COPYDESK_MAX_CONNECTIONS", value_name = "COUNT", default_value = "4096")]
    pub max_connections: NonZeroUsize,
    /// Time for a connection's TLS handshake.
    #[arg(long, env = "COPYDESK_HANDSHAKE_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub handshake_timeout: Duration,
    /// Calls at once on one connection.
    #[arg(long, env = "COPYDESK_MAX_CONCURRENT_STREAMS", value_name = "COUNT", default_value = "100")]
    pub max_concurrent_streams: NonZeroU32,
    /// Flow-control window of one call, in bytes.
    #[arg(long, env = "COPYDESK_STREAM_WINDOW_BYTES", value_name = "BYTES", default_value = "64KiB", value_parser = bytes)]
    pub stream_window_bytes: usize,
    /// Flow-control window of one connection, in bytes.
    #[arg(long, env = "COPYDESK_CONNECTION_WINDOW_BYTES", value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    pub connection_window_bytes: usize,
    /// Largest list of request headers, in bytes.
    #[arg(long, env = "COPYDESK_MAX_HEADER_BYTES", value_name = "BYTES", default_value = "16KiB", value_parser = bytes)]
    pub max_header_bytes: usize,
    /// Calls that a client may open and reset before they are looked at; one more closes its connection.
    ///
    /// Above --max-concurrent-streams, so that a client whose calls all time out at once is not taken for an attack.
    #[arg(long, env = "COPYDESK_MAX_PENDING_RESETS", value_name = "COUNT", default_value_t = 200)]
    pub max_pending_resets: usize,
    /// How often to ping a client that says nothing, or "off".
    #[arg(
        long,
        env = "COPYDESK_KEEPALIVE_INTERVAL",
        value_name = "DURATION|off",
        default_value = "60s",
        value_parser = duration_or_off
    )]
    pub keepalive_interval: Switch<Duration>,
    /// How long to wait for the answer to a ping before the connection is closed.
    #[arg(long, env = "COPYDESK_KEEPALIVE_TIMEOUT", value_name = "DURATION", default_value = "20s", value_parser = duration)]
    pub keepalive_timeout: Duration,
    /// Age at which a connection is asked to end, a tenth more or less, so that clients spread over new replicas; or
    /// "off".
    #[arg(
        long,
        env = "COPYDESK_MAX_CONNECTION_AGE",
        value_name = "DURATION|off",
        default_value = "1h",
        value_parser = duration_or_off
    )]
    pub max_connection_age: Switch<Duration>,
    /// How long calls may go on after that, before the connection is cut.
    #[arg(
        long,
        env = "COPYDESK_MAX_CONNECTION_AGE_GRACE",
        value_name = "DURATION",
        default_value = "5m",
        value_parser = duration
    )]
    pub max_connection_age_grace: Duration,
}

/// TLS, tokens and rates.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Security")]
pub struct SecuritySettings {
    /// Certificate chain of the server, PEM. With --tls-key, the service speaks TLS (1.2 and later) only.
    #[arg(long, env = "COPYDESK_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the server, PEM.
    #[arg(long, env = "COPYDESK_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Certificate authorities of the clients, PEM. With it, a client without a certificate of theirs is turned away.
    #[arg(long, env = "COPYDESK_TLS_CLIENT_CA", value_name = "FILE", requires = "tls_cert")]
    pub tls_client_ca: Option<PathBuf>,
    /// File of the callers' bearer tokens: one line each, a name and the SHA-256 of the token in hex.
    ///
    /// With it, a call without `authorization: Bearer TOKEN` is UNAUTHENTICATED.
    #[arg(long, env = "COPYDESK_TOKENS_FILE", value_name = "FILE")]
    pub tokens_file: Option<PathBuf>,
    /// Whether health checks need no token.
    #[arg(long, env = "COPYDESK_HEALTH_OPEN", value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    pub health_open: bool,
    /// How often to look whether the files of certificates and tokens have changed.
    #[arg(long, env = "COPYDESK_RELOAD_INTERVAL", value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub reload_interval: Duration,
    /// Calls a second that one caller may make; 0 is no limit. A caller is a token, else a client certificate, else an
    /// address. Beyond it, calls are RESOURCE_EXHAUSTED.
    #[arg(long, env = "COPYDESK_RATE_LIMIT", value_name = "CALLS", default_value_t = 0)]
    pub rate_limit: u32,
    /// Calls that a caller may make at once after a pause; 0 is as many as in one second.
    #[arg(long, env = "COPYDESK_RATE_BURST", value_name = "CALLS", default_value_t = 0)]
    pub rate_burst: u32,
}

/// gRPC-Web.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Browsers")]
pub struct WebSettings {
    /// Whether to answer gRPC-Web too (HTTP/1.1 and HTTP/2), for dashboards in browsers.
    #[arg(long, env = "COPYDESK_GRPC_WEB", value_name = "BOOL", action = ArgAction::Set, default_value_t = false)]
    pub grpc_web: bool,
    /// Origins whose pages may call, separated by commas, such as `https://desk.example.org`; "*" is any.
    #[arg(long, env = "COPYDESK_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
}

/// The end of the process.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Drain")]
pub struct DrainSettings {
    /// After SIGTERM, how long to go on as NOT_SERVING before new work is refused, so that balancers notice.
    /// (SIGINT skips this: it comes from a person.)
    #[arg(long, env = "COPYDESK_DRAIN_DELAY", value_name = "DURATION", default_value = "2s", value_parser = duration)]
    pub drain_delay: Duration,
    /// How long running calls may take to finish after that. Then the process ends all the same.
    #[arg(long, env = "COPYDESK_DRAIN_GRACE", value_name = "DURATION", default_value = "25s", value_parser = duration)]
    pub drain_grace: Duration,
}

/// Logs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub struct LoggingSettings {
    /// What to log: a level (error, warn, info, debug) or a filter such as "info,copydesk=debug".
    ///
    /// No level logs a document's text.
    #[arg(long, env = "COPYDESK_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// Form of the log.
    #[arg(long, env = "COPYDESK_LOG_FORMAT", value_name = "FORMAT", default_value = "auto")]
    pub log_format: LogFormat,
}

/// Spans of calls.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Traces")]
pub struct TraceSettings {
    /// Collector of OpenTelemetry traces that a span of each sampled call is sent to over OTLP/gRPC, such as
    /// `http://127.0.0.1:4317`. Without it, none is.
    #[arg(long, env = "COPYDESK_OTLP_ENDPOINT", value_name = "URL", value_parser = collector)]
    pub otlp_endpoint: Option<http::Uri>,
    /// Certificate authorities of an https collector, PEM.
    #[arg(long, env = "COPYDESK_OTLP_CA", value_name = "FILE", requires = "otlp_endpoint")]
    pub otlp_ca: Option<PathBuf>,
    /// Share of calls without a `traceparent` header that are sampled, from 0 to 1. With one, its sampled flag decides.
    #[arg(long, env = "COPYDESK_OTLP_SAMPLE_RATIO", value_name = "RATIO", default_value = "1", value_parser = ratio)]
    pub otlp_sample_ratio: f64,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people on a terminal, JSON otherwise.
    Auto,
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// A value, or "off".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch<T> {
    /// In force with this value.
    On(T),
    /// Not in force.
    Off,
}

impl<T> Switch<T> {
    /// The value, if it is on.
    pub fn on(self) -> Option<T> {
        match self {
            Self::On(value) => Some(value),
            Self::Off => None,
        }
    }
}

impl Program {
    /// Reads the command line and the environment; on a wrong setting or `--help` it ends the process with a message.
    #[must_use]
    pub fn from_process() -> Self {
        let matches = Self::command().get_matches();
        let program = match Self::from_arg_matches(&matches) {
            Ok(program) => program,
            Err(error) => error.exit(),
        };
        if let Some((settings, matches)) = program.served(&matches) {
            if let Err(message) = settings.check() {
                Self::command().error(clap::error::ErrorKind::ValueValidation, message).exit();
            }
            if settings.print_config {
                anstream::print!("{}", in_force(matches));
                std::process::exit(0);
            }
        }
        program
    }

    fn served<'a>(&'a self, matches: &'a ArgMatches) -> Option<(&'a Settings, &'a ArgMatches)> {
        match &self.command {
            None => Some((&self.serve, matches)),
            Some(Command::Serve(settings)) => Some((settings, matches.subcommand()?.1)),
            Some(Command::Analyze(_) | Command::Frequencies(_) | Command::Health(_)) => None,
        }
    }
}

impl Settings {
    /// The settings of a server that is started with these arguments (without the program's name).
    ///
    /// # Errors
    /// The message for the operator, which names the flag.
    pub fn from_arguments(arguments: &[&str]) -> Result<Self, String> {
        let command = Settings::augment_args(clap::Command::new("copydesk").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        let settings = Settings::from_arg_matches(&matches).map_err(|error| error.to_string())?;
        settings.check()?;
        Ok(settings)
    }

    /// The limits of the pool of workers, with the count of threads worked out.
    #[must_use]
    pub fn worker_limits(&self) -> WorkerLimits {
        let threads = match self.work.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        };
        WorkerLimits { threads, queue_requests: self.work.queue_requests, queue_bytes: self.work.queue_bytes }
    }

    /// How many threads serve the network.
    #[must_use]
    pub fn network_threads(&self) -> usize {
        match self.network.network_threads {
            0 => self.worker_limits().threads.div_ceil(2),
            threads => threads,
        }
    }

    /// What a request may ask.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            text_bytes: self.work.max_text_bytes,
            title_bytes: self.work.max_title_bytes,
            message_bytes: self.work.max_message_bytes,
            stream_in_flight: self.work.stream_in_flight.get(),
            stream_bytes: self.work.max_stream_bytes,
        }
    }

    /// The bounds on the time that a unary call may take.
    #[must_use]
    pub fn deadline_limits(&self) -> DeadlineLimits {
        DeadlineLimits { default: self.work.default_deadline.on(), maximum: self.work.max_deadline.on() }
    }

    /// What clap cannot check: one value against its range in bytes, or against another.
    fn check(&self) -> Result<(), String> {
        const MEBIBYTE: usize = 1 << 20;
        let (work, connections) = (&self.work, &self.connections);
        in_range("--max-text-bytes", work.max_text_bytes, 1024, 64 * MEBIBYTE)?;
        in_range("--max-title-bytes", work.max_title_bytes, 256, MEBIBYTE)?;
        in_range("--max-message-bytes", work.max_message_bytes, work.max_text_bytes + 65_536, 256 * MEBIBYTE)?;
        in_range("--queue-bytes", work.queue_bytes, work.max_message_bytes, usize::MAX)?;
        in_range("--max-held-bytes", work.max_held_bytes, work.max_message_bytes, usize::MAX)?;
        in_range("--max-stream-bytes", work.max_stream_bytes, work.max_message_bytes, 0xffff_ffff)?;
        in_range("--threads", work.threads, 0, 1024)?;
        in_range("--network-threads", self.network.network_threads, 0, 1024)?;
        in_range("--stream-in-flight", work.stream_in_flight.get(), 1, 1024)?;
        // RFC 9113, section 6.5.2: windows end at 2^31 - 1.
        in_range("--stream-window-bytes", connections.stream_window_bytes, 1024, 0x7fff_ffff)?;
        in_range("--connection-window-bytes", connections.connection_window_bytes, 65_535, 0x7fff_ffff)?;
        in_range("--max-header-bytes", connections.max_header_bytes, 1024, MEBIBYTE)?;
        for (flag, value) in [
            ("--reload-interval", self.security.reload_interval),
            ("--handshake-timeout", connections.handshake_timeout),
            ("--keepalive-timeout", connections.keepalive_timeout),
        ] {
            positive(flag, value)?;
        }
        for (flag, value) in [
            ("--default-deadline", work.default_deadline),
            ("--max-deadline", work.max_deadline),
            ("--keepalive-interval", connections.keepalive_interval),
            ("--max-connection-age", connections.max_connection_age),
        ] {
            value.on().map_or(Ok(()), |value| positive(flag, value))?;
        }
        if !self.web.cors_origins.is_empty() && !self.web.grpc_web {
            return Err("--cors-origins has no effect without --grpc-web true".into());
        }
        if self.security.rate_burst > 0 && self.security.rate_limit == 0 {
            return Err("--rate-burst has no effect without --rate-limit".into());
        }
        Ok(())
    }
}

fn in_range(flag: &str, value: usize, least: usize, most: usize) -> Result<(), String> {
    if value < least {
        return Err(format!("invalid value {value} for {flag}: at least {least}"));
    }
    if value > most {
        return Err(format!("invalid value {value} for {flag}: at most {most}"));
    }
    Ok(())
}

fn positive(flag: &str, value: Duration) -> Result<(), String> {
    if value.is_zero() { Err(format!("invalid value 0 for {flag}: more than 0")) } else { Ok(()) }
}

/// The settings of these matches as the lines of an environment file, each with where its value comes from.
fn in_force(matches: &ArgMatches) -> String {
    let mut lines = String::new();
    for argument in Settings::augment_args(clap::Command::new("copydesk")).get_arguments() {
        let Some(variable) = argument.get_env() else { continue };
        let id = argument.get_id().as_str();
        let values: Vec<_> = matches.get_raw(id).into_iter().flatten().map(std::ffi::OsStr::to_string_lossy).collect();
        let (source, mark) = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => ("command line", ""),
            Some(ValueSource::EnvVariable) => ("environment", ""),
            Some(_) => ("default", ""),
            None => ("not set", "# "),
        };
        let (variable, value) = (variable.to_string_lossy(), values.join(","));
        writeln!(lines, "# {source}\n{mark}{variable}={value}").expect("writing to a string succeeds");
    }
    lines
}

fn address_or_off(value: &str) -> Result<Switch<SocketAddr>, String> {
    match value {
        "off" => Ok(Switch::Off),
        value => value.parse().map(Switch::On).map_err(|_| "an address and port such as 127.0.0.1:9464, or off".into()),
    }
}

fn collector(value: &str) -> Result<http::Uri, String> {
    let uri = value.parse::<http::Uri>().ok();
    let sound = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/";
    uri.filter(sound).ok_or_else(|| "http://HOST:PORT or https://HOST:PORT".into())
}

fn ratio(value: &str) -> Result<f64, String> {
    let ratio = value.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| "a number from 0 to 1".into())
}

fn duration_or_off(value: &str) -> Result<Switch<Duration>, String> {
    match value {
        "off" => Ok(Switch::Off),
        value => duration(value).map(Switch::On),
    }
}

/// A whole number with its unit: `500ms`, `30s`, `5m`, `1h`.
fn duration(value: &str) -> Result<Duration, String> {
    let (count, unit) = number_and_unit(value);
    let count: u64 = count.parse().map_err(|_| "a whole number with its unit, such as 500ms, 30s, 5m or 1h")?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a whole number with its unit, such as 500ms, 30s, 5m or 1h".into()),
    };
    let most = Duration::from_secs(366 * 24 * 3600);
    match count.checked_mul(milliseconds).map(Duration::from_millis) {
        Some(duration) if duration <= most => Ok(duration),
        _ => Err("at most a year".into()),
    }
}

/// A whole number of bytes, with or without a unit: `65536`, `64KiB`, `8MiB`, `1GiB`.
fn bytes(value: &str) -> Result<usize, String> {
    let (count, unit) = number_and_unit(value);
    let count: usize = count.parse().map_err(|_| "a whole number of bytes, such as 65536, 64KiB or 8MiB")?;
    let shift = match unit {
        "" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err("a whole number of bytes, such as 65536, 64KiB or 8MiB".into()),
    };
    count.checked_mul(1 << shift).ok_or_else(|| "fewer bytes than a machine has".into())
}

fn number_and_unit(value: &str) -> (&str, &str) {
    value.split_at(value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(arguments: &[&str], named: &str) {
        let message = Settings::from_arguments(arguments).expect_err("refused");
        assert!(message.contains(named), "{message:?} names {named}");
    }

    #[test]
    fn command_line_is_well_formed() {
        Program::command().debug_assert();
    }

    #[test]
    fn defaults_bind_loopback_only() {
        let settings = Settings::from_arguments(&[]).unwrap();
        assert!(settings.network.listen.iter().all(|address| address.ip().is_loopback()));
        assert!(settings.network.metrics_listen.on().unwrap().ip().is_loopback());
        assert_eq!(settings.network.health_listen, Switch::Off);
    }

    #[test]
    fn every_flag_but_print_config_has_its_variable() {
        for argument in Settings::augment_args(clap::Command::new("copydesk")).get_arguments() {
            let flag = argument.get_long().unwrap();
            let variable = format!("COPYDESK_{}", flag.replace('-', "_").to_uppercase());
            match argument.get_env() {
                Some(name) => assert_eq!(name.to_string_lossy(), variable),
                None => assert_eq!(flag, "print-config"),
            }
        }
    }

    #[test]
    fn every_flag_is_explained() {
        for argument in Settings::augment_args(clap::Command::new("copydesk")).get_arguments() {
            assert!(argument.get_help().is_some(), "{argument}");
        }
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        check_refused(&["--listen", "nowhere"], "--listen");
        check_refused(&["--metrics-listen", "9464"], "--metrics-listen");
        check_refused(&["--max-text-bytes", "1MB"], "--max-text-bytes");
        check_refused(&["--max-text-bytes", "17MiB"], "--max-message-bytes");
        check_refused(&["--queue-bytes", "1MiB"], "--queue-bytes");
        check_refused(&["--max-held-bytes", "1MiB"], "--max-held-bytes");
        check_refused(&["--max-stream-bytes", "1MiB"], "--max-stream-bytes");
        check_refused(&["--threads=-1"], "--threads");
        check_refused(&["--threads", "99999"], "--threads");
        check_refused(&["--stream-in-flight", "0"], "--stream-in-flight");
        check_refused(&["--network-threads", "1025"], "--network-threads");
        check_refused(&["--max-concurrent-streams", "0"], "--max-concurrent-streams");
        check_refused(&["--connection-window-bytes", "3GiB"], "--connection-window-bytes");
        check_refused(&["--default-deadline", "60"], "--default-deadline");
        check_refused(&["--default-deadline", "0s"], "--default-deadline");
        check_refused(&["--max-deadline", "99999999999999999h"], "--max-deadline");
        check_refused(&["--tls-cert", "cert.pem"], "--tls-key");
        check_refused(&["--tls-client-ca", "ca.pem"], "--tls-cert");
        check_refused(&["--cors-origins", "https://a.example"], "--cors-origins");
        check_refused(&["--rate-burst", "5"], "--rate-burst");
        check_refused(&["--log-format", "xml"], "--log-format");
        check_refused(&["--otlp-endpoint", "collector:4317"], "--otlp-endpoint");
        check_refused(&["--otlp-endpoint", "http://collector:4318/v1/traces"], "--otlp-endpoint");
        check_refused(&["--otlp-ca", "ca.pem"], "--otlp-endpoint");
        check_refused(&["--otlp-sample-ratio", "1.5"], "--otlp-sample-ratio");
        check_refused(&["--otlp-sample-ratio", "NaN"], "--otlp-sample-ratio");
    }

    #[test]
    fn off_is_a_value() {
        let settings = Settings::from_arguments(&["--metrics-listen", "off", "--default-deadline", "off"]).unwrap();
        assert_eq!(settings.network.metrics_listen, Switch::Off);
        assert_eq!(settings.deadline_limits().default, None);
    }

    #[test]
    fn units_are_read() {
        assert_eq!(bytes("8MiB"), Ok(8 << 20));
        assert_eq!(bytes("17"), Ok(17));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
    }

    #[test]
    fn threads_default_to_the_cores() {
        assert!(Settings::from_arguments(&[]).unwrap().worker_limits().threads >= 1);
        assert_eq!(Settings::from_arguments(&["--threads", "3"]).unwrap().worker_limits().threads, 3);
    }

    #[test]
    fn the_network_gets_a_thread_for_every_two_of_the_analyses() {
        for (arguments, threads) in [
            (["--threads=1", "--network-threads=0"], 1),
            (["--threads=2", "--network-threads=0"], 1),
            (["--threads=5", "--network-threads=0"], 3),
            (["--threads=1", "--network-threads=4"], 4),
        ] {
            assert_eq!(Settings::from_arguments(&arguments).unwrap().network_threads(), threads, "{arguments:?}");
        }
    }

    #[test]
    fn settings_in_force_name_their_source() {
        let command = Settings::augment_args(clap::Command::new("copydesk").no_binary_name(true));
        let matches = command.try_get_matches_from(["--threads", "3"]).unwrap();
        let lines = in_force(&matches);
        assert!(lines.contains("# command line\nCOPYDESK_THREADS=3\n"), "{lines}");
        assert!(lines.contains("# default\nCOPYDESK_MAX_TEXT_BYTES=1MiB\n"), "{lines}");
        assert!(lines.contains("# not set\n# COPYDESK_TLS_CERT=\n"), "{lines}");
    }
}
