//! Connections: accepted within limits, spoken to over HTTP/2, ended in order.

use std::cell::Cell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tonic_health::pb::health_server::SERVICE_NAME as HEALTH;

use super::gate::{Answer, Peer};
use super::probes::{Probe, Probes};
use super::tls::{Tls, client_certificate};
use super::trace;
use super::wire::{Meter, Wire};
use crate::config::ConnectionSettings;

/// What answers the calls of a connection's peer.
pub type Answering = Arc<dyn Fn(Request<Incoming>, &Peer) -> Answer + Send + Sync>;

/// How far the server's end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It serves.
    Serving,
    /// It takes no new calls and finishes those that run.
    Draining,
    /// It cuts what is left.
    Cut,
}

/// What connections are held to.
#[derive(Debug)]
pub struct Conversation {
    builder: Builder<Eager>,
    tls: Option<Arc<Tls>>,
    room: Room,
    handshake: Duration,
    max_age: Option<Duration>,
    max_age_grace: Duration,
}

/// What connections share.
#[derive(Debug, Clone)]
pub struct Room {
    /// A permit for each connection that may still be opened.
    pub left: Arc<Semaphore>,
    /// The sockets that the threads do not pause for.
    pub probes: Probes,
}

/// The versions of HTTP that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    /// HTTP/2 alone: gRPC.
    Two,
    /// HTTP/1.1 too: gRPC-Web.
    OneAndTwo,
}

impl Conversation {
    /// Connections with these limits; all that share `room` count together.
    pub fn new(settings: &ConnectionSettings, http: Http, tls: Option<Arc<Tls>>, room: Room) -> Self {
        let in_u32 = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let mut builder = Builder::new(Eager);
        builder
            .http2()
            .timer(TokioTimer::new())
            // gRPC has no use for it.
            .auto_date_header(false)
            .max_concurrent_streams(settings.max_concurrent_streams.get())
            .initial_stream_window_size(in_u32(settings.stream_window_bytes))
            .initial_connection_window_size(in_u32(settings.connection_window_bytes))
            .max_header_list_size(in_u32(settings.max_header_bytes))
            .max_pending_accept_reset_streams(settings.max_pending_resets)
            .max_local_error_reset_streams(LOCAL_ERRORS)
            .max_send_buf_size(SEND_BUFFER)
            .keep_alive_interval(settings.keepalive_interval.on())
            .keep_alive_timeout(settings.keepalive_timeout);
        builder.http1().timer(TokioTimer::new()).header_read_timeout(settings.handshake_timeout);
        Self {
            builder: if http == Http::Two { builder.http2_only() } else { builder },
            tls,
            room,
            handshake: settings.handshake_timeout,
            max_age: settings.max_connection_age.on(),
            max_age_grace: settings.max_connection_age_grace,
        }
    }
}

/// Accepts connections and answers their calls by `service`, until the server drains.
pub async fn listen(
    listener: TcpListener,
    conversation: Arc<Conversation>,
    service: Answering,
    mut phase: watch::Receiver<Phase>,
) {
    let mut draining = phase.clone();
    let _probe = conversation.room.probes.watch(&listener);
    let accept_all = async {
        loop {
            // Without room for one more connection, the system's backlog holds callers back.
            let Ok(room) = Arc::clone(&conversation.room.left).acquire_owned().await else { return };
            let (stream, address) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, say: trying again at once would only burn the CPU.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (conversation, service, phase) = (Arc::clone(&conversation), service.clone(), phase.clone());
            tokio::spawn(async move {
                let open = metrics::gauge!("copydesk_connections");
                open.increment(1.0);
                conversation.hold(stream, address, service, phase).await;
                open.decrement(1.0);
                drop(room);
            });
        }
    };
    tokio::select! {
        () = accept_all => {}
        _ = draining.wait_for(|phase| *phase != Phase::Serving) => {}
    }
    phase.mark_unchanged();
}

impl Conversation {
    async fn hold(&self, stream: TcpStream, address: SocketAddr, service: Answering, phase: watch::Receiver<Phase>) {
        // Answers are written whole: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let probe = self.room.probes.watch(&stream);
        let Some(tls) = &self.tls else {
            let peer = Peer { address: address.ip(), certificate: None };
            return self.speak(Box::new(stream), Caller { peer, probe }, service, phase).await;
        };
        match tokio::time::timeout(self.handshake, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let peer = Peer { address: address.ip(), certificate: client_certificate(&stream) };
                self.speak(Box::new(stream), Caller { peer, probe }, service, phase).await;
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS handshake");
                refused("tls");
            }
            Err(_) => refused("handshake_timeout"),
        }
    }

    async fn speak(
        &self,
        stream: Box<dyn Socket>,
        caller: Caller,
        service: Answering,
        mut phase: watch::Receiver<Phase>,
    ) {
        let meter = Arc::new(Meter::default());
        let (probe, calls) = (Cell::new(caller.probe), Arc::clone(&meter));
        let answer = service_fn(move |request: Request<Incoming>| {
            if !is_health_check(request.uri().path()) {
                probe.take();
                calls.gathers.store(true, Ordering::Relaxed);
            }
            service(request, &caller.peer)
        });
        let stream = TokioIo::new(Wire::new(stream, Arc::clone(&meter)));
        let mut connection = std::pin::pin!(self.builder.serve_connection(stream, answer));

        let mut greeting = std::pin::pin!(tokio::time::sleep(self.handshake));
        let mut age = std::pin::pin!(sleep_or_never(self.max_age.map(jittered)));
        let mut grace = std::pin::pin!(sleep_or_never(None));
        let (mut greeted, mut ending) = (false, false);
        let mut courtesy = Courtesy::default();
        loop {
            tokio::select! {
                // How a connection ends is its client's affair, and an error may quote what it sent.
                _ = poll_fn(|context| {
                    // Other connections have their turns meanwhile, and among them those that a health check has come on.
                    if courtesy.gives_way(meter.gathers.load(Ordering::Relaxed) && self.room.probes.go_first()) {
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    meter.turns.fetch_add(1, Ordering::Relaxed);
                    connection.as_mut().poll(context)
                }) => return,
                () = &mut greeting, if !greeted => {
                    greeted = true;
                    if meter.read.load(Ordering::Relaxed) < GREETING {
                        return refused("silent");
                    }
                }
                () = &mut age, if !ending => {
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                    grace.set(sleep_or_never(Some(self.max_age_grace)));
                }
                () = &mut grace => return,
                changed = phase.changed() => match *phase.borrow_and_update() {
                    Phase::Serving if changed.is_ok() => {}
                    Phase::Draining if changed.is_ok() => {
                        ending = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    _ => return,
                }
            }
        }
    }
}

/// Goes on with a call at once, within its connection's task, and gives it a task of its own only where it has to wait:
/// a refusal never has.
#[derive(Debug, Clone, Copy)]
struct Eager;

impl<F: Future<Output = ()> + Unpin + Send + 'static> Executor<F> for Eager {
    fn execute(&self, mut call: F) {
        // Nobody is to be woken: the new task begins by asking again.
        let mut context = Context::from_waker(Waker::noop());
        // A panic ends the call and not its connection, as it would in a task of its own.
        if let Ok(Poll::Pending) = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut call).poll(&mut context))) {
            tokio::spawn(call);
        }
    }
}

/// TCP, with TLS or without: one type, so that HTTP is compiled once.
trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// Who is at the other end, and what keeps the threads from pausing while it only asks for the server's health.
struct Caller {
    peer: Peer,
    probe: Option<Probe>,
}

fn is_health_check(path: &str) -> bool {
    path.strip_prefix('/').and_then(|path| path.strip_prefix(HEALTH)).is_some_and(|method| method.starts_with('/'))
}

/// RFC 9113, section 3.4: the client's preface and its first frame's header. Who has not sent so much is no client.
const GREETING: usize = 24 + 9;
/// Streams that a client may make the server reset by its own errors; one more closes the connection.
const LOCAL_ERRORS: usize = 256;
/// What the server buffers of a call's answer before the client takes it.
const SEND_BUFFER: usize = 128 << 10;

/// How often in a row a connection gave way.
#[derive(Debug, Default)]
struct Courtesy(u32);

impl Courtesy {
    /// By then, whatever the order of the tasks, the thread has looked at the network and done what came from it.
    const MOST: u32 = 3;

    /// Whether a connection that is `asked` to gives up its turn, which it does only so often.
    fn gives_way(&mut self, asked: bool) -> bool {
        let gives = asked && self.0 < Self::MOST;
        self.0 = if gives { self.0 + 1 } else { 0 };
        gives
    }
}

fn refused(reason: &'static str) {
    metrics::counter!("copydesk_connections_refused_total", "reason" => reason).increment(1);
}

async fn sleep_or_never(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// A tenth more or less, so that connections that began together do not end together.
fn jittered(age: Duration) -> Duration {
    let per_mille = u32::try_from(900 + trace::random() % 201).unwrap_or(1000);
    age.saturating_mul(per_mille) / 1000
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn health_checks_are_known_by_their_path() {
        assert!(is_health_check("/grpc.health.v1.Health/Check"));
        assert!(!is_health_check("/grpc.health.v1.Healthy/Check"));
        assert!(!is_health_check("/copydesk.v1.AnalysisService/Analyze"));
    }

    #[test]
    fn courtesy_has_an_end() {
        let mut courtesy = Courtesy::default();
        assert!(!courtesy.gives_way(false));
        assert_eq!(
            [true; 8].map(|asked| courtesy.gives_way(asked)),
            [true, true, true, false, true, true, true, false]
        );
        assert!(!courtesy.gives_way(false));
    }

    #[tokio::test]
    async fn a_call_goes_on_at_once_and_waits_in_a_task_of_its_own() {
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = tokio::sync::oneshot::channel();
        let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
        Eager.execute(Box::pin(async move {
            begin.send(()).unwrap();
            wait.await.unwrap();
            end.send(()).unwrap();
        }));
        assert_eq!(begun.now_or_never(), Some(Ok(())));
        go_on.send(()).unwrap();
        ended.await.unwrap();
    }

    #[tokio::test]
    async fn a_call_that_panics_ends_alone() {
        Eager.execute(Box::pin(async { panic!("a test's") }));
    }

    #[test]
    fn jitter_is_a_tenth_more_or_less() {
        for _ in 0..1000 {
            let age = jittered(Duration::from_secs(1000));
            assert!((900..=1100).contains(&age.as_secs()), "{age:?}");
        }
    }
}
