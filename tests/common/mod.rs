//! A server on a port of its own, for the tests that go through a real socket.
#![allow(dead_code, reason = "each test file uses its part")]

use copydesk::service::{
    Engine, Limits, routes,
    workers::{WorkerLimits, Workers},
};
use tokio::net::TcpListener;
use tonic::transport::{Channel, Endpoint, server::TcpIncoming};

/// An article of our own, with a headline, a question heading, quotes and figures.
pub const ARTICLE: &str = "Harbour bridge closes for two years\n\n\
The harbour bridge in Northwick will close to all traffic on Monday, the city council said on Thursday. \
Engineers found cracks in eleven of its forty steel girders during an inspection in March. \
\u{201C}We cannot wait for the first girder to fail,\u{201D} Mayor Alice Okafor told reporters. \
The repair will cost $48.5 million and is expected to take two years.\n\n\
Who pays for it?\n\n\
The council and the port authority will share the bill, said Dr. Henrik Lund, who leads the port authority. \
Ferries will carry cyclists and pedestrians across the harbour from 6 a.m. until midnight. \
Shop owners in Northwick fear that the closure of the harbour bridge will cost them customers.";

/// Room for most tests.
const ROOMY: WorkerLimits = WorkerLimits { threads: 2, queue_requests: 64, queue_bytes: 64 << 20 };

/// One worker and a queue that a busy stream overruns.
pub const TIGHT: WorkerLimits = WorkerLimits { threads: 1, queue_requests: 2, queue_bytes: 64 << 20 };

/// Starts the services with `limits` and connects to them.
pub async fn connect_with(limits: Limits) -> Channel {
    connect_to(limits, ROOMY).await
}

/// Starts the services with `limits` and such workers, and connects to them.
pub async fn connect_to(limits: Limits, workers: WorkerLimits) -> Channel {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let workers = Workers::start(workers);
    let server = tonic::transport::Server::builder()
        .add_routes(routes(&Engine { workers, limits, archive: None }))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(server);
    Endpoint::from_shared(format!("http://{address}"))
        .expect("an address is a URI")
        .connect()
        .await
        .expect("it listens")
}

/// Starts the services with the default limits and connects to them.
pub async fn connect() -> Channel {
    connect_with(Limits::default()).await
}
