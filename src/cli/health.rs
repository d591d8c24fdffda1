//! `copydesk health`: whether a server serves, as an exit status.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::Args;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use super::connection::{self, ConnectionArguments};

/// Asks a server for its health; exit status 0 when it is SERVING, else 1.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 SERVING; 1 anything else, an unreachable server included; 2 a mistake in the arguments."
)]
pub struct HealthArguments {
    /// The server, as http://HOST:PORT or https://HOST:PORT
    ///
    /// By default the server that this machine's or container's own settings tell of: COPYDESK_HEALTH_LISTEN, else
    /// COPYDESK_LISTEN, else http://127.0.0.1:50051.
    #[arg(long, value_name = "URL", env = "COPYDESK_ENDPOINT")]
    endpoint: Option<String>,
    /// Ask for one service, such as copydesk.v1.SummaryService, rather than for the whole server
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    service: String,
    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = seconds)]
    timeout: f64,
    #[command(flatten)]
    connection: ConnectionArguments,
    /// The server's own setting.
    #[arg(long, env = "COPYDESK_HEALTH_LISTEN", hide = true)]
    health_listen: Option<String>,
    /// The server's own setting.
    #[arg(long, env = "COPYDESK_LISTEN", hide = true)]
    listen: Option<String>,
}

/// Prints one line; the exit status tells the rest.
pub async fn health(arguments: HealthArguments) -> anyhow::Result<ExitCode> {
    let endpoint = arguments.endpoint();
    let timeout = Duration::from_secs_f64(arguments.timeout);
    let answer = tokio::time::timeout(timeout, check(&endpoint, &arguments, timeout)).await;
    let answer = answer.unwrap_or_else(|_| Err(anyhow!("{endpoint}: no answer within {} s", arguments.timeout)));
    match answer {
        Ok(ServingStatus::Serving) => {
            anstream::println!("{endpoint}: SERVING");
            Ok(ExitCode::SUCCESS)
        }
        Ok(status) => {
            anstream::println!("{endpoint}: {}", status.as_str_name());
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            anstream::println!("{error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn check(endpoint: &str, arguments: &HealthArguments, timeout: Duration) -> anyhow::Result<ServingStatus> {
    let connection = connection::connect(endpoint, &arguments.connection, timeout).await?;
    let mut request = tonic::Request::new(HealthCheckRequest { service: arguments.service.clone() });
    request.set_timeout(timeout);
    match HealthClient::new(connection).check(request).await {
        Ok(response) => Ok(response.into_inner().status()),
        Err(status) if status.code() == tonic::Code::NotFound => bail!("{endpoint}: no service {}", arguments.service),
        Err(status) => bail!("{endpoint}: {}: {}", status.code(), status.message()),
    }
}

impl HealthArguments {
    fn endpoint(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| {
            let listens = [&self.health_listen, &self.listen];
            // The first of several addresses will do; "off" is none.
            let address = listens.into_iter().flatten().find_map(|list| list.split(',').next()?.trim().parse().ok());
            format!(
                "http://{}",
                address.map_or_else(|| "127.0.0.1:50051".to_owned(), |address| reach(address).to_string())
            )
        })
    }
}

/// How to reach, from here, a server that listens there.
fn reach(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// A time to wait, in seconds.
pub fn seconds(value: &str) -> Result<f64, String> {
    match value.trim_end_matches('s').parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("must be a number of seconds, over 0 and at most 86400".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(endpoint: Option<&str>, health_listen: Option<&str>, listen: Option<&str>, expected: &str) {
        #[derive(clap::Parser)]
        struct Program {
            #[command(flatten)]
            arguments: HealthArguments,
        }
        let mut arguments = <Program as clap::Parser>::parse_from(["health"]).arguments;
        arguments.endpoint = endpoint.map(str::to_owned);
        arguments.health_listen = health_listen.map(str::to_owned);
        arguments.listen = listen.map(str::to_owned);
        assert_eq!(arguments.endpoint(), expected);
    }

    #[test]
    fn default_is_where_the_server_listens_by_default() {
        check(None, None, None, "http://127.0.0.1:50051");
    }

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        check(None, None, Some("0.0.0.0:8080"), "http://127.0.0.1:8080");
        check(None, None, Some("[::]:8080,10.0.0.1:9"), "http://[::1]:8080");
    }

    #[test]
    fn the_port_for_probes_comes_first() {
        check(None, Some("127.0.0.1:7"), Some("0.0.0.0:8080"), "http://127.0.0.1:7");
        check(None, Some("off"), Some("0.0.0.0:8080"), "http://127.0.0.1:8080");
    }

    #[test]
    fn an_endpoint_that_is_named_is_taken() {
        check(Some("https://desk.example.org"), Some("127.0.0.1:7"), None, "https://desk.example.org");
    }
}
