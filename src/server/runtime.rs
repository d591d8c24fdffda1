//! The runtime that serves the network.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::probes::Probes;
use crate::service::workers::{Pressure, Workers};

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
            // To ask for them before each turn of a connection is a system call, and without refusals the turns are few.
            probes.put_first(pressure.refusing);
            if let Some(pause) = pause(pressure) {
                probes.wait(pause);
            }
        })
        .build()
}

/// How long to pause, if at all.
fn pause(pressure: Pressure) -> Option<Duration> {
    let longest = match pressure {
        Pressure { refusing: true, .. } => PAUSE_WHEN_REFUSING,
        Pressure { urgent: true, .. } => PAUSE,
        _ => PAUSE_OF_BULK,
    };
    let pause = longest.min(pressure.backlog / 2);
    (pause >= SHORTEST_PAUSE).then_some(pause)
}

/// With 64 calls in flight on one core, 1,000 answers cost a sixth less CPU than without a pause; twice as long saves
/// hardly more.
const PAUSE: Duration = Duration::from_micros(500);
/// Where all texts come by streams and batches, whose senders want many and not one at once: each costs a twentieth less
/// CPU.
const PAUSE_OF_BULK: Duration = Duration::from_millis(1);
/// While calls are refused there are more of them to gather: at twice the capacity, goodput is 0.96 of it, and 0.79 with
/// a pause of 0.5 ms.
const PAUSE_WHEN_REFUSING: Duration = Duration::from_millis(4);
/// Less saves nothing: going to sleep and waking up takes a tenth of it.
const SHORTEST_PAUSE: Duration = Duration::from_micros(100);
/// Tasks between two looks at the network. tokio's own 61 would let it wait: an answer that comes in during a pause makes
/// the thread go on without a look.
const EVENT_INTERVAL: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(1);
    const CALLS: Pressure = Pressure { backlog: LONG, urgent: true, refusing: false };

    #[test]
    fn streams_are_looked_at_less_often_than_calls_and_callers_to_be_refused_least() {
        assert_eq!(pause(CALLS), Some(PAUSE));
        assert_eq!(pause(Pressure { urgent: false, ..CALLS }), Some(PAUSE_OF_BULK));
        assert_eq!(pause(Pressure { refusing: true, ..CALLS }), Some(PAUSE_WHEN_REFUSING));
        assert!(PAUSE < PAUSE_OF_BULK && PAUSE_OF_BULK < PAUSE_WHEN_REFUSING);
    }

    #[test]
    fn no_worker_runs_out_of_work_meanwhile() {
        for pressure in [CALLS, Pressure { urgent: false, ..CALLS }, Pressure { refusing: true, ..CALLS }] {
            assert_eq!(pause(Pressure { backlog: SHORTEST_PAUSE * 2, ..pressure }), Some(SHORTEST_PAUSE));
            assert_eq!(pause(Pressure { backlog: SHORTEST_PAUSE, ..pressure }), None);
            assert_eq!(pause(Pressure { backlog: Duration::ZERO, ..pressure }), None);
        }
    }
}
