//! What holds of the whole analysis of any text, in any unit.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

use copydesk::service::{Limits, analyse, job, proto::*};
use proptest::prelude::*;
use prost::Message;

/// Text of the kinds that break programs: scripts, marks, glue, line breaks, controls, and plain prose between them.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[A-Za-z]{1,9}",
        2 => "[A-Z][a-z]{1,6}",
        2 => prop::sample::select(vec![". ", ".", "! ", "? ", "...", "; ", ": ", ", ", " - ", "\u{2014}", "\"", "\u{201C}", "\u{201D}", "(", ")"]).prop_map(str::to_owned),
        3 => Just(" ".to_owned()),
        1 => prop::sample::select(vec!["\n", "\r\n", "\n\n", "\t", "\0", "\u{FEFF}", "\u{200B}", "\u{202E}", "\u{2028}"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["Mr. ", "U.S. ", "z.B. ", "3.5", "12:30", "a@b.org", "https://x.org/a?b=c", "1. ", "\u{2022} "]).prop_map(str::to_owned),
        1 => "[\u{4E00}-\u{4E2F}]{1,5}\u{3002}?",
        1 => "[\u{3041}-\u{3060}\u{30A1}-\u{30C0}]{1,6}",
        1 => "[\u{0E01}-\u{0E2E}\u{0E30}-\u{0E3A}]{1,8}",
        1 => "[\u{0627}-\u{063A}]{1,6}[\u{061F}\u{06D4} ]?",
        1 => "[\u{0905}-\u{0939}\u{093E}-\u{094D}]{1,6}[\u{0964} ]?",
        1 => "[\u{0410}-\u{044F}]{1,8}",
        1 => "e[\u{301}\u{308}\u{327}]{1,4}",
        1 => prop::sample::select(vec!["\u{1F600}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F1E9}\u{1F1EA}"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn any_unit() -> impl Strategy<Value = OffsetUnit> {
    prop::sample::select(vec![OffsetUnit::Utf8Byte, OffsetUnit::Utf16CodeUnit, OffsetUnit::CodePoint])
}

fn any_language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "en", "de", "fr", "ru", "ar", "hi", "zh-Hant", "ja", "th", "sr-Latn", "zu"])
}

/// The slice of `text` that `span` names, as a client that counts in `unit` would take it.
fn slice(text: &str, span: TextSpan, unit: OffsetUnit) -> String {
    let range = span.start as usize..span.end as usize;
    match unit {
        OffsetUnit::Unspecified | OffsetUnit::Utf8Byte => text[range].to_owned(),
        OffsetUnit::Utf16CodeUnit => String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[range]).unwrap(),
        OffsetUnit::CodePoint => text.chars().skip(range.start).take(range.len()).collect(),
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The analysis of `request`, which is encoded as prost encodes it; `None` where its text is refused.
fn answer(request: AnalyzeRequest) -> Option<AnalyzeResponse> {
    let job = job(request, &Limits::default()).ok()?;
    let encoded = analyse(&job, None, || false).expect("nobody stopped it").whole().into_bytes();
    let answer = AnalyzeResponse::decode(&*encoded).expect("it can be read");
    assert_eq!(answer.encode_to_vec(), encoded);
    Some(answer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_answer_points_into_the_text(
        text in any_text(), title in "[A-Za-z ]{0,20}", unit in any_unit(), language_code in any_language(),
        length in 0..4u32,
    ) {
        use summary_options::Length;
        let length = match length {
            0 => Length::MaxSentences(2),
            1 => Length::MaxWords(12),
            2 => Length::MaxCharacters(40),
            _ => Length::Ratio(0.3),
        };
        let request = AnalyzeRequest {
            document: Some(Document { text: text.clone(), title, language_code: language_code.to_owned() }),
            offset_unit: unit.into(),
            language: Some(LanguageOptions { include_segments: true, ..LanguageOptions::default() }),
            sentences: Some(SentenceOptions::default()),
            keywords: Some(KeywordOptions { include_mentions: true, ..KeywordOptions::default() }),
            summary: Some(SummaryOptions { length: Some(length), ..SummaryOptions::default() }),
        };
        let Some(whole) = answer(request.clone()) else {
            prop_assert!(flat(&text).chars().all(|c| !c.is_alphanumeric()));
            return Ok(());
        };
        prop_assert_eq!(&whole, &answer(request.clone()).unwrap(), "the same again");

        let sentences = whole.sentences.as_ref().unwrap();
        let mut end = 0;
        for sentence in &sentences.sentences {
            let span = sentence.span.unwrap();
            prop_assert!(end <= span.start && span.start < span.end);
            prop_assert_eq!(&slice(&text, span, unit), &sentence.text);
            let between = slice(&text, TextSpan { start: end, end: span.start }, unit);
            prop_assert!(!between.chars().any(char::is_alphanumeric), "lost {between:?}");
            end = span.end;
        }

        let segments = &whole.language.as_ref().unwrap().segments;
        let mut end = 0;
        for segment in segments {
            let span = segment.span.unwrap();
            prop_assert_eq!(span.start, end, "segments follow on each other");
            prop_assert!(span.start < span.end);
            slice(&text, span, unit);
            end = span.end;
        }
        prop_assert!(slice(&text, TextSpan { start: 0, end }, unit) == text, "segments cover all the text");

        for keyword in &whole.keywords.as_ref().unwrap().keywords {
            prop_assert!((0.0..=1.0).contains(&keyword.score));
            let mentions: Vec<String> = keyword.mentions.iter().map(|&mention| slice(&text, mention, unit)).collect();
            prop_assert!(mentions.iter().any(|mention| flat(mention) == keyword.text), "{:?} {:?}", keyword.text, mentions);
            prop_assert_eq!(mentions.len(), keyword.count as usize);
        }

        let summary = whole.summary.as_ref().unwrap();
        prop_assert_eq!(summary.sentences.is_empty(), sentences.sentences.is_empty());
        for chosen in &summary.sentences {
            let sentence = &sentences.sentences[chosen.index as usize];
            prop_assert_eq!((&sentence.text, sentence.span), (&chosen.text, chosen.span));
            prop_assert!((0.0..=1.0).contains(&chosen.score));
        }
        if let Length::MaxCharacters(limit) = length {
            prop_assert!(summary.sentences.len() == 1 || summary.text.chars().count() <= limit as usize || summary.sentences.is_empty());
        }
    }

    #[test]
    fn each_part_is_the_same_alone_and_together(text in any_text(), unit in any_unit(), language_code in any_language()) {
        let document = Some(Document { text, language_code: language_code.to_owned(), ..Document::default() });
        let offset_unit = unit.into();
        let request = AnalyzeRequest { document, offset_unit, ..AnalyzeRequest::default() };
        let Some(whole) = answer(request.clone()) else { return Ok(()) };

        let alone = AnalyzeRequest { language: Some(LanguageOptions::default()), ..request.clone() };
        prop_assert_eq!(whole.language, answer(alone).unwrap().language);
        let alone = AnalyzeRequest { sentences: Some(SentenceOptions::default()), ..request.clone() };
        prop_assert_eq!(whole.sentences, answer(alone).unwrap().sentences);
        let alone = AnalyzeRequest { keywords: Some(KeywordOptions::default()), ..request.clone() };
        prop_assert_eq!(whole.keywords, answer(alone).unwrap().keywords);
        let alone = AnalyzeRequest { summary: Some(SummaryOptions::default()), ..request };
        prop_assert_eq!(whole.summary, answer(alone).unwrap().summary);
    }
}
