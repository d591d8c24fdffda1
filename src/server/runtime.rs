//! The runtime that serves the network.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::probes::Probes;
use crate::service::workers::Workers;

/// tokio's runtime, which lets work gather while texts wait for `workers`.
///
/// It has as few `threads` as it can do with: with one a core, each on a full machine wakes the others up to share what it
/// has read, and 1,000 answers on two cores cost a seventh more CPU.
///
/// On a full machine each wake-up of a network thread takes a core from an analysis, and the two switches with all that they
/// push out of the caches cost more than reading a request. Nobody gains by it: what arrives would only wait for the
/// workers, or be refused. So while texts wait, a network thread that has nothing left to do pauses before it looks at
/// the network again, as network cards hold back their interrupts, and one wake-up serves all that has come and all that
/// is answered by then. The pause is at most half of the work that waits, so that no worker runs out of it, and ends
/// where one of the `probes` has something to say.
///
/// # Errors
/// If the operating system gives no thread.
pub fn build(threads: usize, workers: Workers, probes: Probes) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .worker_threads(threads)
        .event_interval(EVENT_INTERVAL)
        .on_thread_park(move || {
            let pressure = workers.pressure();
            let longest = if pressure.refusing { PAUSE_WHEN_REFUSING } else { PAUSE };
            let pause = longest.min(pressure.backlog / 2);
            if pause >= SHORTEST_PAUSE {
                probes.wait(pause);
            }
        })
        .build()
}

/// With 64 calls in flight on one core, 1,000 answers cost a sixth less CPU than without a pause; twice as long saves hardly more.
const PAUSE: Duration = Duration::from_micros(500);
/// While calls are refused there are more of them to gather: at twice the capacity, goodput is all of it with this pause and 0.87 without.
const PAUSE_WHEN_REFUSING: Duration = Duration::from_millis(2);
/// Less saves nothing: going to sleep and waking up takes a tenth of it.
const SHORTEST_PAUSE: Duration = Duration::from_micros(100);
/// Tasks between two looks at the network. tokio's own 61 would let it wait: an answer that comes in during a pause makes
/// the thread go on without a look.
const EVENT_INTERVAL: u32 = 4;
