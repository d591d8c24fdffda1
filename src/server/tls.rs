//! TLS 1.2 and 1.3 by rustls, from files that may be replaced while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use arc_swap::ArcSwap;
use ring::digest::{SHA256, digest};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::SecuritySettings;

/// The server's side of TLS.
#[derive(Debug)]
pub struct Tls {
    sources: Sources,
    config: ArcSwap<ServerConfig>,
}

/// Where it comes from.
#[derive(Debug)]
struct Sources {
    certificates: PathBuf,
    key: PathBuf,
    client_authorities: Option<PathBuf>,
    protocols: Vec<Vec<u8>>,
}

impl Tls {
    /// TLS as the settings ask for it, if they do; with HTTP/1.1 beside HTTP/2 for gRPC-Web.
    ///
    /// # Errors
    /// If a file cannot be read or used.
    pub fn load(settings: &SecuritySettings, grpc_web: bool) -> anyhow::Result<Option<Self>> {
        let (Some(certificates), Some(key)) = (&settings.tls_cert, &settings.tls_key) else { return Ok(None) };
        let mut protocols = vec![b"h2".to_vec()];
        if grpc_web {
            protocols.push(b"http/1.1".to_vec());
        }
        let sources = Sources {
            certificates: certificates.clone(),
            key: key.clone(),
            client_authorities: settings.tls_client_ca.clone(),
            protocols,
        };
        let config = ArcSwap::from_pointee(sources.read()?);
        Ok(Some(Self { sources, config }))
    }

    /// Reads the files again; connections that stand are not touched.
    ///
    /// # Errors
    /// If a file cannot be read or used; then what was in force stays.
    pub fn reload(&self) -> anyhow::Result<()> {
        self.config.store(Arc::new(self.sources.read()?));
        Ok(())
    }

    /// The files that the settings name for it.
    pub fn files(settings: &SecuritySettings) -> Vec<PathBuf> {
        let SecuritySettings { tls_cert, tls_key, tls_client_ca, .. } = settings;
        [tls_cert, tls_key, tls_client_ca].into_iter().flatten().cloned().collect()
    }

    /// The handshake, with what is in force now.
    ///
    /// # Errors
    /// If the client speaks no TLS, too old a one, or shows no certificate where one is wanted.
    pub async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.config.load_full()).accept(stream).await
    }
}

/// The SHA-256 of the certificate that the client has shown.
pub fn client_certificate(stream: &TlsStream<TcpStream>) -> Option<[u8; 32]> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    digest(&SHA256, certificate).as_ref().try_into().ok()
}

impl Sources {
    fn read(&self) -> anyhow::Result<ServerConfig> {
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .context("cannot set up TLS 1.2 and 1.3")?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(file)? {
                    roots.add(certificate).with_context(|| format!("in {}", file.display()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .with_context(|| format!("in {}", file.display()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| format!("cannot read a private key from {}", self.key.display()))?;
        let mut config = builder
            .with_single_cert(certificates(&self.certificates)?, key)
            .with_context(|| format!("cannot use {} with {}", self.certificates.display(), self.key.display()))?;
        config.alpn_protocols.clone_from(&self.protocols);
        Ok(config)
    }
}

fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.with_context(|| format!("cannot read certificates from {}", file.display()))?;
    anyhow::ensure!(!all.is_empty(), "no certificate in {}", file.display());
    Ok(all)
}
