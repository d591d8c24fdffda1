//! The protobuf JSON mapping of answers, one line each.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};

use crate::service::proto::{AnalyzeResponse, AnalyzeResult, FILE_DESCRIPTOR_SET, analyze_result};

use super::outcome::Outcome;

/// Which fields to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Those that are not at their default, as the mapping has it unless told otherwise.
    Set,
    /// All of them.
    All,
}

/// An `AnalyzeResponse` as a line, without the newline.
pub fn analysis(response: &AnalyzeResponse, fields: Fields) -> String {
    line(&DESCRIPTORS.analyze_response, response, fields)
}

/// An `AnalyzeResult` as a line, without the newline: `id`, and `analysis` or `error`.
pub fn result(id: &str, outcome: Outcome, fields: Fields) -> String {
    let outcome = match outcome {
        Ok(analysis) => analyze_result::Outcome::Analysis(analysis),
        Err(error) => analyze_result::Outcome::Error(error),
    };
    line(&DESCRIPTORS.analyze_result, &AnalyzeResult { id: id.to_owned(), outcome: Some(outcome) }, fields)
}

struct Descriptors {
    analyze_response: MessageDescriptor,
    analyze_result: MessageDescriptor,
}

static DESCRIPTORS: LazyLock<Descriptors> = LazyLock::new(|| {
    let mut pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build made these descriptors");
    // The details of errors are `Any`s: their types have to be known to be written out.
    let details = DescriptorPool::decode(tonic_types::pb::FILE_DESCRIPTOR_SET).expect("tonic-types made these");
    // `google.rpc.Status` is in ours already.
    let missing =
        details.file_descriptor_protos().filter(|file| !file.message_type.iter().any(|m| m.name() == "Status"));
    pool.add_file_descriptor_protos(missing.cloned()).expect("error details need nothing but these files");
    let message = |name| pool.get_message_by_name(name).expect("the protos define it");
    Descriptors {
        analyze_response: message("copydesk.v1.AnalyzeResponse"),
        analyze_result: message("copydesk.v1.AnalyzeResult"),
    }
});

fn line(descriptor: &MessageDescriptor, message: &impl Message, fields: Fields) -> String {
    let mut dynamic = DynamicMessage::new(descriptor.clone());
    dynamic.transcode_from(message).expect("a message decodes by its own descriptor");
    let options = SerializeOptions::new().skip_default_fields(fields == Fields::Set);
    let mut json = serde_json::Serializer::new(Vec::new());
    match dynamic.serialize_with_options(&mut json, &options) {
        Ok(()) => String::from_utf8(json.into_inner()).expect("JSON is UTF-8"),
        // A server newer than this program may send a detail of a type that is unknown here: leave the details out.
        Err(_) => undetailed(dynamic, &options),
    }
}

fn undetailed(mut dynamic: DynamicMessage, options: &SerializeOptions) -> String {
    if let Some(error) = dynamic.get_field_by_name_mut("error").and_then(|value| value.as_message_mut()) {
        error.clear_field_by_name("details");
    }
    let mut json = serde_json::Serializer::new(Vec::new());
    dynamic.serialize_with_options(&mut json, options).expect("known types alone are left");
    String::from_utf8(json.into_inner()).expect("JSON is UTF-8")
}
