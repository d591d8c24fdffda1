//! The two signals that end the process.

use tokio::signal::unix::{SignalKind, signal};

/// How a server that is told to end goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Health says NOT_SERVING for a while first, so that balancers notice; then it drains.
    AfterNotice,
    /// It drains at once.
    Now,
}

/// Waits for SIGTERM or SIGINT.
///
/// SIGTERM comes from an orchestrator, which needs time to take the replica out of its balancers. SIGINT comes from a
/// person at a terminal, who does not.
///
/// # Errors
/// If the process may not handle signals.
pub async fn ending() -> std::io::Result<Ending> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok(Ending::AfterNotice),
        _ = interrupt.recv() => Ok(Ending::Now),
    }
}
