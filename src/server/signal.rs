//! The two signals that end the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// How a server that is told to end goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Health says NOT_SERVING for a while first, so that balancers notice; then it drains.
    AfterNotice,
    /// It drains at once.
    Now,
}

/// The signals, caught from now on.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches SIGTERM and SIGINT; to be called before the server listens, so that none ends the process at once.
    ///
    /// # Errors
    /// If the process may not handle signals.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    ///
    /// SIGTERM comes from an orchestrator, which needs time to take the replica out of its balancers. SIGINT comes from
    /// a person at a terminal, who does not.
    pub async fn ending(mut self) -> Ending {
        tokio::select! {
            _ = self.terminate.recv() => Ending::AfterNotice,
            _ = self.interrupt.recv() => Ending::Now,
        }
    }
}
