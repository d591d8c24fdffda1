//! A call as the server watches it: sizes, messages, time and status, and never content.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Bytes};
use metrics::Gauge;
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Span;

use super::descriptors::{Kind, Method};
use super::metrics::{CODES, Handled};
use super::spans::{Ended, Sampled};
use crate::service::status;

/// One call, from its headers until its trailers are sent or its caller is gone.
#[derive(Debug)]
pub struct Call {
    method: Arc<Method>,
    told: Told,
    since: Instant,
    language: OnceLock<String>,
    received: Traffic,
    sent: Traffic,
    held: Held,
    ended: AtomicBool,
}

/// Who is told of a call's end.
#[derive(Debug)]
pub struct Told {
    /// Of the log.
    pub span: Span,
    /// The collector of traces, if it is to hear of this call.
    pub sampled: Option<Sampled>,
}

#[derive(Debug, Default)]
struct Traffic {
    bytes: AtomicU64,
    messages: AtomicU64,
}

/// The bytes of unary requests that the process holds, and how many it may.
#[derive(Debug)]
pub struct HeldBytes {
    now: AtomicUsize,
    most: usize,
    gauge: Gauge,
}

/// What one call holds of them.
#[derive(Debug)]
struct Held {
    all: Arc<HeldBytes>,
    own: AtomicUsize,
}

impl HeldBytes {
    /// None yet, of so many.
    pub fn at_most(most: usize) -> Self {
        let gauge = metrics::gauge!("copydesk_held_bytes");
        gauge.set(0.0);
        Self { now: AtomicUsize::new(0), most, gauge }
    }
}

impl Held {
    fn add(&self, bytes: usize) -> Result<(), Status> {
        self.own.fetch_add(bytes, Ordering::Relaxed);
        let now = self.all.now.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if now <= self.all.most {
            return Ok(());
        }
        metrics::counter!("copydesk_shed_total", "reason" => "held_bytes").increment(1);
        Err(status::unavailable(Duration::from_millis(200)))
    }
}

impl Drop for Held {
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^52")]
    fn drop(&mut self) {
        let own = self.own.load(Ordering::Relaxed);
        if own > 0 {
            let before = self.all.now.fetch_sub(own, Ordering::Relaxed);
            self.all.gauge.set((before - own) as f64);
        }
    }
}

impl Call {
    /// A call that begins.
    pub fn begin(method: &Arc<Method>, told: Told, since: Instant, held: &Arc<HeldBytes>) -> Self {
        method.metrics.begin();
        Self {
            method: Arc::clone(method),
            told,
            since,
            language: OnceLock::new(),
            received: Traffic::default(),
            sent: Traffic::default(),
            held: Held { all: Arc::clone(held), own: AtomicUsize::new(0) },
            ended: AtomicBool::new(false),
        }
    }

    /// Whether the end of a call that is refused comes into the log, so that it needs a span.
    pub fn refusals_are_logged() -> bool {
        tracing::enabled!(tracing::Level::DEBUG)
    }

    /// The method that is called.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The call's span of the log.
    pub fn span(&self) -> &Span {
        &self.told.span
    }

    /// Notes the language that the call's text was analysed in.
    pub fn analysed_in(&self, language_code: String) {
        self.language.get_or_init(|| language_code);
    }

    /// Counts, logs and traces the end of the call, the first time.
    pub fn end(&self, code: Code) {
        if self.ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let time = self.since.elapsed();
        let bytes = (self.received.bytes.load(Ordering::Relaxed), self.sent.bytes.load(Ordering::Relaxed));
        let messages = (self.received.messages.load(Ordering::Relaxed), self.sent.messages.load(Ordering::Relaxed));
        self.method.metrics.end(Handled { code, time, messages, bytes });

        let status = CODES[usize::try_from(i32::from(code)).unwrap_or_default()];
        let milliseconds = time.as_secs_f64() * 1000.0;
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => tracing::warn!(
                parent: &self.told.span, status, milliseconds, request_bytes = bytes.0, response_bytes = bytes.1, "call"
            ),
            _ => tracing::debug!(
                parent: &self.told.span, status, milliseconds, request_bytes = bytes.0, response_bytes = bytes.1, "call"
            ),
        }
        if let Some(sampled) = &self.told.sampled {
            let (method, language) = (Arc::clone(&self.method), self.language.get().cloned());
            sampled.end(Ended { method, code, time, bytes, language });
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The request's body, watched.
#[derive(Debug)]
pub struct Received {
    inner: Body,
    call: Arc<Call>,
    frames: Messages,
    ended: bool,
}

impl Received {
    /// Watches `inner` for `call`.
    pub fn new(inner: Body, call: Arc<Call>) -> Self {
        Self { inner, call, frames: Messages::default(), ended: false }
    }
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => frame,
            Poll::Pending => return Poll::Pending,
            end => {
                self.ended = true;
                return end;
            }
        };
        if let Some(bytes) = frame.data_ref() {
            let messages = self.frames.count(bytes);
            self.call.received.add(bytes.len(), messages);
            if self.call.method.kind == Kind::Unary {
                self.call.held.add(bytes.len())?;
            }
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if !self.ended {
            read_out(std::mem::replace(&mut self.inner, Body::empty()));
        }
    }
}

/// Reads what a caller still sends of a request that is answered already, and drops it.
///
/// Else the server would reset the stream, and what is on its way by then would meet a stream that h2 remembers for a
/// second, and of which it remembers fifty: beyond, it counts as the client's error, and after some hundreds the whole
/// connection ends. Under overload that would cost the calls that were admitted.
pub fn read_out(mut body: impl HttpBody<Data = Bytes> + Send + Unpin + 'static) {
    let mut bytes = 0;
    let mut count = move |frame: &Frame<Bytes>| {
        bytes += frame.data_ref().map_or(0, Bytes::len);
        bytes <= READ_OUT_BYTES
    };
    // Small requests are here already.
    loop {
        match body.frame().now_or_never() {
            Some(Some(Ok(frame))) if count(&frame) && !body.is_end_stream() => {}
            Some(_) => return,
            None => break,
        }
    }
    let rest = async move { while body.frame().await.is_some_and(|frame| frame.is_ok_and(|frame| count(&frame))) {} };
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(tokio::time::timeout(READ_OUT_TIME, rest));
    }
}

/// Who sends more, or for longer, is cut off all the same.
const READ_OUT_BYTES: usize = 1 << 20;
const READ_OUT_TIME: Duration = Duration::from_secs(10);

/// What ends a response before its time.
pub type Interruption = Pin<Box<dyn Future<Output = Status> + Send>>;

/// The response's body, watched.
pub struct Answered {
    inner: Body,
    call: Arc<Call>,
    frames: Messages,
    interruption: Option<Interruption>,
    message_limit: usize,
    done: bool,
}

impl Answered {
    /// Watches `inner` for `call`.
    pub fn new(inner: Body, call: Arc<Call>, interruption: Option<Interruption>, message_limit: usize) -> Self {
        Self { inner, call, frames: Messages::default(), interruption, message_limit, done: false }
    }

    /// Ends the stream with a status of ours.
    fn finish(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.done = true;
        self.inner = Body::empty();
        self.call.end(status.code());
        let mut trailers = HeaderMap::new();
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(status) => Poll::Ready(Some(Err(status))),
        }
    }
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.done {
            return Poll::Ready(None);
        }
        let inner = Pin::new(&mut this.inner);
        // A stream of answers runs handlers' code as it is polled.
        let polled = catch_unwind(AssertUnwindSafe(|| inner.poll_frame(context)));
        match polled {
            Err(payload) => {
                // It may quote the text; a destructor that panics too ends only this call's task.
                drop(payload);
                metrics::counter!("copydesk_panics_total", "where" => "stream").increment(1);
                this.finish(&status::internal())
            }
            Ok(Poll::Pending) => match &mut this.interruption {
                Some(interruption) => match interruption.as_mut().poll(context) {
                    Poll::Ready(status) => this.finish(&status),
                    Poll::Pending => Poll::Pending,
                },
                None => Poll::Pending,
            },
            Ok(Poll::Ready(None)) => {
                this.done = true;
                this.call.end(Code::Unknown);
                Poll::Ready(None)
            }
            Ok(Poll::Ready(Some(Err(error)))) => {
                this.done = true;
                this.call.end(error.code());
                Poll::Ready(Some(Err(error)))
            }
            Ok(Poll::Ready(Some(Ok(frame)))) => {
                let frame = match frame.into_trailers() {
                    Ok(mut trailers) => {
                        let code = settle(&mut trailers, this.message_limit).unwrap_or(Code::Unknown);
                        this.done = true;
                        this.call.end(code);
                        return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                    }
                    Err(frame) => frame,
                };
                if let Some(bytes) = frame.data_ref() {
                    let messages = this.frames.count(bytes);
                    this.call.sent.add(bytes.len(), messages);
                }
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The status of these headers or trailers, made ours: tonic says OUT_OF_RANGE to a message over its limit, where
/// callers expect RESOURCE_EXHAUSTED; nothing of ours is ever OUT_OF_RANGE.
pub fn settle(headers: &mut HeaderMap, message_limit: usize) -> Option<Code> {
    let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
    if code != Code::OutOfRange {
        return Some(code);
    }
    let ours = status::message_too_large(message_limit);
    for name in [Status::GRPC_STATUS, Status::GRPC_MESSAGE, Status::GRPC_STATUS_DETAILS] {
        headers.remove(name);
    }
    if ours.add_header(headers).is_err() {
        headers.insert(Status::GRPC_STATUS, HeaderValue::from(i32::from(ours.code())));
    }
    Some(ours.code())
}

impl Traffic {
    fn add(&self, bytes: usize, messages: u64) {
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.messages.fetch_add(messages, Ordering::Relaxed);
    }
}

/// Counts the messages in a stream of bytes: each is a flag, its length in four bytes, and so many bytes.
#[derive(Debug, Default)]
struct Messages {
    prefix: [u8; 5],
    prefix_bytes: usize,
    left: usize,
}

impl Messages {
    /// The messages whose prefix ends within `bytes`.
    fn count(&mut self, mut bytes: &[u8]) -> u64 {
        let mut messages = 0;
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.prefix[self.prefix_bytes] = bytes[0];
            self.prefix_bytes += 1;
            bytes = &bytes[1..];
            if self.prefix_bytes == self.prefix.len() {
                let [_, a, b, c, d] = self.prefix;
                self.left = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                self.prefix_bytes = 0;
                messages += 1;
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three messages of 3, 0 and 300 bytes.
    fn three() -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0, 3, 7, 7, 7, 0, 0, 0, 0, 0, 1, 0, 0, 1, 44];
        bytes.extend([9; 300]);
        bytes
    }

    #[test]
    fn messages_are_counted_however_the_bytes_are_cut() {
        for size in 1..=three().len() {
            let mut messages = Messages::default();
            let count: u64 = three().chunks(size).map(|chunk| messages.count(chunk)).sum();
            assert_eq!(count, 3, "in chunks of {size}");
        }
    }

    #[test]
    fn out_of_range_becomes_resource_exhausted() {
        let mut headers = HeaderMap::new();
        Status::out_of_range("found 9 bytes").add_header(&mut headers).unwrap();
        assert_eq!(settle(&mut headers, 8), Some(Code::ResourceExhausted));
        let status = Status::from_header_map(&headers).unwrap();
        assert_eq!((status.code(), status.message()), (Code::ResourceExhausted, "the message is longer than 8 bytes"));
    }

    #[test]
    fn another_status_stays() {
        let mut headers = HeaderMap::new();
        Status::not_found("who").add_header(&mut headers).unwrap();
        assert_eq!(settle(&mut headers, 8), Some(Code::NotFound));
        assert_eq!(Status::from_header_map(&headers).unwrap().message(), "who");
    }
}
