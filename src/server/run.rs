//! Starts the server from its settings, and drains it at the end.

use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tonic::service::Routes;

use super::access::Access;
use super::connection::{Conversation, Http, Phase, Room, listen};
use super::descriptors::Methods;
use super::files::Watched;
use super::gate::{Gate, LastRefusal, Rules};
use super::health::{DESCRIPTOR_SETS, Health, add_reflection};
use super::observed::HeldBytes;
use super::probes::Probes;
use super::rates::Rates;
use super::signal::Ending;
use super::tls::Tls;
use super::{metrics, spans, web};
use crate::config::Settings;
use crate::service::workers::Workers;

/// The sockets of a server, bound by whoever starts it.
#[derive(Debug)]
pub struct Listeners {
    /// For gRPC.
    pub grpc: Vec<TcpListener>,
    /// For health checks without TLS and tokens.
    pub health: Option<TcpListener>,
    /// For Prometheus.
    pub metrics: Option<TcpListener>,
    /// Which of the sockets, and of their connections, the threads do not pause for.
    pub probes: Probes,
}

impl Listeners {
    /// Binds the addresses of the settings, for threads that watch `probes`.
    ///
    /// # Errors
    /// If one cannot be bound; the message names its flag.
    pub async fn bind(settings: &Settings, probes: Probes) -> anyhow::Result<Self> {
        let mut grpc = Vec::new();
        for &address in &settings.network.listen {
            let bound = TcpListener::bind(address).await;
            grpc.push(bound.with_context(|| format!("cannot listen on --listen {address}"))?);
        }
        let health = match settings.network.health_listen.on() {
            None => None,
            Some(address) => {
                let bound = TcpListener::bind(address).await;
                Some(bound.with_context(|| format!("cannot listen on --health-listen {address}"))?)
            }
        };
        let metrics = match settings.network.metrics_listen.on() {
            None => None,
            Some(address) => {
                let bound = TcpListener::bind(address).await;
                Some(bound.with_context(|| format!("cannot listen on --metrics-listen {address}"))?)
            }
        };
        Ok(Self { grpc, health, metrics, probes })
    }
}

/// Reads once what the settings name beyond themselves, so that what cannot be used stops the start before a socket is
/// bound.
///
/// # Errors
/// If the files of TLS or of tokens, an origin, or the collector's address cannot be used.
pub fn check(settings: &Settings) -> anyhow::Result<()> {
    Tls::load(&settings.security, settings.web.grpc_web)?;
    settings.security.tokens_file.as_deref().map(Access::load).transpose()?;
    spans::check(&settings.traces)?;
    web::origins(&settings.web.cors_origins).map(|_| ())
}

/// What is served.
#[derive(Debug)]
pub struct Services {
    /// The services.
    pub routes: Routes,
    /// The pool that does their work.
    pub workers: Workers,
}

/// Serves until `stop`, then drains: health says NOT_SERVING, new calls are refused, running ones finish.
///
/// # Errors
/// If the files of TLS or of tokens, an origin, or the collector's address cannot be used.
pub async fn serve(
    services: Services,
    listeners: Listeners,
    settings: &Settings,
    stop: impl Future<Output = Ending>,
) -> anyhow::Result<()> {
    let (phases, phase) = watch::channel(Phase::Serving);
    // Ends with this function: what runs for ever beside the calls.
    let mut background = JoinSet::new();
    let security = &settings.security;

    let watched = Watched::look(Tls::files(security));
    let tls = Tls::load(security, settings.web.grpc_web)?.map(Arc::new);
    if let Some(tls) = tls.clone() {
        background.spawn(watched.reload("tls", security.reload_interval, move || tls.reload()));
    }
    let watched = Watched::look(security.tokens_file.iter().cloned().collect());
    let access = security.tokens_file.as_deref().map(Access::load).transpose()?.map(Arc::new);
    if let Some(access) = access.clone() {
        background.spawn(watched.reload("tokens", security.reload_interval, move || access.reload()));
    }
    warn_if_open(&listeners, settings);

    let recorder = metrics::install()?;
    background.spawn(metrics::upkeep(recorder.clone()));
    if let Some(listener) = listeners.metrics {
        tracing::info!(address = %listener.local_addr()?, "metrics at /metrics");
        background.spawn(metrics::serve(listener, recorder));
    }

    let (spans, exporter) = spans::start(&settings.traces)?.unzip();
    let health = Health::default();
    let rules = |access, rates, workers, phase| -> anyhow::Result<Arc<Rules>> {
        Ok(Arc::new(Rules {
            methods: Methods::read(&DESCRIPTOR_SETS)?,
            access,
            health_open: security.health_open,
            rates,
            deadlines: settings.deadline_limits(),
            workers,
            last_refusal: LastRefusal::default(),
            held: Arc::new(HeldBytes::at_most(settings.work.max_held_bytes)),
            message_bytes: settings.work.max_message_bytes,
            spans: spans.clone(),
            phase,
        }))
    };
    let rates = (security.rate_limit > 0).then(|| Rates::new(security.rate_limit, security.rate_burst));
    let routes = health.add_to(services.routes);
    let routes = if settings.network.reflection { add_reflection(routes)? } else { routes };
    let gate = Gate::new(rules(access, rates, Some(services.workers), phase.clone())?, routes);

    let room = |connections| Room { left: Arc::new(Semaphore::new(connections)), probes: listeners.probes.clone() };
    let connections = settings.connections.max_connections.get();
    let http = if settings.web.grpc_web { Http::OneAndTwo } else { Http::Two };
    let conversation = Arc::new(Conversation::new(&settings.connections, http, tls, room(connections)));
    let mut accepting = JoinSet::new();
    for listener in listeners.grpc {
        tracing::info!(address = %listener.local_addr()?, tls = security.tls_cert.is_some(), "listening");
        let (conversation, phase) = (Arc::clone(&conversation), phase.clone());
        let gate = gate.clone();
        let answering = if settings.web.grpc_web { web::open(gate, &settings.web)? } else { gate.open() };
        accepting.spawn(listen(listener, conversation, answering, phase));
    }
    if let Some(listener) = listeners.health {
        tracing::info!(address = %listener.local_addr()?, "listening for health checks");
        let conversation = Arc::new(Conversation::new(&settings.connections, Http::Two, None, room(PROBES)));
        let gate = Gate::new(rules(None, None, None, phase.clone())?, health.add_to(Routes::default()));
        accepting.spawn(listen(listener, conversation, gate.open(), phase.clone()));
    }
    drop(phase);
    health.serving().await;

    let ending = stop.await;
    tracing::info!(?ending, "draining");
    health.not_serving().await;
    if ending == Ending::AfterNotice {
        tokio::time::sleep(settings.drain.drain_delay).await;
    }
    phases.send_replace(Phase::Draining);
    drop(gate);
    while accepting.join_next().await.is_some() {}
    // Every connection holds a receiver.
    match tokio::time::timeout(settings.drain.drain_grace, phases.closed()).await {
        Ok(()) => tracing::info!("all calls finished"),
        Err(_) => {
            tracing::warn!(connections = phases.receiver_count(), "the grace is over: cutting what is left");
            phases.send_replace(Phase::Cut);
        }
    }
    if let Some(exporter) = exporter {
        exporter.flush().await;
    }
    Ok(())
}

/// Connections for health checks alone.
const PROBES: usize = 64;

fn warn_if_open(listeners: &Listeners, settings: &Settings) {
    let reachable = |listener: &TcpListener| listener.local_addr().is_ok_and(|address| !address.ip().is_loopback());
    let guarded = settings.security.tokens_file.is_some() || settings.security.tls_client_ca.is_some();
    if listeners.grpc.iter().any(reachable) && !guarded {
        tracing::warn!("listening beyond this machine without --tokens-file or --tls-client-ca: anybody may call");
    }
    if listeners.grpc.iter().any(reachable) && settings.security.tls_cert.is_none() {
        tracing::warn!("listening beyond this machine without --tls-cert: texts cross the network in the clear");
    }
}
