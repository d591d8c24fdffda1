//! The errors that callers see. tonic's `Status` and its details are made here and nowhere else.

use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, QuotaViolation, StatusExt};

use super::workers::Refusal;

/// What is wrong with a request, field by field.
#[derive(Debug, Default)]
pub struct Violations(Vec<FieldViolation>);

impl Violations {
    /// Notes that `field`, a path from the request, is wrong.
    pub fn add(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.0.push(FieldViolation::new(field, description));
    }

    /// `Ok` where nothing was noted, else INVALID_ARGUMENT with everything that was.
    pub fn check(self) -> Result<(), Status> {
        let Some(first) = self.0.first() else { return Ok(()) };
        let more = match self.0.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!("{}: {}{more}", first.field, first.description);
        Err(Status::with_error_details(Code::InvalidArgument, message, ErrorDetails::with_bad_request(self.0)))
    }
}

/// Why a worker did not do a job.
pub fn refused(refusal: Refusal) -> Status {
    match refusal {
        Refusal::Busy { retry_after } => unavailable(retry_after),
        Refusal::DeadlineExceeded => deadline_exceeded(),
        Refusal::Panicked => internal(),
    }
}

/// The server is busy; any replica may take the call after `retry_after`.
pub fn unavailable(retry_after: Duration) -> Status {
    let details = ErrorDetails::with_retry_info(Some(retry_after));
    Status::with_error_details(Code::Unavailable, "the server is busy: try again later, or another replica", details)
}

/// The server is going away; another replica takes the call.
pub fn shutting_down() -> Status {
    Status::unavailable("the server is shutting down: try another replica")
}

/// The caller makes more calls than it may; it may try again after `retry_after`.
pub fn over_quota(caller: &str, calls_a_second: u32, retry_after: Duration) -> Status {
    let message = format!("more than {calls_a_second} calls a second");
    let mut details = ErrorDetails::with_retry_info(Some(retry_after));
    details.set_quota_failure(vec![QuotaViolation::new(caller, message.clone())]);
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// The call has no token that the operator knows.
pub fn unauthenticated() -> Status {
    Status::unauthenticated("a valid bearer token is required")
}

/// The request message is over the transport's limit.
pub fn message_too_large(limit_bytes: usize) -> Status {
    Status::resource_exhausted(format!("the message is longer than {limit_bytes} bytes"))
}

/// The lists of the request hold too many elements together.
pub fn too_many_elements(limit: usize) -> Status {
    Status::resource_exhausted(format!("the lists of the message hold more than {limit} elements"))
}

/// The call's deadline has passed.
pub fn deadline_exceeded() -> Status {
    Status::deadline_exceeded("the deadline has passed")
}

/// A defect of ours. It says nothing of the request.
pub fn internal() -> Status {
    Status::internal("internal error")
}

/// `status` as a message, details included.
pub fn to_proto(status: &Status) -> tonic_types::Status {
    // The details of a `Status` are such a message; without details they are empty, which decodes too.
    let details = tonic_types::Status::decode(status.details()).map(|message| message.details).unwrap_or_default();
    tonic_types::Status { code: status.code().into(), message: status.message().to_owned(), details }
}

/// When the server that answered `status` asks to be tried again.
pub fn retry_after(status: &Status) -> Duration {
    status.get_details_retry_info().and_then(|info| info.retry_delay).unwrap_or(Duration::from_millis(100))
}
