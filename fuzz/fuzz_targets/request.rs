//! Any bytes as any request: decoded, checked and, where they pass, analysed and answered in the caller's unit, without
//! a panic; and what comes back stands in the text.
#![no_main]

use copydesk::service::proto::{
    AnalyzeRequest, AnalyzeResponse, BatchAnalyzeRequest, DetectLanguageRequest, ExtractKeywordsRequest, OffsetUnit,
    SplitSentencesRequest, SummarizeRequest, TextSpan,
};
use copydesk::service::{IntoJob, Limits, analyse, job};
use libfuzzer_sys::fuzz_target;
use prost::Message;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    match choice % 6 {
        0 => one::<AnalyzeRequest>(bytes),
        1 => one::<DetectLanguageRequest>(bytes),
        2 => one::<SplitSentencesRequest>(bytes),
        3 => one::<ExtractKeywordsRequest>(bytes),
        4 => one::<SummarizeRequest>(bytes),
        _ => {
            let Ok(batch) = BatchAnalyzeRequest::decode(bytes) else { return };
            for item in batch.items {
                answer(item.request.unwrap_or_default());
            }
        }
    }
});

fn one<Q: Message + Default + IntoJob>(bytes: &[u8]) {
    if let Ok(request) = Q::decode(bytes) {
        answer(request);
    }
}

fn answer<Q: IntoJob>(request: Q) {
    let limits = Limits { text_bytes: 4096, title_bytes: 256, ..Limits::default() };
    match job(request, &limits) {
        Ok(job) => {
            let encoded = analyse(&job, None, || false).expect("nobody has stopped it").whole().into_bytes();
            let response = AnalyzeResponse::decode(&*encoded).expect("what goes out can be read");
            check(&response, &job.text);
            assert_eq!(response.encode_to_vec(), encoded);
        }
        Err(status) => {
            assert_eq!(status.code(), tonic::Code::InvalidArgument);
            assert!(status.message().len() < 1024);
        }
    }
}

/// Every span stands in the text, in the unit that the response names, and every sentence is its span's slice.
fn check(response: &AnalyzeResponse, text: &str) {
    let length = match response.offset_unit() {
        OffsetUnit::Unspecified | OffsetUnit::Utf8Byte => text.len(),
        OffsetUnit::Utf16CodeUnit => text.encode_utf16().count(),
        OffsetUnit::CodePoint => text.chars().count(),
    };
    let slice = |span: &Option<TextSpan>| {
        let span = span.expect("every span is set");
        let (start, end) = (usize::try_from(span.start).unwrap(), usize::try_from(span.end).unwrap());
        assert!(start < end && end <= length);
        match response.offset_unit() {
            OffsetUnit::Unspecified | OffsetUnit::Utf8Byte => text[start..end].to_owned(),
            OffsetUnit::Utf16CodeUnit => {
                String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).unwrap()
            }
            OffsetUnit::CodePoint => text.chars().skip(start).take(end - start).collect(),
        }
    };
    for segment in response.language.iter().flat_map(|language| &language.segments) {
        slice(&segment.span);
    }
    for sentence in response.sentences.iter().flat_map(|sentences| &sentences.sentences) {
        assert_eq!(slice(&sentence.span), sentence.text);
    }
    for sentence in response.summary.iter().flat_map(|summary| &summary.sentences) {
        assert_eq!(slice(&sentence.span), sentence.text);
    }
    for mention in response.keywords.iter().flat_map(|keywords| &keywords.keywords).flat_map(|word| &word.mentions) {
        slice(&Some(*mention));
    }
}
