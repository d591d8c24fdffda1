//! Errors and their details.

use prost::Message;
use prost_types::{Any, Duration};
use tonic_types::{
    Status,
    pb::{
        BadRequest, DebugInfo, ErrorInfo, Help, LocalizedMessage, PreconditionFailure, QuotaFailure, RequestInfo,
        ResourceInfo, RetryInfo, bad_request::FieldViolation, help::Link, precondition_failure, quota_failure,
    },
};

use super::object::Object;

/// Names the fields of a `google.rpc.Status`.
pub fn status(message: &Status, object: &mut Object) {
    let Status { code, message, details } = message;
    object.integer("code", *code);
    object.text("message", message);
    // A server newer than this program may send a detail of a type that is unknown here: leave the details out.
    let details: Option<Vec<_>> = details.iter().map(open).collect();
    object.messages("details", &details.unwrap_or_default(), detail);
}

/// A detail of a type that is known, and the URL that names the type.
struct Opened<'a> {
    type_url: &'a str,
    detail: Detail,
}

/// The messages of `google/rpc/error_details.proto`.
enum Detail {
    BadRequest(BadRequest),
    DebugInfo(DebugInfo),
    ErrorInfo(ErrorInfo),
    Help(Help),
    LocalizedMessage(LocalizedMessage),
    PreconditionFailure(PreconditionFailure),
    QuotaFailure(QuotaFailure),
    RequestInfo(RequestInfo),
    ResourceInfo(ResourceInfo),
    RetryInfo(RetryInfo),
}

fn open(any: &Any) -> Option<Opened<'_>> {
    let Any { type_url, value } = any;
    let (_, name) = type_url.rsplit_once('/')?;
    let value = value.as_slice();
    let detail = match name {
        "google.rpc.BadRequest" => BadRequest::decode(value).ok().map(Detail::BadRequest),
        "google.rpc.DebugInfo" => DebugInfo::decode(value).ok().map(Detail::DebugInfo),
        "google.rpc.ErrorInfo" => ErrorInfo::decode(value).ok().map(Detail::ErrorInfo),
        "google.rpc.Help" => Help::decode(value).ok().map(Detail::Help),
        "google.rpc.LocalizedMessage" => LocalizedMessage::decode(value).ok().map(Detail::LocalizedMessage),
        "google.rpc.PreconditionFailure" => PreconditionFailure::decode(value).ok().map(Detail::PreconditionFailure),
        "google.rpc.QuotaFailure" => QuotaFailure::decode(value).ok().map(Detail::QuotaFailure),
        "google.rpc.RequestInfo" => RequestInfo::decode(value).ok().map(Detail::RequestInfo),
        "google.rpc.ResourceInfo" => ResourceInfo::decode(value).ok().map(Detail::ResourceInfo),
        "google.rpc.RetryInfo" => {
            let info = RetryInfo::decode(value).ok();
            info.filter(|info| !info.retry_delay.is_some_and(out_of_range)).map(Detail::RetryInfo)
        }
        _ => None,
    }?;
    Some(Opened { type_url, detail })
}

/// Whether a duration has no form in JSON: over 10,000 years, as its proto sets it, or of more nanoseconds than a
/// second has.
fn out_of_range(duration: Duration) -> bool {
    duration.seconds.unsigned_abs() > 315_576_000_000 || duration.nanos.unsigned_abs() > 999_999_999
}

fn detail(opened: &Opened, object: &mut Object) {
    let Opened { type_url, detail } = opened;
    object.present_text("@type", type_url);
    match detail {
        Detail::BadRequest(BadRequest { field_violations }) => {
            object.messages("fieldViolations", field_violations, field_violation);
        }
        Detail::DebugInfo(DebugInfo { stack_entries, detail }) => {
            object.texts("stackEntries", stack_entries);
            object.text("detail", detail);
        }
        Detail::ErrorInfo(ErrorInfo { reason, domain, metadata }) => {
            object.text("reason", reason);
            object.text("domain", domain);
            object.texts_by_key("metadata", metadata);
        }
        Detail::Help(Help { links }) => object.messages("links", links, link),
        Detail::LocalizedMessage(message) => localized_message(message, object),
        Detail::PreconditionFailure(PreconditionFailure { violations }) => {
            object.messages("violations", violations, precondition_violation);
        }
        Detail::QuotaFailure(QuotaFailure { violations }) => object.messages("violations", violations, quota_violation),
        Detail::RequestInfo(RequestInfo { request_id, serving_data }) => {
            object.text("requestId", request_id);
            object.text("servingData", serving_data);
        }
        Detail::ResourceInfo(ResourceInfo { resource_type, resource_name, owner, description }) => {
            object.text("resourceType", resource_type);
            object.text("resourceName", resource_name);
            object.text("owner", owner);
            object.text("description", description);
        }
        Detail::RetryInfo(RetryInfo { retry_delay }) => object.duration("retryDelay", retry_delay.as_ref()),
    }
}

fn field_violation(message: &FieldViolation, object: &mut Object) {
    let FieldViolation { field, description, reason, localized_message: localized } = message;
    object.text("field", field);
    object.text("description", description);
    object.text("reason", reason);
    object.message("localizedMessage", localized.as_ref(), localized_message);
}

fn localized_message(message: &LocalizedMessage, object: &mut Object) {
    let LocalizedMessage { locale, message } = message;
    object.text("locale", locale);
    object.text("message", message);
}

fn link(message: &Link, object: &mut Object) {
    let Link { description, url } = message;
    object.text("description", description);
    object.text("url", url);
}

fn precondition_violation(message: &precondition_failure::Violation, object: &mut Object) {
    let precondition_failure::Violation { r#type, subject, description } = message;
    object.text("type", r#type);
    object.text("subject", subject);
    object.text("description", description);
}

fn quota_violation(message: &quota_failure::Violation, object: &mut Object) {
    let quota_failure::Violation {
        subject,
        description,
        api_service,
        quota_metric,
        quota_id,
        quota_dimensions,
        quota_value,
        future_quota_value,
    } = message;
    object.text("subject", subject);
    object.text("description", description);
    object.text("apiService", api_service);
    object.text("quotaMetric", quota_metric);
    object.text("quotaId", quota_id);
    object.texts_by_key("quotaDimensions", quota_dimensions);
    object.long("quotaValue", *quota_value);
    object.optional_long("futureQuotaValue", *future_quota_value);
}
