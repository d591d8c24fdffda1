//! What ties a call to others: the caller's trace (W3C Trace Context) and an id of the request.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header of the request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The caller's id of this request if it sends a sound one, else a new one: 16 hex digits.
pub fn request_id(headers: &HeaderMap) -> HeaderValue {
    match headers.get(REQUEST_ID) {
        Some(id) if is_sound(id.as_bytes()) => id.clone(),
        _ => HeaderValue::from_str(&format!("{:016x}", random())).expect("hex digits are valid in a header"),
    }
}

/// The trace that the caller's `traceparent` names, 32 hex digits; W3C Trace Context, section 3.2.
pub fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let mut fields = value.split('-');
    let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let sound = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && trace.bytes().any(|digit| digit != b'0')
        && is_hex(parent, 16)
        && parent.bytes().any(|digit| digit != b'0')
        && is_hex(flags, 2)
        && (version != "00" || fields.next().is_none());
    sound.then_some(trace)
}

/// A number that no other call gets, and that nobody outside can foresee. It is no secret.
pub fn random() -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static CALLS: AtomicU64 = AtomicU64::new(0);
    SEED.hash_one(CALLS.fetch_add(1, Ordering::Relaxed))
}

/// An id goes into logs, so it must be short and plain.
fn is_sound(id: &[u8]) -> bool {
    (1..=64).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(traceparent: &'static str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static(traceparent));
        assert_eq!(trace_id(&headers), expected, "{traceparent:?}");
    }

    #[test]
    fn traceparent_names_the_trace() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(trace));
        check("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later", Some(trace));
    }

    #[test]
    fn a_malformed_traceparent_is_none() {
        check("", None);
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", None);
        check("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None);
        check("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None);
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None);
        check("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None);
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", None);
    }

    #[track_caller]
    fn check_id(id: &str, kept: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, id.parse().unwrap());
        assert_eq!(request_id(&headers) == id, kept, "{id:?}");
    }

    #[test]
    fn a_sound_request_id_is_kept() {
        check_id("desk-7_f.1", true);
    }

    #[test]
    fn an_unsound_request_id_is_replaced() {
        check_id("", false);
        check_id("two words", false);
        check_id("{\"level\":\"error\"}", false);
        check_id(&"a".repeat(65), false);
    }

    #[test]
    fn request_ids_differ() {
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
