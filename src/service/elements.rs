//! How many elements the lists of a request hold, told before it is decoded: one that takes two bytes in a message
//! takes up to two hundred in memory.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::{
    limits,
    proto::{
        AnalyzeRequest, AnalyzeStreamRequest, BatchAnalyzeRequest, DetectLanguageRequest, ExtractKeywordsRequest,
        GetInfoRequest, SplitSentencesRequest, SummarizeRequest,
    },
};

/// The most elements of a request. No request within the other limits has more: an item is one, and so are its request
/// and the two messages of options that hold lists.
pub const MOST: usize = limits::BATCH_ITEMS * (4 + limits::CANDIDATE_CODES + limits::BLOCKED);

/// A message that may hold lists.
pub trait Lists {
    /// The fields that are lists, or messages that hold some.
    const FIELDS: &'static [Field];
}

/// A field that is a list, or a message that holds some.
#[derive(Debug)]
pub struct Field {
    number: u32,
    /// Such fields of its own.
    fields: &'static [Field],
}

const LANGUAGE_OPTIONS: &[Field] = &[Field { number: 1, fields: &[] }];
const KEYWORD_OPTIONS: &[Field] = &[Field { number: 5, fields: &[] }];
const ANALYZE_ITEM: &[Field] = &[Field { number: 2, fields: AnalyzeRequest::FIELDS }];

impl Lists for AnalyzeRequest {
    const FIELDS: &'static [Field] =
        &[Field { number: 3, fields: LANGUAGE_OPTIONS }, Field { number: 5, fields: KEYWORD_OPTIONS }];
}

impl Lists for BatchAnalyzeRequest {
    const FIELDS: &'static [Field] = &[Field { number: 1, fields: ANALYZE_ITEM }];
}

impl Lists for AnalyzeStreamRequest {
    const FIELDS: &'static [Field] = &[Field { number: 1, fields: ANALYZE_ITEM }];
}

impl Lists for DetectLanguageRequest {
    const FIELDS: &'static [Field] = &[Field { number: 2, fields: LANGUAGE_OPTIONS }];
}

impl Lists for ExtractKeywordsRequest {
    const FIELDS: &'static [Field] = &[Field { number: 2, fields: KEYWORD_OPTIONS }];
}

impl Lists for SplitSentencesRequest {
    const FIELDS: &'static [Field] = &[];
}

impl Lists for SummarizeRequest {
    const FIELDS: &'static [Field] = &[];
}

impl Lists for GetInfoRequest {
    const FIELDS: &'static [Field] = &[];
}

/// How often these fields, and those inside them, occur in `message`, as far as it is well-formed.
pub fn count(mut message: &[u8], fields: &[Field]) -> usize {
    let mut elements = 0;
    while let Some((number, value)) = next_field(&mut message) {
        if let Some(field) = fields.iter().find(|field| field.number == number) {
            elements += 1 + count(value, field.fields);
        }
    }
    elements
}

/// Takes the next field off `message`, by what decodes it later: its number, and its bytes where it has a length.
fn next_field<'m>(message: &mut &'m [u8]) -> Option<(u32, &'m [u8])> {
    let (number, wire_type) = decode_key(message).ok()?;
    if wire_type == WireType::LengthDelimited {
        let length = usize::try_from(decode_varint(message).ok()?).ok()?;
        return Some((number, message.split_off(..length)?));
    }
    skip_field(wire_type, number, message, DecodeContext::default()).ok()?;
    Some((number, &[]))
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_reflect::{DescriptorPool, Kind, MessageDescriptor};

    use super::*;
    use crate::service::proto::{AnalyzeItem, Document, FILE_DESCRIPTOR_SET, KeywordOptions, LanguageOptions};

    #[track_caller]
    fn check<M: Message + Lists + std::fmt::Debug>(message: &M, expected: usize) {
        assert_eq!(count(&message.encode_to_vec(), M::FIELDS), expected, "{message:?}");
    }

    fn request(codes: usize, blocked: usize) -> AnalyzeRequest {
        AnalyzeRequest {
            document: Some(Document { text: "\u{0a}\u{0}".repeat(50), ..Document::default() }),
            offset_unit: 300,
            language: Some(LanguageOptions {
                candidate_language_codes: vec!["en".to_owned(); codes],
                max_languages: Some(3),
                include_segments: true,
            }),
            keywords: Some(KeywordOptions { blocked: vec![String::new(); blocked], ..KeywordOptions::default() }),
            ..AnalyzeRequest::default()
        }
    }

    #[test]
    fn elements_of_every_list_count_and_no_others() {
        check(&AnalyzeRequest::default(), 0);
        check(&request(0, 0), 2);
        check(&request(7, 130), 2 + 7 + 130);
        check(&DetectLanguageRequest { options: request(3, 0).language, ..Default::default() }, 1 + 3);
        check(&ExtractKeywordsRequest { options: request(0, 9).keywords, ..Default::default() }, 1 + 9);
        let item = AnalyzeItem { id: "1".to_owned(), request: Some(request(1, 2)) };
        check(&AnalyzeStreamRequest { item: Some(item.clone()) }, 2 + 5);
        check(&BatchAnalyzeRequest { items: vec![item; 200] }, 200 * (2 + 5));
        check(&BatchAnalyzeRequest { items: vec![AnalyzeItem::default(); 200] }, 200);
    }

    #[test]
    fn the_largest_request_has_no_more_than_the_most() {
        let request = Some(request(limits::CANDIDATE_CODES, limits::BLOCKED));
        check(
            &BatchAnalyzeRequest { items: vec![AnalyzeItem { id: String::new(), request }; limits::BATCH_ITEMS] },
            MOST,
        );
    }

    #[test]
    fn what_is_malformed_counts_as_far_as_it_is_read() {
        let items = BatchAnalyzeRequest::FIELDS;
        for (message, expected) in [
            // An element, and then the end within a tag, a length, an element, a number, a fixed one,
            (&[0x0a, 0, 0x8a][..], 1),
            (&[0x0a, 0, 0x0a, 0x80], 1),
            (&[0x0a, 0, 0x0a, 2, 0], 1),
            (&[0x0a, 0, 0x10, 0x80], 1),
            (&[0x0a, 0, 0x11, 0, 0, 0], 1),
            // a wire type that there is not, a number of more than ten bytes, a length beyond memory.
            (&[0x0a, 0, 0x0f], 1),
            (&[0x0a, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0a, 0], 1),
            (&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x0a, 0], 0),
            // Numbers, fixed ones and groups are passed over.
            (&[0x10, 0x80, 1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x15, 0, 0, 0, 0, 0x1b, 0x1c, 0x0a, 0], 1),
        ] {
            assert_eq!(count(message, items), expected, "{message:x?}");
        }
    }

    /// The paths, by field numbers, of the lists in a message, and of those messages in it that hold lists.
    fn paths(message: &MessageDescriptor) -> Vec<Vec<u32>> {
        let mut paths = Vec::new();
        for field in message.fields() {
            let inner = if let Kind::Message(message) = field.kind() { self::paths(&message) } else { Vec::new() };
            if field.is_list() || !inner.is_empty() {
                paths.push(vec![field.number()]);
            }
            paths.extend(inner.into_iter().map(|path| [vec![field.number()], path].concat()));
        }
        paths
    }

    fn known_paths(fields: &[Field]) -> Vec<Vec<u32>> {
        let below = |field: &Field| {
            let inner = known_paths(field.fields).into_iter().map(|path| [vec![field.number], path].concat());
            [vec![vec![field.number]], inner.collect()].concat()
        };
        fields.iter().flat_map(below).collect()
    }

    #[test]
    fn every_list_of_the_protos_is_known() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let mut requests = 0;
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let known = match method.input().name() {
                "AnalyzeRequest" => AnalyzeRequest::FIELDS,
                "AnalyzeStreamRequest" => AnalyzeStreamRequest::FIELDS,
                "BatchAnalyzeRequest" => BatchAnalyzeRequest::FIELDS,
                "DetectLanguageRequest" => DetectLanguageRequest::FIELDS,
                "ExtractKeywordsRequest" => ExtractKeywordsRequest::FIELDS,
                "GetInfoRequest" => GetInfoRequest::FIELDS,
                "SplitSentencesRequest" => SplitSentencesRequest::FIELDS,
                "SummarizeRequest" => SummarizeRequest::FIELDS,
                unknown => panic!("{unknown} is not known"),
            };
            assert_eq!(known_paths(known), paths(&method.input()), "{}", method.full_name());
            requests += 1;
        }
        assert_eq!(requests, 8);
    }
}
