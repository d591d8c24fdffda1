//! TLS, certificates of clients, tokens and rates.

use std::path::PathBuf;

use bytes::Bytes;
use copydesk::service::proto::GetInfoRequest;
use copydesk::service::proto::info_service_client::InfoServiceClient;
use h2::client::{Connection, SendRequest};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpStream;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::harness::{HEALTH, INFO, Server, Wire, until};

/// A folder of one's own that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("copydesk-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
pub struct Certified {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut parameters = CertificateParams::new(vec![]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its own certificate, as PEM.
    pub fn certificate(&self) -> String {
        self.0.pem()
    }

    pub fn certify(&self, name: &str) -> Certified {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        Certified { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn client(&self) -> ClientTlsConfig {
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(self.0.pem())).domain_name("localhost")
    }
}

async fn connect(server: &Server, tls: ClientTlsConfig) -> Result<Channel, tonic::transport::Error> {
    Endpoint::from_shared(format!("https://{}", server.address)).unwrap().tls_config(tls).unwrap().connect().await
}

async fn info(channel: &Channel) -> Result<(), Status> {
    InfoServiceClient::new(channel.clone()).get_info(GetInfoRequest {}).await.map(|_| ())
}

#[tokio::test]
async fn tls_is_spoken_and_nothing_else() {
    let folder = Folder::new("tls");
    let authority = Authority::new();
    let Certified { certificate, key } = authority.certify("localhost");
    let (certificate, key) = (folder.write("cert.pem", &certificate), folder.write("key.pem", &key));
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key, "--handshake-timeout=1s"]).await;
    info(&connect(&server, authority.client()).await.unwrap()).await.unwrap();
    // Another authority's client turns the server down, and a plain one gets no answer.
    assert!(connect(&server, Authority::new().client()).await.is_err());
    let plain = TcpStream::connect(server.address).await.unwrap();
    let (_send, connection): (SendRequest<Bytes>, Connection<TcpStream, Bytes>) =
        h2::client::handshake(plain).await.unwrap();
    assert!(connection.await.is_err());
    // Probes need no TLS on their own port, and get nothing else there.
    let probe = Wire::connect(server.health).await;
    assert_eq!(probe.call(HEALTH, &[], b"").await.code(), Code::Ok);
    assert_eq!(probe.call(INFO, &[], b"").await.code(), Code::Unimplemented);
}

#[tokio::test]
async fn tls_files_are_reloaded_without_dropping_a_connection() {
    let folder = Folder::new("reload");
    let (old, new) = (Authority::new(), Authority::new());
    let Certified { certificate, key } = old.certify("localhost");
    let (certificate, key) = (folder.write("cert.pem", &certificate), folder.write("key.pem", &key));
    let flags = ["--tls-cert", &certificate, "--tls-key", &key, "--reload-interval=10ms"];
    let server = Server::start(&flags).await;
    let before = connect(&server, old.client()).await.unwrap();
    info(&before).await.unwrap();

    // Half of a change is no change that can be used: the old files stay in force.
    let next = new.certify("localhost");
    folder.write("key.pem", &next.key);
    let failed = "copydesk_reloads_total{what=\"tls\",result=\"failed\"}";
    until(async || crate::harness::value(&server.metrics_page().await, failed) >= 1.0).await;
    info(&connect(&server, old.client()).await.unwrap()).await.unwrap();

    folder.write("cert.pem", &next.certificate);
    until(async || connect(&server, new.client()).await.is_ok()).await;
    info(&before).await.unwrap();
}

#[tokio::test]
async fn a_client_without_a_certificate_is_turned_away() {
    let folder = Folder::new("mtls");
    let (authority, clients) = (Authority::new(), Authority::new());
    let Certified { certificate, key } = authority.certify("localhost");
    let flags = [
        "--tls-cert",
        &folder.write("cert.pem", &certificate),
        "--tls-key",
        &folder.write("key.pem", &key),
        "--tls-client-ca",
        &folder.write("clients.pem", &clients.0.pem()),
    ];
    let server = Server::start(&flags).await;
    let identity = |authority: &Authority| {
        let Certified { certificate, key } = authority.certify("desk");
        Identity::from_pem(certificate, key)
    };
    let known = connect(&server, authority.client().identity(identity(&clients))).await.unwrap();
    info(&known).await.unwrap();
    // With TLS 1.3 the client's handshake is over before the server looks at its certificate.
    for stranger in [authority.client(), authority.client().identity(identity(&Authority::new()))] {
        let refused = match connect(&server, stranger).await {
            Ok(channel) => info(&channel).await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
}

/// SHA-256 of "abc", from FIPS 180-4's examples.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// SHA-256 of the message of 448 bits there.
const LONG: (&str, &str) = (
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
);

#[tokio::test]
async fn a_call_without_a_valid_token_is_unauthenticated() {
    let folder = Folder::new("tokens");
    let file = folder.write("tokens", &format!("desk {ABC}\n"));
    let server = Server::start(&["--tokens-file", &file]).await;
    let wire = server.wire().await;
    assert_eq!(wire.call(INFO, &[("authorization", "Bearer abc")], b"").await.code(), Code::Ok);
    assert_eq!(wire.call(INFO, &[("authorization", "Bearer abd")], b"").await.code(), Code::Unauthenticated);
    assert_eq!(wire.call(INFO, &[], b"").await.code(), Code::Unauthenticated);
    let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    assert_eq!(wire.call(reflection, &[], b"").await.code(), Code::Unauthenticated);
    assert_eq!(wire.call(HEALTH, &[], b"").await.code(), Code::Ok);
}

#[tokio::test]
async fn health_needs_a_token_where_the_operator_says_so() {
    let folder = Folder::new("health");
    let file = folder.write("tokens", &format!("desk {ABC}\n"));
    let server = Server::start(&["--tokens-file", &file, "--health-open=false"]).await;
    assert_eq!(server.wire().await.call(HEALTH, &[], b"").await.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn tokens_are_reloaded() {
    let folder = Folder::new("token-reload");
    let file = folder.write("tokens", &format!("desk {ABC}\n"));
    let server = Server::start(&["--tokens-file", &file, "--reload-interval=10ms"]).await;
    let wire = server.wire().await;
    let next = format!("Bearer {}", LONG.0);
    assert_eq!(wire.call(INFO, &[("authorization", &next)], b"").await.code(), Code::Unauthenticated);
    folder.write("tokens", &format!("wire {}\n", LONG.1));
    until(async || wire.call(INFO, &[("authorization", &next)], b"").await.code() == Code::Ok).await;
    assert_eq!(wire.call(INFO, &[("authorization", "Bearer abc")], b"").await.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_caller_over_its_rate_is_told_when_to_come_back() {
    let server = Server::start(&["--rate-limit=1", "--rate-burst=2"]).await;
    let mut client = InfoServiceClient::new(server.channel().await);
    for _ in 0..2 {
        client.get_info(Request::new(GetInfoRequest {})).await.unwrap();
    }
    let status = client.get_info(GetInfoRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.get_details_retry_info().unwrap().retry_delay.unwrap().as_millis() <= 1000);
    let quota = status.get_details_quota_failure().unwrap();
    assert_eq!(quota.violations[0].subject, "address");
    let wire = server.wire().await;
    for _ in 0..5 {
        assert_eq!(wire.call(HEALTH, &[], b"").await.code(), Code::Ok);
    }
}

#[tokio::test]
async fn rates_are_counted_by_token() {
    let folder = Folder::new("rates");
    let file = folder.write("tokens", &format!("desk {ABC}\nwire {}\n", LONG.1));
    let server = Server::start(&["--tokens-file", &file, "--rate-limit=1"]).await;
    let wire = server.wire().await;
    let other = format!("Bearer {}", LONG.0);
    assert_eq!(wire.call(INFO, &[("authorization", "Bearer abc")], b"").await.code(), Code::Ok);
    let over = wire.call(INFO, &[("authorization", "Bearer abc")], b"").await.status();
    assert_eq!(over.get_details_quota_failure().unwrap().violations[0].subject, "token:desk");
    assert_eq!(wire.call(INFO, &[("authorization", &other)], b"").await.code(), Code::Ok);
}
