//! How many calls a caller may make: one bucket of tokens each.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Who calls, as far as the server can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// By the name of a bearer token.
    Named(Arc<str>),
    /// By the SHA-256 of a client certificate.
    Certificate([u8; 32]),
    /// By address; of IPv6 the first 64 bits, which is what one site has.
    Address(IpAddr),
    /// Callers beyond what the server keeps apart.
    Others,
}

/// The calls that each caller may still make.
#[derive(Debug)]
pub struct Rates {
    calls_a_second: u32,
    burst: f64,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    by_caller: HashMap<Caller, Bucket>,
    cleared: Instant,
}

#[derive(Debug)]
struct Bucket {
    calls: f64,
    at: Instant,
}

impl Caller {
    /// The caller behind an address.
    pub fn from_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::Address(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::Address(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }

    /// What the caller itself is told it is.
    pub fn subject(&self) -> String {
        match self {
            Self::Named(name) => format!("token:{name}"),
            Self::Certificate(_) => "certificate".into(),
            Self::Address(_) | Self::Others => "address".into(),
        }
    }
}

impl Rates {
    /// So many calls a second, and so many at once after a pause; no burst is as many as in one second.
    pub fn new(calls_a_second: u32, burst: u32) -> Self {
        let burst = f64::from(if burst == 0 { calls_a_second } else { burst });
        let buckets = Buckets { by_caller: HashMap::new(), cleared: Instant::now() };
        Self { calls_a_second, burst, buckets: Mutex::new(buckets) }
    }

    /// Calls a second that each caller may make.
    pub fn calls_a_second(&self) -> u32 {
        self.calls_a_second
    }

    /// Counts one call, or says after what time the caller may make it.
    ///
    /// # Errors
    /// The time to wait.
    pub fn take(&self, caller: &Caller, now: Instant) -> Result<(), Duration> {
        let rate = f64::from(self.calls_a_second);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Buckets { by_caller, cleared } = &mut *buckets;
        let is_new = !by_caller.contains_key(caller);
        // Going through all of them takes a millisecond: not at every call of a flood.
        if is_new && by_caller.len() >= CALLERS && now.saturating_duration_since(*cleared) >= CLEARING {
            // A full bucket is as good as none.
            by_caller.retain(|_, bucket| bucket.calls_by(now, rate) < self.burst);
            *cleared = now;
        }
        let caller = if is_new && by_caller.len() >= CALLERS { &Caller::Others } else { caller };
        let bucket = match by_caller.get_mut(caller) {
            Some(bucket) => bucket,
            None => by_caller.entry(caller.clone()).or_insert(Bucket { calls: self.burst, at: now }),
        };
        bucket.calls = bucket.calls_by(now, rate).min(self.burst);
        bucket.at = now;
        if bucket.calls >= 1.0 {
            bucket.calls -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.calls) / rate))
    }
}

/// The most callers kept apart, some 100 bytes each.
const CALLERS: usize = 65_536;
/// How often those that rest are forgotten, at most.
const CLEARING: Duration = Duration::from_secs(1);

impl Bucket {
    fn calls_by(&self, now: Instant, rate: f64) -> f64 {
        self.calls + now.saturating_duration_since(self.at).as_secs_f64() * rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Caller {
        Caller::Named("desk".into())
    }

    #[test]
    fn a_burst_passes_and_the_next_call_waits() {
        let (rates, now) = (Rates::new(10, 3), Instant::now());
        for _ in 0..3 {
            assert_eq!(rates.take(&desk(), now), Ok(()));
        }
        assert_eq!(rates.take(&desk(), now), Err(Duration::from_millis(100)));
        assert_eq!(rates.take(&desk(), now + Duration::from_millis(101)), Ok(()));
    }

    #[test]
    fn callers_do_not_share() {
        let (rates, now) = (Rates::new(1, 1), Instant::now());
        assert_eq!(rates.take(&desk(), now), Ok(()));
        assert!(rates.take(&desk(), now).is_err());
        assert_eq!(rates.take(&Caller::from_address([192, 0, 2, 1].into()), now), Ok(()));
    }

    #[test]
    fn a_site_of_ipv6_is_one_caller() {
        let site = |text: &str| Caller::from_address(text.parse().unwrap());
        assert_eq!(site("2001:db8::1"), site("2001:db8::ffff:2"));
        assert_ne!(site("2001:db8::1"), site("2001:db8:0:1::1"));
        assert_eq!(site("::ffff:192.0.2.1"), site("192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded() {
        let (rates, now) = (Rates::new(1, 1), Instant::now());
        for number in 0..70_000_u32 {
            let _ = rates.take(&Caller::from_address(std::net::Ipv4Addr::from(number).into()), now);
        }
        assert!(rates.buckets.lock().unwrap().by_caller.len() <= CALLERS + 1);
    }

    #[test]
    fn callers_that_rest_are_forgotten() {
        let (rates, now) = (Rates::new(1, 1), Instant::now());
        for number in 0..65_536_u32 {
            rates.take(&Caller::from_address(std::net::Ipv4Addr::from(number).into()), now).unwrap();
        }
        rates.take(&desk(), now + Duration::from_secs(2)).unwrap();
        assert_eq!(rates.buckets.lock().unwrap().by_caller.len(), 1);
    }
}
