//! A connection to a running server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::{Interceptor, interceptor::InterceptedService};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

/// Whom to trust, and who asks.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection to a server")]
pub struct ConnectionArguments {
    /// Certificate authorities of an https endpoint, PEM [default: $SSL_CERT_FILE, or the system's]
    #[arg(long, env = "SSL_CERT_FILE", value_name = "FILE", hide_env = true)]
    tls_ca: Option<PathBuf>,
    /// Certificate chain of this client, PEM, for a server that asks for one
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of this client, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// File that holds the bearer token to call with [default: none; $COPYDESK_TOKEN holds a token itself]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The bearer token itself, from the environment alone: a flag would show in the list of processes.
    #[arg(long, env = "COPYDESK_TOKEN", hide = true, hide_env_values = true)]
    token: Option<String>,
}

/// A channel that sends the token along.
pub type Connection = InterceptedService<Channel, Bearer>;

/// Adds the token to each call.
#[derive(Debug, Clone)]
pub struct Bearer(Option<AsciiMetadataValue>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

/// Connects to `url`, `http://HOST:PORT` or `https://HOST:PORT`, within `timeout`.
pub async fn connect(url: &str, arguments: &ConnectionArguments, timeout: Duration) -> anyhow::Result<Connection> {
    let bearer = Bearer(arguments.bearer()?);
    // A host and port alone is plain enough.
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let endpoint = Endpoint::from_shared(url.clone()).ok().filter(|endpoint| endpoint.uri().authority().is_some());
    let endpoint = endpoint.ok_or_else(|| anyhow!("{url}: not a URL such as http://127.0.0.1:50051"))?;
    let endpoint = match endpoint.uri().scheme_str() {
        Some("http") => endpoint,
        Some("https") => endpoint.tls_config(arguments.tls()?).map_err(|error| anyhow!("{url}: {}", cause(&error)))?,
        _ => bail!("{url}: must be http:// or https://"),
    };
    let channel = endpoint
        .connect_timeout(timeout)
        .http2_keep_alive_interval(Duration::from_secs(60))
        .tcp_nodelay(true)
        .connect()
        .await
        .map_err(|error| anyhow!("cannot reach {url}: {}", cause(&error)))?;
    Ok(InterceptedService::new(channel, bearer))
}

impl ConnectionArguments {
    fn tls(&self) -> anyhow::Result<ClientTlsConfig> {
        let authorities = self
            .tls_ca
            .clone()
            .or_else(system_authorities)
            .context("found no certificate authorities of this system: name a file of them with --tls-ca")?;
        let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(&authorities)?));
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        Ok(tls)
    }

    fn bearer(&self) -> anyhow::Result<Option<AsciiMetadataValue>> {
        let token = match &self.token_file {
            Some(file) => String::from_utf8(read(file)?).ok(),
            None => self.token.clone(),
        };
        let Some(token) = token.as_deref().map(str::trim).filter(|token| !token.is_empty()) else {
            return match &self.token_file {
                Some(file) => Err(anyhow!("{}: holds no token", file.display())),
                None => Ok(None),
            };
        };
        let mut value: AsciiMetadataValue =
            format!("Bearer {token}").parse().map_err(|_| anyhow!("the token holds characters that no header may"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// Where the systems that we know of keep them: Debian and Alpine, Fedora, SUSE, macOS and the BSDs.
fn system_authorities() -> Option<PathBuf> {
    const PLACES: [&str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];
    PLACES.iter().map(PathBuf::from).find(|place| place.is_file())
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| file.display().to_string())
}

/// The innermost cause: what tonic says itself is "transport error".
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
