//! CPU work on a fixed pool of threads, behind one bounded queue.
//!
//! The analyses are CPU-bound, so more of them at once than there are cores only makes each slower, and an unbounded
//! queue under overload answers everybody too late. Hence:
//!
//! - a fixed number of threads, apart from those that serve the network, so that health checks never wait for a text;
//! - a queue bounded by requests and by bytes, for the whole process;
//! - admission that knows the deadline: a call whose expected wait and work would outlast it is refused at once, while
//!   the caller can still ask another replica;
//! - an order that is fair between many small texts and few large ones: each job is held back by as much work as it
//!   asks for itself. A small text overtakes a large one, and a large one waits for no more than its own size in texts
//!   that came after it;
//! - cancellation: a job whose caller has gone leaves the queue, or sees [`Stop::requested`] if it runs already.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use metrics::{Counter, Gauge, Histogram};
use tokio::sync::oneshot;

/// How much work the pool takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Threads that run jobs, at least one.
    pub threads: usize,
    /// Jobs that may wait, beyond those that run.
    pub queue_requests: usize,
    /// Bytes of text that may wait, beyond those that run.
    pub queue_bytes: usize,
}

/// A handle to the pool; the threads end with its last clone.
#[derive(Debug, Clone)]
pub struct Workers {
    pool: Arc<Pool>,
}

/// How much more is asked of the pool than it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressure {
    /// How long the threads will be busy with the jobs that wait.
    pub backlog: Duration,
    /// Whether a job is wanted at once, among those that wait or run.
    pub urgent: bool,
    /// Whether jobs were refused just now.
    pub refusing: bool,
}

/// How soon the result of a job is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// At once: somebody waits for this one.
    Single,
    /// Soon: it is one of many, and what is wanted is all of them.
    Bulk,
}

/// Tells a job that nobody waits for its result any more.
#[derive(Debug, Clone)]
pub struct Stop {
    caller_gone: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

/// Why a job has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The queue is full, or the wait would outlast the deadline: another replica may take it, or this one later.
    Busy {
        /// When this process expects to have worked off what waits now.
        retry_after: Duration,
    },
    /// The deadline passed while the job waited or ran.
    DeadlineExceeded,
    /// The job panicked; the pool lives on.
    Panicked,
}

impl Workers {
    /// Starts the threads.
    ///
    /// # Panics
    /// If the operating system gives no thread, at the start of the process.
    #[must_use]
    pub fn start(limits: WorkerLimits) -> Self {
        let threads = limits.threads.max(1);
        let state = State::new(threads);
        let shared = Arc::new(Shared {
            limits: WorkerLimits { threads, ..limits },
            since: Instant::now(),
            refused: AtomicU64::new(0),
            backlog: Arc::clone(&state.backlog),
            urgent: AtomicUsize::new(0),
            wait_seconds: metrics::histogram!("copydesk_queue_wait_seconds"),
            work_seconds: metrics::histogram!("copydesk_work_seconds"),
            shed: REASONS.map(|reason| metrics::counter!("copydesk_shed_total", "reason" => reason)),
            state: Mutex::new(state),
            work_or_close: Condvar::new(),
        });
        for slot in 0..threads {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("analysis-{slot}"))
                .spawn(move || shared.work(slot))
                .expect("the system gives threads to a process that starts");
        }
        metrics::gauge!("copydesk_workers").set(to_f64(threads));
        shared.lock().report_depth();
        Self { pool: Arc::new(Pool { shared }) }
    }

    /// Runs a job over a text of so many bytes on the pool and waits for its result.
    ///
    /// Dropping the future takes the job out of the queue, or asks it to stop if it runs already.
    ///
    /// # Errors
    /// A [`Refusal`]: at once when the queue is full or the wait would outlast the deadline, later when the deadline
    /// passes or the job panics.
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        deadline: Option<Instant>,
        urgency: Urgency,
        job: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let stop = Stop { caller_gone: Arc::new(AtomicBool::new(false)), deadline };
        let (send, receive) = oneshot::channel();
        let body = body(job, stop.clone(), send);
        let task = Task { stop: stop.clone(), bytes, since: Instant::now(), body };
        let key = self.pool.shared.admit(task)?;
        let mut call = Call::new(&self.pool, key, urgency, stop);

        let answer = match deadline {
            None => receive.await,
            Some(deadline) => match tokio::time::timeout_at(deadline.into(), receive).await {
                Ok(answer) => answer,
                Err(_) => return Err(Refusal::DeadlineExceeded),
            },
        };
        call.answered = true;
        // A worker sends an answer for every task that it takes out of the queue, and only `call` drops one unanswered.
        answer.unwrap_or(Err(Refusal::Panicked))
    }

    /// Whether a job would be refused whatever it is: the queue is full, or the wait alone would outlast the deadline.
    ///
    /// A transport asks this before it reads a request, so that a refusal costs next to nothing.
    ///
    /// # Errors
    /// The [`Refusal`] that [`Self::run`] would answer with.
    pub fn would_refuse(&self, deadline: Option<Instant>) -> Result<(), Refusal> {
        let shared = &self.pool.shared;
        let admission = shared.lock().admission(0, deadline, shared.limits);
        admission.map_err(|refused| shared.shed(refused))
    }

    /// How much more is asked of the threads than they do, read without a lock.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        let shared = &self.pool.shared;
        let backlog = Duration::from_micros(shared.backlog.load(Ordering::Relaxed));
        let refused = Duration::from_micros(shared.refused.load(Ordering::Relaxed));
        let refusing = !refused.is_zero() && shared.since.elapsed() < refused + REFUSING;
        Pressure { backlog, urgent: shared.urgent.load(Ordering::Relaxed) > 0, refusing }
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> WorkerLimits {
        self.pool.shared.limits
    }
}

impl Stop {
    /// Whether the caller is gone or the deadline has passed. Jobs ask between steps, of which the longest on the longest text takes some tens of milliseconds.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.caller_gone.load(Ordering::Relaxed) || self.deadline_passed()
    }

    fn deadline_passed(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Closes the pool when the last handle goes.
#[derive(Debug)]
struct Pool {
    shared: Arc<Shared>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.work_or_close.notify_all();
    }
}

/// One call that waits; dropped unanswered, it takes its job along.
struct Call<'a> {
    pool: &'a Pool,
    key: Key,
    urgency: Urgency,
    stop: Stop,
    answered: bool,
}

impl<'a> Call<'a> {
    fn new(pool: &'a Pool, key: Key, urgency: Urgency, stop: Stop) -> Self {
        pool.shared.urgent.fetch_add(usize::from(urgency == Urgency::Single), Ordering::Relaxed);
        Self { pool, key, urgency, stop, answered: false }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let urgent = usize::from(self.urgency == Urgency::Single);
        self.pool.shared.urgent.fetch_sub(urgent, Ordering::Relaxed);
        if self.answered {
            return;
        }
        self.stop.caller_gone.store(true, Ordering::Relaxed);
        let reason = if self.stop.deadline_passed() { "deadline" } else { "caller_gone" };
        metrics::counter!("copydesk_cancelled_total", "reason" => reason).increment(1);
        let task = self.pool.shared.lock().take(self.key);
        // Outside the lock: this frees the text.
        drop(task);
    }
}

/// Place in the queue: the clock of work at which the job's turn comes, then the order of arrival.
type Key = (u64, u64);

/// Runs the job, or not, and sends its answer.
type Body = Box<dyn FnOnce(Turn) -> Outcome + Send>;

/// What a worker does with a task whose turn has come.
enum Turn {
    Run,
    TooLate,
}

/// How a task ended, for the pool's own books.
enum Outcome {
    Finished,
    Stopped,
    Panicked,
}

struct Task {
    stop: Stop,
    bytes: usize,
    since: Instant,
    body: Body,
}

#[derive(Debug)]
struct Shared {
    limits: WorkerLimits,
    state: Mutex<State>,
    work_or_close: Condvar,
    since: Instant,
    /// Microseconds from `since` to the last refusal; 0: none yet.
    refused: AtomicU64,
    backlog: Arc<AtomicU64>,
    /// How many jobs that wait or run are wanted at once.
    urgent: AtomicUsize,
    /// Looked up once: to find a metric by its name takes longer than to record it.
    wait_seconds: Histogram,
    work_seconds: Histogram,
    /// By [`Reason`].
    shed: [Counter; REASONS.len()],
}

/// Why a job is refused at once.
#[derive(Debug, Clone, Copy)]
enum Reason {
    DeadlinePassed,
    QueueRequests,
    QueueBytes,
    Deadline,
}

/// The reasons' names in the metrics.
const REASONS: [&str; 4] = ["deadline_passed", "queue_requests", "queue_bytes", "deadline"];

struct State {
    queue: BTreeMap<Key, Task>,
    queued_bytes: usize,
    queued_cost: u64,
    /// What each thread runs: since when, and the cost.
    running: Vec<Option<(Instant, u64)>>,
    /// Cost of all work ever taken up.
    clock: u64,
    arrivals: u64,
    speed: Speed,
    /// Microseconds of work that waits for each thread, for those who cannot wait for the lock.
    backlog: Arc<AtomicU64>,
    queued_requests: Gauge,
    queued_text: Gauge,
    closed: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("queued", &self.queue.len()).field("queued_bytes", &self.queued_bytes).finish()
    }
}

/// Seconds per unit of cost, an average that forgets.
#[derive(Debug)]
struct Speed {
    seconds: f64,
    cost: f64,
}

impl Shared {
    fn admit(&self, task: Task) -> Result<Key, Refusal> {
        let mut state = self.lock();
        let admission = state.admission(task.bytes, task.stop.deadline, self.limits);
        let key = match admission {
            Ok(()) => state.put(task),
            Err(refused) => {
                drop(state);
                return Err(self.shed(refused));
            }
        };
        let idle = state.running.iter().any(Option::is_none);
        drop(state);
        // A thread that is busy looks at the queue before it waits: to wake it would be a system call for nothing.
        if idle {
            self.work_or_close.notify_one();
        }
        Ok(key)
    }

    fn shed(&self, (refusal, reason): (Refusal, Reason)) -> Refusal {
        self.shed[reason as usize].increment(1);
        self.refused.store(micros(self.since.elapsed()), Ordering::Relaxed);
        refusal
    }

    fn work(&self, slot: usize) {
        yield_to_the_network();
        while let Some(task) = self.next(slot) {
            let started = Instant::now();
            self.wait_seconds.record(started.duration_since(task.since).as_secs_f64());
            let turn = if task.stop.requested() { Turn::TooLate } else { Turn::Run };
            // The body catches the job's panic itself; this one guards the thread against a panic in a destructor.
            let outcome = caught(|| (task.body)(turn)).unwrap_or(Outcome::Panicked);
            let elapsed = started.elapsed();
            self.work_seconds.record(elapsed.as_secs_f64());
            let mut state = self.lock();
            state.running[slot] = None;
            // Work that was cut short says nothing about speed.
            if matches!(outcome, Outcome::Finished) {
                state.speed.learn(elapsed, cost(task.bytes));
            }
        }
    }

    fn next(&self, slot: usize) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if let Some((&key, _)) = state.queue.first_key_value() {
                let task = state.take(key)?;
                let cost = cost(task.bytes);
                state.clock = state.clock.saturating_add(cost);
                state.running[slot] = Some((Instant::now(), cost));
                return Some(task);
            }
            if state.closed {
                return None;
            }
            state = self.work_or_close.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No code that can panic runs under the lock, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(threads: usize) -> Self {
        Self {
            queue: BTreeMap::new(),
            queued_bytes: 0,
            queued_cost: 0,
            running: vec![None; threads],
            clock: 0,
            arrivals: 0,
            speed: Speed::assumed(),
            backlog: Arc::default(),
            queued_requests: metrics::gauge!("copydesk_queue_requests"),
            queued_text: metrics::gauge!("copydesk_queue_bytes"),
            closed: false,
        }
    }

    fn admission(
        &self,
        bytes: usize,
        deadline: Option<Instant>,
        limits: WorkerLimits,
    ) -> Result<(), (Refusal, Reason)> {
        let now = Instant::now();
        if deadline.is_some_and(|deadline| now >= deadline) {
            return Err((Refusal::DeadlineExceeded, Reason::DeadlinePassed));
        }
        let busy = self.running.iter().flatten().count();
        if busy + self.queue.len() < self.running.len() {
            // A thread is free. Whatever the estimates say, trying is the only way to correct them.
            return Ok(());
        }
        let refuse = |reason| Err((Refusal::Busy { retry_after: self.retry_after(now) }, reason));
        if self.queue.len() >= limits.queue_requests {
            return refuse(Reason::QueueRequests);
        }
        if self.queued_bytes.saturating_add(bytes) > limits.queue_bytes {
            return refuse(Reason::QueueBytes);
        }
        if let Some(deadline) = deadline {
            let turn = (self.clock.saturating_add(cost(bytes)), u64::MAX);
            // Few texts are overtaken by a new one, so that to count those is quicker than to count those ahead of it.
            let behind: u64 = self.queue.range(turn..).map(|(_, queued)| cost(queued.bytes)).sum();
            let ahead = self.queued_cost - behind;
            let needed = self.expected_wait(now, ahead) * WAIT_MARGIN + self.speed.time_for(cost(bytes)) * WORK_MARGIN;
            if needed > deadline.duration_since(now) {
                return refuse(Reason::Deadline);
            }
        }
        Ok(())
    }

    /// Until a thread is free for a job with so much cost ahead of it.
    fn expected_wait(&self, now: Instant, cost_ahead: u64) -> Duration {
        let running: Duration = self
            .running
            .iter()
            .flatten()
            .map(|&(since, cost)| self.speed.time_for(cost).saturating_sub(now.duration_since(since)))
            .sum();
        (running + self.speed.time_for(cost_ahead)) / self.threads()
    }

    fn threads(&self) -> u32 {
        u32::try_from(self.running.len()).unwrap_or(u32::MAX)
    }

    fn retry_after(&self, now: Instant) -> Duration {
        let wait = self.expected_wait(now, self.queued_cost).clamp(SOONEST_RETRY, LATEST_RETRY).as_millis();
        RETRY_STEP * u32::try_from(wait / RETRY_STEP.as_millis()).unwrap_or(u32::MAX)
    }

    fn put(&mut self, task: Task) -> Key {
        self.arrivals += 1;
        let key = (self.clock.saturating_add(cost(task.bytes)), self.arrivals);
        self.queued_bytes += task.bytes;
        self.queued_cost += cost(task.bytes);
        self.queue.insert(key, task);
        self.report_depth();
        key
    }

    fn take(&mut self, key: Key) -> Option<Task> {
        let task = self.queue.remove(&key)?;
        self.queued_bytes -= task.bytes;
        self.queued_cost -= cost(task.bytes);
        self.report_depth();
        Some(task)
    }

    fn report_depth(&self) {
        self.queued_requests.set(to_f64(self.queue.len()));
        self.queued_text.set(to_f64(self.queued_bytes));
        let backlog = self.speed.time_for(self.queued_cost) / self.threads();
        self.backlog.store(micros(backlog), Ordering::Relaxed);
    }
}

impl Speed {
    /// Before anything is measured: 100 ns a byte, on the slow side, with the weight of one text of 64 KiB.
    fn assumed() -> Self {
        let cost = 65_536.0;
        Self { seconds: cost * 100e-9, cost }
    }

    fn learn(&mut self, elapsed: Duration, cost: u64) {
        self.seconds = self.seconds * MEMORY + elapsed.as_secs_f64();
        self.cost = self.cost * MEMORY + cost_to_f64(cost);
    }

    fn time_for(&self, cost: u64) -> Duration {
        Duration::try_from_secs_f64(self.seconds / self.cost * cost_to_f64(cost)).unwrap_or(LONGEST).min(LONGEST)
    }
}

/// A call is admitted only if eight times its expected wait and twice its expected work fit its deadline. Estimates are
/// averages and the network takes its time too, but for that a smaller margin would do: a longer queue does not raise
/// what the pool finishes, only how late. This one takes up bursts, and under lasting overload an answer comes within
/// some fifth of the deadline.
const WAIT_MARGIN: u32 = 8;
const WORK_MARGIN: u32 = 2;
/// Weight of what was known before, when one more job is measured.
const MEMORY: f64 = 0.98;
/// Where an estimate ends, so that sums of them do not overflow.
const LONGEST: Duration = Duration::from_secs(3600);
/// Steps in which callers are told when to retry: an estimate is no better, and HPACK sends what it has sent before as one byte.
const RETRY_STEP: Duration = Duration::from_millis(10);
const SOONEST_RETRY: Duration = Duration::from_millis(50);
const LATEST_RETRY: Duration = Duration::from_secs(5);

/// How long after a refusal the pool counts as one that refuses.
const REFUSING: Duration = Duration::from_millis(20);

/// Makes this thread a little less urgent than those that serve the network, so that on a full machine a health check is
/// still answered at once. On Linux alone is niceness a thread's own and not the process's.
fn yield_to_the_network() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the analysis threads keep their priority");
    }
}

/// A third of the weight of the network's threads, when there is not enough CPU for both.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Cost of a job in bytes of text; decoding, dispatch and the answer count as two kilobytes more.
fn cost(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(2048)
}

fn body<T: Send + 'static>(
    job: impl FnOnce(&Stop) -> T + Send + 'static,
    stop: Stop,
    answer: oneshot::Sender<Result<T, Refusal>>,
) -> Body {
    Box::new(move |turn| {
        let result = match turn {
            Turn::TooLate => Err(Refusal::DeadlineExceeded),
            Turn::Run => caught(|| job(&stop)),
        };
        let (result, outcome) = match result {
            Err(Refusal::Panicked) => (result, Outcome::Panicked),
            Err(_) => (result, Outcome::Stopped),
            // The job may have stopped half-way: its result is worth nothing.
            Ok(_) if stop.requested() => (Err(Refusal::DeadlineExceeded), Outcome::Stopped),
            Ok(_) => (result, Outcome::Finished),
        };
        // Nobody there any more: the result is dropped.
        let _ = answer.send(result);
        outcome
    })
}

/// Does `work`, and counts it where it panics.
///
/// # Errors
/// [`Refusal::Panicked`].
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        metrics::counter!("copydesk_panics_total", "where" => "analysis").increment(1);
        forget(payload);
        Refusal::Panicked
    })
}

/// A panic's payload may quote the text: it is dropped unread, and a payload whose own destructor panics is leaked.
fn forget(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts and sizes far below 2^52, for a gauge")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn cost_to_f64(cost: u64) -> f64 {
    cost as f64
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const ROOMY: WorkerLimits = WorkerLimits { threads: 1, queue_requests: 100, queue_bytes: 1 << 20 };

    fn in_an_hour() -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(3600))
    }

    /// Keeps the only thread busy until the sender goes.
    async fn occupy(workers: &Workers) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Refusal>>) {
        let (release, held) = mpsc::channel::<()>();
        let (began, running) = oneshot::channel();
        let workers = workers.clone();
        let call = tokio::spawn(async move {
            let job = move |_: &Stop| {
                began.send(()).unwrap();
                held.recv().unwrap_err();
            };
            workers.run(1, None, Urgency::Single, job).await
        });
        running.await.unwrap();
        (release, call)
    }

    fn queued(workers: &Workers) -> (usize, usize) {
        let state = workers.pool.shared.lock();
        (state.queue.len(), state.queued_bytes)
    }

    fn task(bytes: usize) -> Task {
        Task {
            stop: Stop { caller_gone: Arc::default(), deadline: None },
            bytes,
            since: Instant::now(),
            body: Box::new(|_| Outcome::Finished),
        }
    }

    async fn until(condition: impl Fn() -> bool) {
        while !condition() {
            tokio::task::yield_now().await;
        }
    }

    /// The order in which one thread takes up jobs of these sizes, all waiting at once.
    async fn order(sizes: &'static [usize]) -> Vec<usize> {
        let workers = Workers::start(ROOMY);
        let (release, first) = occupy(&workers).await;
        let (note, notes) = mpsc::channel();
        let mut calls = Vec::new();
        for (place, &bytes) in sizes.iter().enumerate() {
            let (workers_too, note) = (workers.clone(), note.clone());
            calls.push(tokio::spawn(async move {
                workers_too.run(bytes, None, Urgency::Single, move |_| note.send(place).unwrap()).await
            }));
            until(|| queued(&workers).0 == place + 1).await;
        }
        drop((release, note));
        first.await.unwrap().unwrap();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        notes.iter().collect()
    }

    #[tokio::test]
    async fn pressure_is_what_waits_and_what_is_refused() {
        let workers = Workers::start(WorkerLimits { queue_requests: 1, ..ROOMY });
        let (release, first) = occupy(&workers).await;
        assert_eq!(workers.pressure().backlog, Duration::ZERO);
        let second = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(100_000, None, Urgency::Single, |_| ()).await }
        });
        until(|| queued(&workers).0 == 1).await;
        assert!(workers.pressure().backlog > Duration::from_millis(1), "{:?}", workers.pressure());
        assert!(!workers.pressure().refusing);
        workers.would_refuse(None).unwrap_err();
        assert!(workers.pressure().refusing);
        drop(release);
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        assert_eq!(workers.pressure().backlog, Duration::ZERO);
        tokio::time::sleep(REFUSING).await;
        assert!(!workers.pressure().refusing);
    }

    #[tokio::test]
    async fn a_job_is_urgent_until_it_is_answered_unless_it_is_one_of_many() {
        let workers = Workers::start(ROOMY);
        assert!(!workers.pressure().urgent);
        let (release, first) = occupy(&workers).await;
        assert!(workers.pressure().urgent);
        let bulk = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(10, None, Urgency::Bulk, |_| ()).await }
        });
        until(|| queued(&workers).0 == 1).await;
        first.abort();
        first.await.unwrap_err();
        assert!(!workers.pressure().urgent);
        drop(release);
        bulk.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_job_answers() {
        assert_eq!(Workers::start(ROOMY).run(10, in_an_hour(), Urgency::Single, |_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_panic_ends_its_own_call_only() {
        let workers = Workers::start(ROOMY);
        assert_eq!(workers.run(10, None, Urgency::Single, |_| -> u8 { panic!("meant") }).await, Err(Refusal::Panicked));
        assert_eq!(workers.run(10, None, Urgency::Single, |_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let workers = Workers::start(WorkerLimits { queue_requests: 0, ..ROOMY });
        let (release, first) = occupy(&workers).await;
        assert!(matches!(workers.run(1, None, Urgency::Single, |_| ()).await, Err(Refusal::Busy { .. })));
        drop(release);
        first.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_queue_is_bounded_by_bytes() {
        let workers = Workers::start(WorkerLimits { queue_bytes: 9, ..ROOMY });
        let (release, first) = occupy(&workers).await;
        assert!(matches!(workers.run(10, None, Urgency::Single, |_| ()).await, Err(Refusal::Busy { .. })));
        drop(release);
        first.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_free_thread_takes_a_job_larger_than_the_queue() {
        let workers = Workers::start(WorkerLimits { queue_bytes: 9, queue_requests: 0, ..ROOMY });
        assert_eq!(workers.run(10, None, Urgency::Single, |_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_wait_that_would_outlast_the_deadline_is_refused_at_once() {
        let workers = Workers::start(ROOMY);
        let (release, first) = occupy(&workers).await;
        let waiting = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(1 << 19, None, Urgency::Single, |_| ()).await }
        });
        until(|| queued(&workers).0 == 1).await;
        // At the assumed 100 ns a byte, half a megabyte takes 50 ms and the queue ahead of it as long.
        let deadline = Some(Instant::now() + Duration::from_millis(60));
        assert!(matches!(workers.run(1 << 19, deadline, Urgency::Single, |_| ()).await, Err(Refusal::Busy { .. })));
        drop(release);
        first.await.unwrap().unwrap();
        waiting.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_would_be_refused_whatever_it_is_is_known_beforehand() {
        let workers = Workers::start(WorkerLimits { queue_requests: 1, ..ROOMY });
        let soon = || Some(Instant::now() + Duration::from_millis(60));
        assert_eq!(workers.would_refuse(soon()), Ok(()));
        let (release, first) = occupy(&workers).await;
        assert_eq!(workers.would_refuse(soon()), Ok(()));
        let waiting = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(10, None, Urgency::Single, |_| ()).await }
        });
        until(|| queued(&workers).0 == 1).await;
        assert!(matches!(workers.would_refuse(None), Err(Refusal::Busy { .. })));
        assert_eq!(workers.would_refuse(Some(Instant::now())), Err(Refusal::DeadlineExceeded));
        drop(release);
        first.await.unwrap().unwrap();
        waiting.await.unwrap().unwrap();
    }

    #[test]
    fn what_is_foreseen_to_be_refused_is_refused() {
        // Any queue, any text, any deadline: with no text at all it is never refused where the text is admitted.
        for seed in 0..2000_u64 {
            let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut next = |most: u64| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 33) % most
            };
            let mut state = State::new(1);
            state.running[0] = Some((Instant::now(), cost(1000)));
            for _ in 0..next(20) {
                let bytes = usize::try_from(next(200_000)).unwrap();
                state.put(task(bytes));
                state.clock += next(50_000);
            }
            let limits = WorkerLimits { queue_requests: 15, queue_bytes: 1_000_000, ..ROOMY };
            let deadline = Some(Instant::now() + Duration::from_millis(next(2000) + 1));
            let bytes = usize::try_from(next(200_000)).unwrap();
            if state.admission(bytes, deadline, limits).is_ok() {
                assert!(state.admission(0, deadline, limits).is_ok(), "seed {seed}");
            }
        }
    }

    #[tokio::test]
    async fn a_passed_deadline_is_no_work() {
        let workers = Workers::start(ROOMY);
        assert_eq!(workers.run(1, Some(Instant::now()), Urgency::Single, |_| ()).await, Err(Refusal::DeadlineExceeded));
    }

    #[tokio::test]
    async fn a_deadline_ends_the_call_while_its_job_runs_and_the_job_sees_it() {
        let workers = Workers::start(ROOMY);
        let (saw, seen) = oneshot::channel();
        let deadline = Some(Instant::now() + Duration::from_millis(20));
        let job = move |stop: &Stop| {
            while !stop.requested() {
                thread::yield_now();
            }
            saw.send(()).unwrap();
        };
        assert_eq!(workers.run(1, deadline, Urgency::Single, job).await, Err(Refusal::DeadlineExceeded));
        seen.await.unwrap();
    }

    #[tokio::test]
    async fn a_dropped_call_leaves_the_queue() {
        let workers = Workers::start(ROOMY);
        let (release, first) = occupy(&workers).await;
        let waiting = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(10, None, Urgency::Single, |_| ()).await }
        });
        until(|| queued(&workers) == (1, 10)).await;
        waiting.abort();
        until(|| queued(&workers) == (0, 0)).await;
        drop(release);
        first.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_running_job_sees_that_its_caller_is_gone() {
        let workers = Workers::start(ROOMY);
        let (began, running) = oneshot::channel();
        let (saw, seen) = oneshot::channel();
        let call = tokio::spawn(async move {
            let job = move |stop: &Stop| {
                began.send(()).unwrap();
                while !stop.requested() {
                    thread::yield_now();
                }
                saw.send(()).unwrap();
            };
            workers.run(1, None, Urgency::Single, job).await
        });
        running.await.unwrap();
        call.abort();
        seen.await.unwrap();
    }

    #[tokio::test]
    async fn equal_texts_are_taken_in_the_order_of_arrival() {
        assert_eq!(order(&[500, 500, 500]).await, [0, 1, 2]);
    }

    #[tokio::test]
    async fn small_texts_overtake_a_large_one() {
        assert_eq!(order(&[100_000, 500, 500]).await, [1, 2, 0]);
    }

    #[test]
    fn a_large_text_waits_for_no_more_than_its_own_size_in_later_ones() {
        let mut state = State::new(1);
        let large = state.put(task(100_000));
        let mut overtaken_by = 0;
        // A small text arrives whenever one is taken up, for ever.
        loop {
            state.put(task(500));
            let (&key, next) = state.queue.first_key_value().unwrap();
            if key == large {
                break;
            }
            overtaken_by += cost(next.bytes);
            let taken = state.take(key).unwrap();
            state.clock += cost(taken.bytes);
        }
        assert!(overtaken_by <= cost(100_000), "{overtaken_by}");
    }
}
