//! The deadline of a call: what its `grpc-timeout` asks, within what the operator allows.
//!
//! The server's clock counts from the arrival of the call's headers, so the transport works the deadline out once and
//! leaves it in the request's extensions, where [`of`] finds it.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName};

/// The operator's bounds on the time that a unary call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadlineLimits {
    /// For callers that name no deadline.
    pub default: Option<Duration>,
    /// The most that any caller gets.
    pub maximum: Option<Duration>,
}

/// When a call's time is up; an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Instant);

/// The deadline of a request: the one that the transport set, or else what the metadata asks for from now on.
#[must_use]
pub fn of<T>(request: &tonic::Request<T>) -> Option<Instant> {
    match request.extensions().get::<Deadline>() {
        Some(&Deadline(at)) => Some(at),
        None => Instant::now().checked_add(timeout(request.metadata().as_ref())?),
    }
}

impl DeadlineLimits {
    /// The time that a call with these headers gets; `None` is no limit.
    #[must_use]
    pub fn allowed(&self, headers: &HeaderMap) -> Option<Duration> {
        let wanted = timeout(headers).or(self.default);
        match (wanted, self.maximum) {
            (Some(wanted), Some(maximum)) => Some(wanted.min(maximum)),
            (wanted, maximum) => wanted.or(maximum),
        }
    }
}

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The value of `grpc-timeout`: at most eight digits and a unit, as the gRPC protocol over HTTP/2 defines it.
///
/// A value that is none of this is no deadline, as in the other implementations of gRPC.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(GRPC_TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<Duration>) {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        assert_eq!(timeout(&headers), expected, "{value:?}");
    }

    #[test]
    fn every_unit_is_read() {
        check("1H", Some(Duration::from_secs(3600)));
        check("2M", Some(Duration::from_secs(120)));
        check("3S", Some(Duration::from_secs(3)));
        check("200m", Some(Duration::from_millis(200)));
        check("5u", Some(Duration::from_micros(5)));
        check("99999999n", Some(Duration::from_nanos(99_999_999)));
    }

    #[test]
    fn malformed_values_are_no_deadline() {
        for value in ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "123456789S", "1 S", "é", "１S"] {
            check(value, None);
        }
    }

    #[track_caller]
    fn check_allowed(default: Option<u64>, maximum: Option<u64>, asked: Option<&'static str>, expected: Option<u64>) {
        let limits =
            DeadlineLimits { default: default.map(Duration::from_secs), maximum: maximum.map(Duration::from_secs) };
        let mut headers = HeaderMap::new();
        if let Some(asked) = asked {
            headers.insert("grpc-timeout", http::HeaderValue::from_static(asked));
        }
        assert_eq!(limits.allowed(&headers), expected.map(Duration::from_secs));
    }

    #[test]
    fn the_operator_sets_bounds() {
        check_allowed(None, None, None, None);
        check_allowed(Some(10), Some(60), None, Some(10));
        check_allowed(Some(10), Some(60), Some("30S"), Some(30));
        check_allowed(Some(10), Some(60), Some("2M"), Some(60));
        check_allowed(None, Some(60), None, Some(60));
    }

    #[test]
    fn the_transport_s_deadline_counts() {
        let at = Instant::now() + Duration::from_secs(5);
        let mut request = tonic::Request::new(());
        request.set_timeout(Duration::from_secs(60));
        request.extensions_mut().insert(Deadline(at));
        assert_eq!(of(&request), Some(at));
    }

    #[test]
    fn without_a_transport_the_metadata_counts() {
        let mut request = tonic::Request::new(());
        assert_eq!(of(&request), None);
        request.set_timeout(Duration::from_secs(60));
        assert!(of(&request).is_some_and(|at| at > Instant::now()));
    }
}
