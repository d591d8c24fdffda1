//! What ties a call to others: the caller's trace (W3C Trace Context) and an id of the request.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header of the request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The caller's id of this request if it sends a sound one, else a new one: 16 hex digits.
pub fn request_id(headers: &HeaderMap) -> HeaderValue {
    let mut id = match headers.get(REQUEST_ID) {
        Some(id) if is_sound(id.as_bytes()) => id.clone(),
        _ => HeaderValue::try_from(format!("{:016x}", random())).expect("hex digits are valid in a header"),
    };
    // No two answers have the same: to HPACK, "sensitive" means that it does not look for it among the headers that it
    // has sent, and does not keep it in their place.
    id.set_sensitive(true);
    id
}

/// The span of the caller that this call is part of; W3C Trace Context, section 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent<'a> {
    trace: &'a str,
    span: &'a str,
    /// Whether the caller records it.
    pub sampled: bool,
}

impl<'a> Parent<'a> {
    /// What the headers' `traceparent` names, if it is sound.
    pub fn of(headers: &'a HeaderMap) -> Option<Self> {
        let value = headers.get(TRACEPARENT)?.to_str().ok()?;
        let mut fields = value.split('-');
        let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let sound = is_hex(version, 2)
            && version != "ff"
            && is_hex(trace, 32)
            && trace.bytes().any(|digit| digit != b'0')
            && is_hex(span, 16)
            && span.bytes().any(|digit| digit != b'0')
            && is_hex(flags, 2)
            && (version != "00" || fields.next().is_none());
        let sampled = sound && u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        sound.then_some(Self { trace, span, sampled })
    }

    /// The trace, 32 hex digits.
    pub fn trace(&self) -> &'a str {
        self.trace
    }

    /// The trace, as bytes.
    pub fn trace_id(&self) -> [u8; 16] {
        u128::from_str_radix(self.trace, 16).unwrap_or_default().to_be_bytes()
    }

    /// The caller's span, as bytes.
    pub fn span_id(&self) -> [u8; 8] {
        u64::from_str_radix(self.span, 16).unwrap_or_default().to_be_bytes()
    }
}

/// A new id of so many bytes, as good as [`random`].
pub fn random_id<const N: usize>() -> [u8; N] {
    let mut id = [0; N];
    for chunk in id.chunks_mut(8) {
        // No id is all zeros.
        chunk.copy_from_slice(&random().max(1).to_be_bytes()[..chunk.len()]);
    }
    id
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
    fn check(traceparent: &'static str, expected: Option<(&str, bool)>) {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static(traceparent));
        let parent = Parent::of(&headers).map(|parent| (parent.trace(), parent.sampled));
        assert_eq!(parent, expected, "{traceparent:?}");
    }

    #[test]
    fn traceparent_names_the_trace() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some((trace, true)));
        check("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02", Some((trace, false)));
        check("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later", Some((trace, true)));
    }

    #[test]
    fn ids_are_bytes() {
        let parent = Parent { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7", sampled: true };
        assert_eq!(parent.trace_id(), *b"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36");
        assert_eq!(parent.span_id(), [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
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
    fn a_new_request_id_is_sixteen_hex_digits_and_no_others() {
        let [one, other] = [(); 2].map(|()| request_id(&HeaderMap::new()));
        assert!(is_hex(one.to_str().unwrap(), 16) && is_hex(other.to_str().unwrap(), 16));
        assert_ne!(one, other);
    }
}
