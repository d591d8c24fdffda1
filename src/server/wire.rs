//! The bytes of a connection on their way between HTTP/2 and the socket.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, BufWriter, ReadBuf};

/// A stream that counts what is read from it, and gathers what is written to it.
///
/// h2 flushes after each frame of data, so that an answer's trailers, ten bytes, would be a system call and a packet of their own.
/// Here every other flush waits for the next one, which it asks for at once by waking the connection's task: what else the task has to
/// write by then goes out along with it.
#[derive(Debug)]
pub struct Wire<I: AsyncWrite> {
    stream: BufWriter<I>,
    read: Arc<AtomicUsize>,
    flush_put_off: bool,
}

impl<I: AsyncWrite> Wire<I> {
    /// Adds to `read` what is read from `stream`.
    pub fn new(stream: I, read: Arc<AtomicUsize>) -> Self {
        Self { stream: BufWriter::with_capacity(GATHERED, stream), read, flush_put_off: false }
    }
}

/// An answer or two; more is written as it comes.
const GATHERED: usize = 16 << 10;

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.read.fetch_add(buffer.filled().len() - before, Ordering::Relaxed);
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
        if !self.stream.buffer().is_empty() && !self.flush_put_off {
            self.flush_put_off = true;
            context.waker().wake_by_ref();
            return Poll::Ready(Ok(()));
        }
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.flush_put_off = polled.is_pending();
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
