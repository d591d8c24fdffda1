//! The bytes of a connection on their way between HTTP/2 and the socket.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, BufWriter, ReadBuf};

/// A stream that counts what is read from it, and gathers what is written to it.
///
/// h2 flushes after each frame of data and each request, so that an answer's trailers, ten bytes, would be a system
/// call and a packet of their own. Here a flush waits for the next turn of the connection's task, which it asks for at
/// once by waking the task: what else the task has to write by then goes out along with it. But before that turn comes
/// others', so a connection that only asks for the server's health is flushed at once.
#[derive(Debug)]
pub struct Wire<I: AsyncWrite> {
    stream: BufWriter<I>,
    meter: Arc<Meter>,
    flush_put_off_in: Option<usize>,
}

/// What a connection's task and its wire tell each other.
#[derive(Debug, Default)]
pub struct Meter {
    /// Bytes read.
    pub read: AtomicUsize,
    /// Turns that the task has had.
    pub turns: AtomicUsize,
    /// Whether there was a call other than health checks.
    pub gathers: AtomicBool,
}

impl<I: AsyncWrite> Wire<I> {
    /// Gathers by the turns of `meter`, and adds to it what is read from `stream`.
    pub fn new(stream: I, meter: Arc<Meter>) -> Self {
        Self { stream: BufWriter::with_capacity(GATHERED, stream), meter, flush_put_off_in: None }
    }
}

/// An answer or two; more is written as it comes.
const GATHERED: usize = 64 << 10;

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.meter.read.fetch_add(buffer.filled().len() - before, Ordering::Relaxed);
        polled
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Wire<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Meter { turns, gathers, .. } = &*self.meter;
        let (turn, gathers) = (turns.load(Ordering::Relaxed), gathers.load(Ordering::Relaxed));
        if gathers && !self.stream.buffer().is_empty() && *self.flush_put_off_in.get_or_insert(turn) == turn {
            context.waker().wake_by_ref();
            return Poll::Ready(Ok(()));
        }
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        if polled.is_ready() {
            self.flush_put_off_in = None;
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    fn wire() -> (Wire<DuplexStream>, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let meter = Meter { gathers: true.into(), ..Meter::default() };
        (Wire::new(ours, meter.into()), theirs)
    }

    fn flush(wire: &mut Wire<DuplexStream>) {
        assert!(Pin::new(wire).poll_flush(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[tokio::test]
    async fn flushes_of_one_turn_go_out_together_in_the_next() {
        let (mut wire, mut theirs) = wire();
        let mut read = [0; 13];
        for part in [b"data ", b"trail", b"ers  "] {
            wire.write_all(part.trim_ascii_end()).await.unwrap();
            flush(&mut wire);
            assert!(futures_util::FutureExt::now_or_never(theirs.read(&mut read)).is_none());
        }
        wire.meter.turns.fetch_add(1, Ordering::Relaxed);
        flush(&mut wire);
        assert_eq!(theirs.read(&mut read).await.unwrap(), 12);
        assert_eq!(&read, b"datatrailers\0");
    }

    #[tokio::test]
    async fn answers_to_health_checks_go_out_at_once() {
        let (mut wire, mut theirs) = wire();
        wire.meter.gathers.store(false, Ordering::Relaxed);
        wire.write_all(b"data").await.unwrap();
        flush(&mut wire);
        let mut read = [0; 4];
        assert!(futures_util::FutureExt::now_or_never(theirs.read(&mut read)).is_some());
    }

    #[tokio::test]
    async fn the_end_leaves_nothing_unwritten() {
        let (mut wire, mut theirs) = wire();
        wire.write_all(b"data").await.unwrap();
        flush(&mut wire);
        wire.shutdown().await.unwrap();
        let mut read = Vec::new();
        theirs.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"data");
    }

    #[tokio::test]
    async fn what_is_read_is_counted() {
        let meter = Arc::new(Meter::default());
        let (ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(b"preface").await.unwrap();
        Wire::new(ours, Arc::clone(&meter)).read_exact(&mut [0; 7]).await.unwrap();
        assert_eq!(meter.read.load(Ordering::Relaxed), 7);
    }
}
