//! The mapping beside that of `prost-reflect`, which works by descriptor.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::{collection, option, sample};
use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, SerializeOptions,
    Value,
};
use prost_types::{Any, Duration};
use tonic_types::{
    Status,
    pb::{ErrorInfo, Help, RetryInfo},
};

use super::*;
use crate::service::proto::FILE_DESCRIPTOR_SET;

/// Of the protos of answers, and of those of the details of errors.
static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let mut pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
    let details = DescriptorPool::decode(tonic_types::pb::FILE_DESCRIPTOR_SET).unwrap();
    // `google.rpc.Status` is in ours already.
    let missing = details.file_descriptor_protos().filter(|file| !file.name().ends_with("status.proto"));
    pool.add_file_descriptor_protos(missing.cloned()).unwrap();
    pool
});

fn result_descriptor() -> MessageDescriptor {
    DESCRIPTORS.get_message_by_name("copydesk.v1.AnalyzeResult").unwrap()
}

/// The messages that may be a detail of an error.
fn detail_descriptors() -> Vec<MessageDescriptor> {
    let details: Vec<_> = DESCRIPTORS
        .files()
        .filter(|file| file.name().ends_with("error_details.proto"))
        .flat_map(|file| file.messages().collect::<Vec<_>>())
        .collect();
    assert!(details.len() >= 10, "{details:?}");
    details
}

fn dynamic(descriptor: &MessageDescriptor, message: &impl Message) -> DynamicMessage {
    let mut dynamic = DynamicMessage::new(descriptor.clone());
    dynamic.transcode_from(message).unwrap();
    dynamic
}

fn written(result: &AnalyzeResult, fields: Fields) -> String {
    text_of(object::line(result, fields, analyze_result))
}

fn text_of(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap()
}

/// As `prost-reflect` writes it; without the details of an error where it cannot.
fn judged(result: &AnalyzeResult, fields: Fields) -> String {
    let mut dynamic = dynamic(&result_descriptor(), result);
    let options = SerializeOptions::new().skip_default_fields(fields == Fields::Set);
    let line = |dynamic: &DynamicMessage| {
        let mut json = serde_json::Serializer::new(Vec::new());
        dynamic.serialize_with_options(&mut json, &options).map(|()| text_of(json.into_inner()) + "\n")
    };
    line(&dynamic).unwrap_or_else(|_| {
        dynamic.get_field_by_name_mut("error").unwrap().as_message_mut().unwrap().clear_field_by_name("details");
        line(&dynamic).unwrap()
    })
}

#[track_caller]
fn check_as_judged(result: &AnalyzeResult) {
    for fields in [Fields::Set, Fields::All] {
        assert_eq!(written(result, fields), judged(result, fields));
    }
}

#[track_caller]
fn check_detail(type_url: &str, detail: &impl Message, expected: &str) {
    let details = vec![Any { type_url: type_url.to_owned(), value: detail.encode_to_vec() }];
    let error = Status { code: 3, message: String::new(), details };
    let expected = format!(r#"{{"id":"1","error":{{"code":3{expected}}}}}"#) + "\n";
    assert_eq!(text_of(result("1", Err(error), Fields::Set)), expected);
}

/// A message with each of its fields set, of a `oneof` the one named `chosen`; details of errors are `details`.
fn full(descriptor: &MessageDescriptor, chosen: &str, details: &[Any]) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        if field.containing_oneof().is_some_and(|oneof| oneof.fields().len() > 1) && field.name() != chosen {
            continue;
        }
        let one = |field: &FieldDescriptor| match field.kind() {
            Kind::Message(descriptor) => Value::Message(full(&descriptor, chosen, details)),
            Kind::Enum(values) => Value::EnumNumber(values.values().map(|value| value.number()).max().unwrap()),
            Kind::String => Value::String(format!("the {}", field.name())),
            Kind::Double => Value::F64(f64::from(field.number()) / 8.0),
            Kind::Uint32 => Value::U32(field.number()),
            Kind::Int32 => Value::I32(field.number().cast_signed()),
            Kind::Int64 => Value::I64(-i64::from(field.number())),
            Kind::Bool => Value::Bool(true),
            kind => panic!("{}: no test value of {kind:?}", field.full_name()),
        };
        let value = match field.kind() {
            Kind::Message(descriptor) if descriptor.full_name() == "google.protobuf.Any" => {
                Value::List(details.iter().map(|any| Value::Message(dynamic(&descriptor, any))).collect())
            }
            Kind::Message(entry) if field.is_map() => {
                let (Value::String(key), value) =
                    (one(&entry.map_entry_key_field()), one(&entry.map_entry_value_field()))
                else {
                    panic!("{}: no test key", field.full_name())
                };
                Value::Map([(MapKey::String(key), value)].into())
            }
            _ if field.is_list() => Value::List(vec![one(&field), one(&field)]),
            _ => one(&field),
        };
        message.set_field(&field, value);
    }
    message
}

fn any_of(detail: &DynamicMessage) -> Any {
    Any { type_url: format!("type.googleapis.com/{}", detail.descriptor().full_name()), value: detail.encode_to_vec() }
}

#[test]
fn no_field_of_any_message_is_forgotten() {
    let descriptor = result_descriptor();
    let details: Vec<_> = detail_descriptors().iter().map(|detail| any_of(&full(detail, "", &[]))).collect();
    let outcomes: Vec<_> = descriptor.oneofs().flat_map(|oneof| oneof.fields().collect::<Vec<_>>()).collect();
    assert!(outcomes.len() >= 2);
    for outcome in outcomes {
        let whole = full(&descriptor, outcome.name(), &details);
        let result = whole.transcode_to::<AnalyzeResult>().unwrap();
        let written = written(&result, Fields::Set);
        let names = written.matches("\":").count();
        assert!(names > 40, "{names} fields: {written}");
        check_as_judged(&result);
    }
}

#[test]
fn an_empty_message_is_an_empty_object() {
    check_as_judged(&AnalyzeResult::default());
    assert_eq!(analysis(&AnalyzeResponse::default(), Fields::Set), b"{}\n");
    assert_eq!(
        analysis(&AnalyzeResponse::default(), Fields::All),
        b"{\"languageCode\":\"\",\"offsetUnit\":\"OFFSET_UNIT_UNSPECIFIED\"}\n"
    );
}

#[test]
fn numbers_that_json_has_not_are_strings_and_no_zero_is_negative() {
    let score = |score, fields| {
        let keywords = vec![Keyword { score, ..Default::default() }];
        let keywords = Some(ExtractKeywordsResponse { keywords, ..Default::default() });
        let analysis = AnalyzeResponse { keywords, ..Default::default() };
        let result = AnalyzeResult { id: String::new(), outcome: Some(analyze_result::Outcome::Analysis(analysis)) };
        check_as_judged(&result);
        let written = written(&result, fields);
        written.split_once(r#""score":"#).map(|(_, rest)| rest[..rest.find([',', '}']).unwrap()].to_owned())
    };
    assert_eq!(score(0.1 + 0.2, Fields::Set).as_deref(), Some("0.30000000000000004"));
    assert_eq!(score(1.0, Fields::Set).as_deref(), Some("1.0"));
    assert_eq!(score(1e300, Fields::Set).as_deref(), Some("1e+300"));
    assert_eq!(score(f64::NAN, Fields::Set).as_deref(), Some(r#""NaN""#));
    assert_eq!(score(f64::INFINITY, Fields::Set).as_deref(), Some(r#""Infinity""#));
    assert_eq!(score(f64::NEG_INFINITY, Fields::Set).as_deref(), Some(r#""-Infinity""#));
    assert_eq!(score(-0.0, Fields::Set), None);
    assert_eq!(score(-0.0, Fields::All).as_deref(), Some("0.0"));
}

#[test]
fn map_entries_are_in_the_order_of_their_keys() {
    let metadata = ["b", "a", "\"c"].map(|key| (key.to_owned(), key.to_uppercase())).into();
    let info = ErrorInfo { metadata, ..Default::default() };
    let expected = r#"{"@type":"x/google.rpc.ErrorInfo","metadata":{"\"c":"\"C","a":"A","b":"B"}}"#;
    check_detail("x/google.rpc.ErrorInfo", &info, &format!(r#","details":[{expected}]"#));
}

#[test]
fn a_detail_that_is_unknown_or_broken_costs_the_details_alone() {
    let help = Help::default();
    check_detail("x/google.rpc.Help", &help, r#","details":[{"@type":"x/google.rpc.Help"}]"#);
    check_detail("google.rpc.Help", &help, "");
    check_detail("x/google.rpc.Helper", &help, "");
    let not_help = ErrorInfo { reason: "x".to_owned(), ..Default::default() };
    check_detail("x/google.rpc.Help", &not_help, "");
}

#[test]
fn a_delay_is_written_in_seconds_up_to_ten_thousand_years() {
    let retry = |seconds, nanos| RetryInfo { retry_delay: Some(Duration { seconds, nanos }) };
    let written = |delay| format!(r#","details":[{{"@type":"x/google.rpc.RetryInfo","retryDelay":"{delay}"}}]"#);
    check_detail("x/google.rpc.RetryInfo", &retry(0, 0), &written("0s"));
    check_detail("x/google.rpc.RetryInfo", &retry(1, 500_000_000), &written("1.500s"));
    check_detail("x/google.rpc.RetryInfo", &retry(315_576_000_000, 0), &written("315576000000s"));
    check_detail("x/google.rpc.RetryInfo", &retry(315_576_000_001, 0), "");
    check_detail("x/google.rpc.RetryInfo", &retry(0, 1_000_000_000), "");
}

/// A field's value or its absence, the edges of its type among them.
fn any_value(field: &FieldDescriptor) -> BoxedStrategy<Option<Value>> {
    if field.is_map() {
        // More than one entry `prost-reflect` writes in no order that holds.
        return option::of((text(), text()))
            .prop_map(|entry| {
                entry.map(|(key, value)| Value::Map([(MapKey::String(key), Value::String(value))].into()))
            })
            .boxed();
    }
    let one = match field.kind() {
        Kind::Message(any) if any.full_name() == "google.protobuf.Any" => {
            any_detail().prop_map(move |detail| Value::Message(dynamic(&any, &detail))).boxed()
        }
        Kind::Message(descriptor) => any_message(&descriptor).prop_map(Value::Message).boxed(),
        Kind::Enum(_) => prop_oneof![0..6, any::<i32>()].prop_map(Value::EnumNumber).boxed(),
        Kind::String => text().prop_map(Value::String).boxed(),
        Kind::Double => {
            let special =
                sample::select(vec![-0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 1e300]);
            prop_oneof![0.0..1.0, any::<f64>(), special].prop_map(Value::F64).boxed()
        }
        Kind::Uint32 => prop_oneof![0..3_u32, any::<u32>()].prop_map(Value::U32).boxed(),
        Kind::Int32 => prop_oneof![0..1_500_000_000, any::<i32>()].prop_map(Value::I32).boxed(),
        Kind::Int64 => prop_oneof![0..3_i64, 0..400_000_000_000_i64, any::<i64>()].prop_map(Value::I64).boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        kind => panic!("{}: no values of {kind:?}", field.full_name()),
    };
    if field.is_list() {
        option::of(collection::vec(one, 0..3).prop_map(Value::List)).boxed()
    } else {
        option::of(one).boxed()
    }
}

fn any_message(descriptor: &MessageDescriptor) -> BoxedStrategy<DynamicMessage> {
    let fields: Vec<_> = descriptor.fields().collect();
    let values: Vec<_> = fields.iter().map(any_value).collect();
    let descriptor = descriptor.clone();
    values
        .prop_map(move |values| {
            let mut message = DynamicMessage::new(descriptor.clone());
            for (field, value) in fields.iter().zip(values) {
                if let Some(value) = value {
                    message.set_field(field, value);
                }
            }
            message
        })
        .boxed()
}

/// A detail of each type, and now and then one that cannot be read.
fn any_detail() -> impl Strategy<Value = Any> {
    let known: Vec<_> =
        detail_descriptors().iter().map(|detail| any_message(detail).prop_map(|d| any_of(&d)).boxed()).collect();
    let names: Vec<_> = detail_descriptors().iter().map(|detail| detail.full_name().to_owned()).collect();
    let broken = (sample::select(names), collection::vec(any::<u8>(), 0..12))
        .prop_map(|(name, value)| Any { type_url: format!("type.googleapis.com/{name}"), value });
    let unknown = (text(), collection::vec(any::<u8>(), 0..4)).prop_map(|(type_url, value)| Any { type_url, value });
    let known = (0..known.len()).prop_flat_map(move |at| known[at].clone());
    prop_oneof![20 => known, 2 => broken, 1 => unknown]
}

/// Letters of one to four bytes, and all that JSON escapes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z\"\\\\/ äж中😀\u{0}-\u{1f}\u{7f}\u{2028}]{0,12}", any::<String>()]
}

fn any_result() -> impl Strategy<Value = AnalyzeResult> {
    any_message(&result_descriptor()).prop_map(|message| message.transcode_to().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_result_is_written_as_by_descriptor(result in any_result()) {
        check_as_judged(&result);
    }
}
