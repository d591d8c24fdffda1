//! The program `copydesk`: settings, logging, the subcommand, the exit code. Only order here.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use copydesk::cli;
use copydesk::config::{Command, Program, Settings};
use copydesk::server::signal::Signals;
use copydesk::server::{Listeners, Probes, Services, check, heap, logging, metrics, runtime, serve};
use copydesk::service::workers::Workers;
use copydesk::service::{Engine, routes};

fn main() -> ExitCode {
    let program = Program::from_process();
    match program.command {
        None => run_server(&program.serve),
        Some(Command::Serve(settings)) => run_server(&settings),
        Some(Command::Analyze(arguments)) => run(cli::analyze(*arguments)),
        Some(Command::Frequencies(arguments)) => run(async move { cli::frequencies(&arguments) }),
        Some(Command::Health(arguments)) => run(cli::health(*arguments)),
    }
}

/// Exit codes: 0 after an orderly end, 1 when the server cannot start, 2 (clap's) for a wrong setting.
fn run_server(settings: &Settings) -> ExitCode {
    if let Err(message) = logging::start(&settings.logging) {
        anstream::eprintln!("error: {message}");
        return ExitCode::from(2);
    }
    match start(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Exit codes: 1 when the work could not be done, else what it answers.
#[tokio::main]
async fn run(subcommand: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    std::panic::set_hook(Box::new(cli::tell_panic));
    subcommand.await.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn start(settings: &Settings) -> anyhow::Result<()> {
    // First of all, so that nothing is counted before there is somebody to count it.
    metrics::install()?;
    heap::keep_freed_memory();
    let workers = Workers::start(settings.worker_limits());
    let probes = Probes::new().context("cannot watch sockets")?;
    let runtime = runtime::build(settings.network_threads(), workers.clone(), probes.clone())
        .context("cannot start the network's threads")?;
    runtime.block_on(listen(settings, workers, probes))
}

async fn listen(settings: &Settings, workers: Workers, probes: Probes) -> anyhow::Result<()> {
    let signals = Signals::catch().context("cannot handle signals")?;
    check(settings)?;
    let archive = settings.work.document_frequencies.as_deref().map(cli::read_frequencies).transpose()?.map(Arc::new);
    let listeners = Listeners::bind(settings, probes).await?;
    let engine = Engine { workers, limits: settings.limits(), archive };
    let services = Services { routes: routes(&engine), workers: engine.workers };
    serve(services, listeners, settings, signals.ending()).await
}
