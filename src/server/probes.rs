//! Sockets that the network's threads never pause for.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub use linux::{Probe, Probes};
#[cfg(not(target_os = "linux"))]
pub use others::{Probe, Probes};

#[cfg(target_os = "linux")]
mod linux {
    use std::io::Result;
    use std::os::fd::{AsFd, OwnedFd};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::event::{PollFd, PollFlags, epoll, poll};

    use super::Duration;

    /// The sockets on which a health check may come: listeners, and connections that have made no other call yet.
    #[derive(Debug, Clone)]
    pub struct Probes {
        watched: Arc<OwnedFd>,
        /// Whether they go first.
        first: Arc<AtomicBool>,
    }

    /// One of them, until it is dropped.
    #[derive(Debug)]
    pub struct Probe {
        watched: Arc<OwnedFd>,
        socket: OwnedFd,
    }

    impl Probes {
        /// None yet.
        ///
        /// # Errors
        /// If the operating system gives no file descriptor.
        pub fn new() -> Result<Self> {
            Ok(Self { watched: Arc::new(epoll::create(epoll::CreateFlags::CLOEXEC)?), first: Arc::default() })
        }

        /// Adds a socket; `None` where the system has no file descriptor left, and the socket is one like others.
        pub fn watch(&self, socket: impl AsFd) -> Option<Probe> {
            let socket = socket.as_fd().try_clone_to_owned().ok()?;
            epoll::add(&self.watched, &socket, epoll::EventData::new_u64(0), epoll::EventFlags::IN).ok()?;
            Some(Probe { watched: Arc::clone(&self.watched), socket })
        }

        /// Blocks the thread until something comes on one of the sockets, or the time is up; says whether it did.
        pub fn wait(&self, longest: Duration) -> bool {
            let timeout = longest.try_into().ok();
            poll(&mut [PollFd::new(&self.watched, PollFlags::IN)], timeout.as_ref()).is_ok_and(|ready| ready > 0)
        }

        /// Says whether the other sockets are to wait for these from now on.
        pub fn put_first(&self, first: bool) {
            self.first.store(first, Ordering::Relaxed);
        }

        /// Whether something has come on one of the sockets that others are to wait for.
        pub fn go_first(&self) -> bool {
            self.first.load(Ordering::Relaxed) && self.wait(Duration::ZERO)
        }
    }

    impl Drop for Probe {
        fn drop(&mut self) {
            // It fails for a socket that is not watched, and this one is.
            let _ = epoll::delete(&self.watched, &self.socket);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod others {
    use super::Duration;

    /// Nothing is known of single sockets here.
    #[derive(Debug, Clone)]
    pub struct Probes;

    /// As little.
    #[derive(Debug)]
    pub struct Probe;

    impl Probes {
        /// None ever.
        ///
        /// # Errors
        /// None.
        pub fn new() -> std::io::Result<Self> {
            Ok(Self)
        }

        /// Does not add a socket.
        pub fn watch<S>(&self, _: S) -> Option<Probe> {
            None
        }

        /// Sleeps.
        pub fn wait(&self, longest: Duration) -> bool {
            std::thread::sleep(longest);
            false
        }

        /// Changes nothing.
        pub fn put_first(&self, _: bool) {}

        /// No.
        pub fn go_first(&self) -> bool {
            false
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn a_watched_socket_ends_the_wait() {
        let (mut caller, server) = UnixStream::pair().unwrap();
        let probes = Probes::new().unwrap();
        let probe = probes.watch(&server).unwrap();
        assert!(!probes.wait(MOMENT));
        caller.write_all(b"x").unwrap();
        assert!(probes.wait(Duration::from_secs(3600)));
        drop(probe);
        assert!(!probes.wait(MOMENT));
    }

    #[test]
    fn what_comes_on_a_watched_socket_goes_first_when_told_to() {
        let (mut caller, server) = UnixStream::pair().unwrap();
        let probes = Probes::new().unwrap();
        let _probe = probes.watch(&server).unwrap();
        probes.put_first(true);
        assert!(!probes.go_first());
        caller.write_all(b"x").unwrap();
        assert!(probes.go_first());
        probes.put_first(false);
        assert!(!probes.go_first());
    }

    #[test]
    fn a_socket_that_nobody_watches_does_not_end_the_wait() {
        let (mut caller, _server) = UnixStream::pair().unwrap();
        caller.write_all(b"x").unwrap();
        assert!(!Probes::new().unwrap().wait(MOMENT));
    }
}
