//! What became of a text, and the errors of the command line's own.

use prost::Message;
use tonic::Code;
use tonic_types::pb::BadRequest;

use crate::service::proto::AnalyzeResponse;

/// The analysis of a text, or why there is none: what a server's `AnalyzeResult` holds.
pub type Outcome = Result<AnalyzeResponse, tonic_types::Status>;

/// An error that stays with one text.
pub fn error(code: Code, message: impl Into<String>) -> tonic_types::Status {
    tonic_types::Status { code: code.into(), message: message.into(), details: Vec::new() }
}

/// The fields that an error complains of, each with what is wrong with it.
pub fn violations(status: &tonic_types::Status) -> Vec<(String, String)> {
    let bad_requests = status.details.iter().filter(|detail| detail.type_url.ends_with("/google.rpc.BadRequest"));
    bad_requests
        .filter_map(|detail| BadRequest::decode(detail.value.as_slice()).ok())
        .flat_map(|bad_request| bad_request.field_violations)
        .map(|violation| (violation.field, violation.description))
        .collect()
}

/// An error in words for people: each field with what is wrong with it, or else the message.
pub fn in_words(status: &tonic_types::Status) -> String {
    let violations = violations(status);
    if violations.is_empty() {
        return status.message.clone();
    }
    violations.iter().map(|(field, description)| format!("{field}: {description}")).collect::<Vec<_>>().join("; ")
}
