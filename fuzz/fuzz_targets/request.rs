//! Any bytes as a request: decoded, checked and, where they pass, analysed, without a panic.
#![no_main]

use copydesk::service::proto::AnalyzeRequest;
use copydesk::service::{Limits, analyse, job};
use libfuzzer_sys::fuzz_target;
use prost::Message;

fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = AnalyzeRequest::decode(bytes) else { return };
    if let Ok(job) = job(request, &Limits::default()) {
        assert!(analyse(&job, None, || false).is_some());
    }
});
