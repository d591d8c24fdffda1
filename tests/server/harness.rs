//! A server of one's own on a free port, and clients that say exactly what a test wants on the wire.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use copydesk::config::Settings;
use copydesk::server::signal::Ending;
use copydesk::server::{Listeners, Probes, Services, metrics, serve};
use copydesk::service::proto::{AnalyzeRequest, Document};
use copydesk::service::workers::{Urgency, Workers};
use copydesk::service::{Engine, routes};
use h2::client::SendRequest;
use http::{HeaderMap, Request, Response};
use prost::Message;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

pub const ANALYZE: &str = "/copydesk.v1.AnalysisService/Analyze";
pub const INFO: &str = "/copydesk.v1.InfoService/GetInfo";
pub const HEALTH: &str = "/grpc.health.v1.Health/Check";
pub const PANIC: &str = "/copydesk.test.Probe/Panic";
pub const WAIT: &str = "/copydesk.test.Probe/Wait";

/// A running server; it ends with the test's runtime.
pub struct Server {
    pub address: SocketAddr,
    pub metrics: SocketAddr,
    pub health: SocketAddr,
    pub workers: Workers,
    /// Lets one call of [`WAIT`] answer.
    pub release: Arc<Notify>,
    stop: Option<oneshot::Sender<Ending>>,
    ended: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Server {
    /// A server with these flags on free ports, and a probe service beside the real ones.
    pub async fn start(flags: &[&str]) -> Self {
        let own = ["--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--health-listen=127.0.0.1:0"];
        let settings = Settings::from_arguments(&[&own[..], flags].concat()).unwrap();
        let listeners = Listeners::bind(&settings, Probes::new().unwrap()).await.unwrap();
        let address = listeners.grpc[0].local_addr().unwrap();
        let metrics = listeners.metrics.as_ref().unwrap().local_addr().unwrap();
        let health = listeners.health.as_ref().unwrap().local_addr().unwrap();
        metrics::install().unwrap();
        let workers = Workers::start(settings.worker_limits());
        let release = Arc::new(Notify::new());
        let engine = Engine { workers: workers.clone(), limits: settings.limits(), archive: None };
        let routes = routes(&engine).add_service(Probe { release: Arc::clone(&release) });
        let services = Services { routes, workers: workers.clone() };
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or(Ending::Now) };
        let ended = tokio::spawn(async move { serve(services, listeners, &settings, stopped).await });
        Self { address, metrics, health, workers, release, stop: Some(stop), ended: Some(ended) }
    }

    pub fn stop(&mut self, ending: Ending) {
        self.stop.take().unwrap().send(ending).unwrap();
    }

    pub async fn ended(&mut self) -> anyhow::Result<()> {
        self.ended.take().unwrap().await.unwrap()
    }

    pub async fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    pub async fn wire(&self) -> Wire {
        Wire::connect(self.address).await
    }

    /// The page of metrics. All servers of this process share one.
    pub async fn metrics_page(&self) -> String {
        get(self.metrics, "/metrics").await
    }

    /// Whether a new caller is served.
    pub async fn assert_serves(&self) {
        let answer = self.wire().await.call(INFO, &[], b"").await;
        assert_eq!(answer.code(), Code::Ok);
    }
}

/// Answers as no real service would: it panics, or waits for a release.
#[derive(Clone)]
struct Probe {
    release: Arc<Notify>,
}

impl NamedService for Probe {
    const NAME: &'static str = "copydesk.test.Probe";
}

impl tower::Service<Request<Body>> for Probe {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let release = Arc::clone(&self.release);
        Box::pin(async move {
            if request.uri().path() == PANIC {
                panic!("a panic that quotes Zaunkoenigmarker");
            }
            release.notified().await;
            Ok(Status::ok("").into_http())
        })
    }
}

/// An HTTP/2 client without gRPC's manners.
#[derive(Clone)]
pub struct Wire {
    send: SendRequest<Bytes>,
    pub closed: Arc<Notify>,
}

/// What came back for one call.
#[derive(Debug)]
pub struct Answer {
    pub http: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), &mut h2::client::Builder::new()).await
    }

    pub async fn over(stream: TcpStream, builder: &mut h2::client::Builder) -> Self {
        let (send, connection) = builder.handshake(stream).await.unwrap();
        let closed = Arc::new(Notify::new());
        let at_end = Arc::clone(&closed);
        tokio::spawn(async move {
            let _ = connection.await;
            at_end.notify_one();
        });
        Self { send, closed }
    }

    /// Begins a call without ending its request.
    pub async fn open(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
        let mut request = Request::post(format!("http://localhost{path}"));
        let kind = [("content-type", "application/grpc"), ("te", "trailers")];
        for &(name, value) in
            kind.iter().filter(|(name, _)| headers.iter().all(|(other, _)| other != name)).chain(headers)
        {
            request = request.header(name, value);
        }
        let mut send = self.send.clone().ready().await.unwrap();
        send.send_request(request.body(()).unwrap(), false).unwrap()
    }

    /// The connection, ready for one more call.
    pub async fn ready(&self) -> Result<SendRequest<Bytes>, h2::Error> {
        self.send.clone().ready().await
    }

    /// A whole call, where the connection may be at its end.
    pub async fn try_call(&self, path: &str) -> Result<Answer, h2::Error> {
        let mut send = self.send.clone().ready().await?;
        let request = Request::post(format!("http://localhost{path}")).header("content-type", "application/grpc");
        let (response, mut body) = send.send_request(request.body(()).unwrap(), false)?;
        body.send_data(framed(0, b"").into(), true)?;
        Answer::read(response).await
    }

    /// A whole call with one message.
    pub async fn call(&self, path: &str, headers: &[(&str, &str)], message: &[u8]) -> Answer {
        self.call_bytes(path, headers, framed(0, message)).await
    }

    /// A whole call with these bytes as its body.
    pub async fn call_bytes(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let (response, mut send) = self.open(path, headers).await;
        // The server may answer before it has read everything.
        let _ = send.send_data(body.into(), true);
        Answer::read(response).await.unwrap()
    }
}

impl Answer {
    pub async fn read(response: h2::client::ResponseFuture) -> Result<Self, h2::Error> {
        let (parts, mut stream) = response.await?.into_parts();
        let mut body = Vec::new();
        while let Some(data) = stream.data().await {
            let data = data?;
            stream.flow_control().release_capacity(data.len())?;
            body.extend_from_slice(&data);
        }
        let trailers = stream.trailers().await?.unwrap_or_default();
        Ok(Self { http: parts.status.as_u16(), headers: parts.headers, body, trailers })
    }

    pub fn status(&self) -> Status {
        Status::from_header_map(&self.trailers)
            .or_else(|| Status::from_header_map(&self.headers))
            .unwrap_or_else(|| panic!("no gRPC status in {self:?}"))
    }

    pub fn code(&self) -> Code {
        self.status().code()
    }
}

/// A message with its prefix.
pub fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag], &length[..], message].concat()
}

/// A request to analyse this text.
pub fn analyze(text: &str) -> Vec<u8> {
    let document = Some(Document { text: text.to_owned(), ..Document::default() });
    AnalyzeRequest { document, ..AnalyzeRequest::default() }.encode_to_vec()
}

/// Prose of at least so many bytes.
pub fn prose(bytes: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        text +=
            &format!("The council of ward {number} voted on Tuesday to repair bridge number {} at last. ", number * 7);
    }
    text
}

/// The body of a plain HTTP/1.1 answer.
pub async fn get(address: SocketAddr, path: &str) -> String {
    let answer =
        http1(address, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"), b"").await;
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// All that comes back over HTTP/1.1 until the server closes.
pub async fn http1(address: SocketAddr, head: &str, body: &[u8]) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The value of a metric's series, 0 while there is none.
pub fn value(page: &str, series: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

/// Keeps every thread of the pool busy until the sender goes.
pub async fn occupy(workers: &Workers) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = Arc::new(std::sync::Mutex::new(held));
    for _ in 0..workers.limits().threads {
        let (workers, held) = (workers.clone(), Arc::clone(&held));
        let (began, running) = oneshot::channel();
        tokio::spawn(async move {
            let job = move |_: &_| {
                began.send(()).unwrap();
                let _ = held.lock().unwrap().recv();
            };
            workers.run(1, None, Urgency::Single, job).await
        });
        running.await.unwrap();
    }
    release
}

/// Polls until the condition holds.
pub async fn until<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    while !condition().await {
        tokio::task::yield_now().await;
    }
}
