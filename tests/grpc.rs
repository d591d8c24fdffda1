//! Every method and every error of the contract, through a real socket.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

mod common;

use std::collections::BTreeMap;

use common::{ARTICLE, connect, connect_with};
use copydesk::service::{
    Limits,
    proto::{
        analysis_service_client::AnalysisServiceClient, analyze_result::Outcome,
        info_service_client::InfoServiceClient, keyword_service_client::KeywordServiceClient,
        language_service_client::LanguageServiceClient, sentence_service_client::SentenceServiceClient,
        summary_options::Length, summary_service_client::SummaryServiceClient, *,
    },
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

fn document(text: &str) -> Option<Document> {
    Some(Document { text: text.to_owned(), ..Document::default() })
}

fn analyze_request(text: &str) -> AnalyzeRequest {
    AnalyzeRequest { document: document(text), ..AnalyzeRequest::default() }
}

fn item(id: &str, text: &str) -> AnalyzeItem {
    AnalyzeItem { id: id.to_owned(), request: Some(analyze_request(text)) }
}

async fn analyze(channel: &Channel, request: AnalyzeRequest) -> Result<AnalyzeResponse, Status> {
    AnalysisServiceClient::new(channel.clone()).analyze(request).await.map(tonic::Response::into_inner)
}

async fn split(channel: &Channel, text: &str, unit: OffsetUnit) -> Vec<Sentence> {
    let request = SplitSentencesRequest { document: document(text), options: None, offset_unit: unit.into() };
    let answer = SentenceServiceClient::new(channel.clone()).split_sentences(request).await.unwrap().into_inner();
    assert_eq!(answer.offset_unit(), if unit == OffsetUnit::Unspecified { OffsetUnit::Utf8Byte } else { unit });
    answer.sentences
}

/// The fields that `status` complains of, and why, by BadRequest.
fn violations(status: &Status) -> BTreeMap<String, String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_details_bad_request().expect("details name the fields");
    details.field_violations.into_iter().map(|violation| (violation.field, violation.description)).collect()
}

#[track_caller]
fn assert_fields(status: &Status, expected: &[&str]) {
    assert_eq!(violations(status).keys().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// The slice of `text` that `span` names, as a client that counts in `unit` would take it.
fn slice(text: &str, span: TextSpan, unit: OffsetUnit) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    match unit {
        OffsetUnit::Unspecified | OffsetUnit::Utf8Byte => text[start..end].to_owned(),
        OffsetUnit::Utf16CodeUnit => {
            String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).expect("no surrogate pair is cut")
        }
        OffsetUnit::CodePoint => text.chars().skip(start).take(end - start).collect(),
    }
}

#[tokio::test]
async fn language_is_detected() {
    let mut client = LanguageServiceClient::new(connect().await);
    let request = DetectLanguageRequest {
        document: document(ARTICLE),
        options: Some(LanguageOptions { include_segments: true, ..LanguageOptions::default() }),
        offset_unit: OffsetUnit::CodePoint.into(),
    };
    let answer = client.detect_language(request).await.unwrap().into_inner();
    let best = &answer.languages[0];
    assert_eq!((best.language_code.as_str(), best.alpha3_code.as_str()), ("en", "eng"));
    assert_eq!((best.name.as_str(), best.script.as_str()), ("English", "Latn"));
    assert!(best.confidence > 0.9 && best.confidence <= 1.0, "{}", best.confidence);
    assert!(answer.reliable);
    assert_eq!(answer.language_code, "en");
    assert!(answer.languages.len() <= 3);
    let ends =
        (answer.segments.first().unwrap().span.unwrap().start, answer.segments.last().unwrap().span.unwrap().end);
    assert_eq!(ends, (0, u32::try_from(ARTICLE.chars().count()).unwrap()));
}

#[tokio::test]
async fn text_without_language_is_und_and_no_error() {
    let mut client = LanguageServiceClient::new(connect().await);
    for text in ["12345 67.8", "\u{1F600}\u{1F680}", "https://example.com/a/b?c=d", "{\"a\": [1, 2]}"] {
        let request = DetectLanguageRequest { document: document(text), ..DetectLanguageRequest::default() };
        let answer = client.detect_language(request).await.unwrap().into_inner();
        assert_eq!(
            (answer.language_code.as_str(), answer.languages.len(), answer.reliable),
            ("und", 0, false),
            "{text}"
        );
    }
}

#[tokio::test]
async fn candidates_restrict_the_answer() {
    let mut client = LanguageServiceClient::new(connect().await);
    let request = DetectLanguageRequest {
        document: document(ARTICLE),
        options: Some(LanguageOptions {
            candidate_language_codes: vec!["de".to_owned(), "nld".to_owned()],
            ..LanguageOptions::default()
        }),
        offset_unit: 0,
    };
    let answer = client.detect_language(request).await.unwrap().into_inner();
    assert!(!answer.languages.is_empty());
    assert!(answer.languages.iter().all(|language| ["de", "nl"].contains(&language.language_code.as_str())));
}

#[tokio::test]
async fn sentences_are_slices_of_the_text_in_every_unit() {
    let channel = connect().await;
    let awkward = "\u{FEFF}Caf\u{E9} cre\u{301}me \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} came.\r\nThen\0 it rained! \
        \u{5D4}\u{5D5}\u{5D0} \u{5D0}\u{5DE}\u{5E8} \u{5E9}\u{5DC}\u{5D5}\u{5DD}. \
        \u{4ECA}\u{5929}\u{4E0B}\u{96E8}\u{3002}\u{660E}\u{5929}\u{6674}\u{3002} \u{1F600} The end.\u{202E}";
    for text in [ARTICLE, awkward] {
        for unit in [OffsetUnit::Unspecified, OffsetUnit::Utf8Byte, OffsetUnit::Utf16CodeUnit, OffsetUnit::CodePoint] {
            let sentences = split(&channel, text, unit).await;
            assert!(sentences.len() > 3, "{sentences:?}");
            for sentence in &sentences {
                assert_eq!(slice(text, sentence.span.unwrap(), unit), sentence.text);
                assert_ne!(sentence.kind(), SentenceKind::Unspecified);
            }
            assert!(sentences.is_sorted_by_key(|sentence| (sentence.span.unwrap().start, sentence.paragraph)));
        }
    }
}

#[tokio::test]
async fn line_breaks_break_or_flow_as_asked() {
    let mut client = SentenceServiceClient::new(connect().await);
    let mut count = async |line_breaks: LineBreaks| {
        let request = SplitSentencesRequest {
            document: document("the tide was high\nand the boats were out"),
            options: Some(SentenceOptions { line_breaks: line_breaks.into() }),
            offset_unit: 0,
        };
        client.split_sentences(request).await.unwrap().into_inner().sentences.len()
    };
    assert_eq!(count(LineBreaks::Break).await, 2);
    assert_eq!(count(LineBreaks::Flow).await, 1);
}

#[tokio::test]
async fn keywords_are_ranked_and_their_mentions_stand_in_the_text() {
    let mut client = KeywordServiceClient::new(connect().await);
    let request = ExtractKeywordsRequest {
        document: document(ARTICLE),
        options: Some(KeywordOptions { max_keywords: Some(5), include_mentions: true, ..KeywordOptions::default() }),
        offset_unit: OffsetUnit::Utf16CodeUnit.into(),
    };
    let answer = client.extract_keywords(request).await.unwrap().into_inner();
    assert_eq!(answer.language_code, "en");
    assert!((3..=5).contains(&answer.keywords.len()), "{answer:?}");
    assert!(answer.keywords.is_sorted_by(|a, b| a.score > b.score));
    for keyword in &answer.keywords {
        assert!((0.0..=1.0).contains(&keyword.score));
        assert_eq!(keyword.count as usize, keyword.mentions.len());
        let flat = |mention: &TextSpan| {
            slice(ARTICLE, *mention, OffsetUnit::Utf16CodeUnit).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(keyword.mentions.iter().any(|mention| flat(mention) == keyword.text), "{keyword:?}");
    }
    assert!(answer.keywords.iter().any(|keyword| keyword.text.to_lowercase().contains("bridge")), "{answer:?}");
}

#[tokio::test]
async fn blocked_keywords_never_come_in_any_form() {
    let mut client = KeywordServiceClient::new(connect().await);
    let request = ExtractKeywordsRequest {
        document: document(ARTICLE),
        options: Some(KeywordOptions { blocked: vec!["Harbour BRIDGES".to_owned()], ..KeywordOptions::default() }),
        offset_unit: 0,
    };
    let answer = client.extract_keywords(request).await.unwrap().into_inner();
    assert!(answer.keywords.iter().all(|keyword| keyword.text.to_lowercase() != "harbour bridge"), "{answer:?}");
}

#[tokio::test]
async fn a_summary_is_sentences_of_the_document() {
    let channel = connect().await;
    let sentences = split(&channel, ARTICLE, OffsetUnit::Utf8Byte).await;
    let request = SummarizeRequest { document: document(ARTICLE), ..SummarizeRequest::default() };
    let answer = SummaryServiceClient::new(channel).summarize(request).await.unwrap().into_inner();
    assert_eq!(answer.sentences.len(), 3);
    let mut ranks: Vec<u32> = answer.sentences.iter().map(|sentence| sentence.rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, [1, 2, 3]);
    for sentence in &answer.sentences {
        let whole = &sentences[sentence.index as usize];
        assert_eq!((&whole.text, whole.span), (&sentence.text, sentence.span));
        assert_eq!(whole.kind(), SentenceKind::Prose);
        assert!(answer.text.contains(&sentence.text));
    }
    assert!(answer.sentences.is_sorted_by_key(|sentence| sentence.index));
}

#[tokio::test]
async fn a_summary_keeps_its_length() {
    let mut client = SummaryServiceClient::new(connect().await);
    let mut summarize = async |length: Length, order: SummaryOrder| {
        let options = SummaryOptions { length: Some(length), order: order.into(), profile: 0 };
        let request = SummarizeRequest { document: document(ARTICLE), options: Some(options), offset_unit: 0 };
        client.summarize(request).await.unwrap().into_inner()
    };
    let two = summarize(Length::MaxSentences(2), SummaryOrder::Rank).await;
    assert_eq!(two.sentences.iter().map(|sentence| sentence.rank).collect::<Vec<_>>(), [1, 2]);
    let characters = summarize(Length::MaxCharacters(250), SummaryOrder::Source).await;
    assert!(characters.text.chars().count() <= 250, "{}", characters.text);
    let one = summarize(Length::MaxWords(10), SummaryOrder::Source).await;
    assert_eq!(one.sentences.len(), 1, "one sentence always comes");
    let half = summarize(Length::Ratio(0.5), SummaryOrder::Source).await;
    assert!(!half.sentences.is_empty());
}

#[tokio::test]
async fn analyze_equals_the_four_single_calls() {
    let channel = connect().await;
    for (text, title, language_code, unit) in [
        (ARTICLE, "", "", OffsetUnit::Utf8Byte),
        (ARTICLE, "Northwick loses its bridge", "en-GB", OffsetUnit::CodePoint),
        ("Der Rat tagte am 3. Mai in Lübeck. Er vertagte den Haushalt.", "", "", OffsetUnit::Utf16CodeUnit),
        ("12 34", "", "no", OffsetUnit::CodePoint),
    ] {
        let document =
            Some(Document { text: text.to_owned(), title: title.to_owned(), language_code: language_code.to_owned() });
        let offset_unit = unit.into();
        let whole = AnalyzeRequest { document: document.clone(), offset_unit, ..AnalyzeRequest::default() };
        let whole = analyze(&channel, whole).await.unwrap();

        let request = DetectLanguageRequest { document: document.clone(), options: None, offset_unit };
        let language = LanguageServiceClient::new(channel.clone()).detect_language(request).await.unwrap().into_inner();
        assert_eq!(whole.language.unwrap(), language);
        let request = SplitSentencesRequest { document: document.clone(), options: None, offset_unit };
        let sentences =
            SentenceServiceClient::new(channel.clone()).split_sentences(request).await.unwrap().into_inner();
        assert_eq!(whole.sentences.unwrap(), sentences);
        let request = ExtractKeywordsRequest { document: document.clone(), options: None, offset_unit };
        let keywords = KeywordServiceClient::new(channel.clone()).extract_keywords(request).await.unwrap().into_inner();
        assert_eq!(whole.keywords.unwrap(), keywords);
        let request = SummarizeRequest { document, options: None, offset_unit };
        let summary = SummaryServiceClient::new(channel.clone()).summarize(request).await.unwrap().into_inner();
        assert_eq!(whole.summary.unwrap(), summary);
        assert_eq!(whole.language_code, sentences.language_code);
        assert_eq!(whole.offset_unit, offset_unit);
    }
}

#[tokio::test]
async fn the_same_request_has_the_same_answer() {
    let channel = connect().await;
    let first = analyze(&channel, analyze_request(ARTICLE)).await.unwrap();
    let again = analyze(&connect().await, analyze_request(ARTICLE)).await.unwrap();
    assert_eq!(first, again);
}

#[tokio::test]
async fn only_the_parts_asked_for_are_answered() {
    let channel = connect().await;
    let request = AnalyzeRequest { keywords: Some(KeywordOptions::default()), ..analyze_request(ARTICLE) };
    let answer = analyze(&channel, request).await.unwrap();
    assert!(answer.keywords.is_some());
    assert!(answer.language.is_none() && answer.sentences.is_none() && answer.summary.is_none());
    assert_eq!(answer.language_code, "en");
}

#[tokio::test]
async fn a_given_language_is_worked_in_under_its_canonical_code() {
    let channel = connect().await;
    for (given, expected) in
        [("no", "nb"), ("iw", "he"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh-Hant"), ("sr-Latn", "sr-Latn"), ("und", "en")]
    {
        let mut request = analyze_request(ARTICLE);
        request.document.as_mut().unwrap().language_code = given.to_owned();
        let answer = analyze(&channel, request).await.unwrap();
        assert_eq!(answer.language_code, expected);
        assert_eq!(answer.sentences.unwrap().language_code, expected);
        assert_eq!(answer.language.unwrap().language_code, "en", "detection pays no heed to it");
    }
}

#[tokio::test]
async fn missing_or_blank_text_is_an_error_on_the_text() {
    let channel = connect().await;
    for text in ["", " \t\r\n", "\0\u{1}", "\u{FEFF}\u{200B}\u{202E}"] {
        assert_fields(&analyze(&channel, analyze_request(text)).await.unwrap_err(), &["document.text"]);
    }
    assert_fields(&analyze(&channel, AnalyzeRequest::default()).await.unwrap_err(), &["document.text"]);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let channel = connect().await;
    let request = AnalyzeRequest {
        document: Some(Document { text: " ".to_owned(), title: String::new(), language_code: "tlh".to_owned() }),
        offset_unit: 9,
        language: Some(LanguageOptions {
            candidate_language_codes: vec!["de".to_owned(), "xx".to_owned()],
            max_languages: Some(11),
            include_segments: false,
        }),
        sentences: Some(SentenceOptions { line_breaks: -1 }),
        keywords: Some(KeywordOptions {
            max_keywords: Some(0),
            max_words: Some(7),
            style: 3,
            include_mentions: false,
            blocked: vec![String::new(); 1001],
        }),
        summary: Some(SummaryOptions { length: Some(Length::MaxSentences(101)), order: 3, profile: 3 }),
    };
    let status = analyze(&channel, request).await.unwrap_err();
    assert_fields(
        &status,
        &[
            "document.language_code",
            "document.text",
            "keywords.blocked",
            "keywords.max_keywords",
            "keywords.max_words",
            "keywords.style",
            "language.candidate_language_codes[1]",
            "language.max_languages",
            "offset_unit",
            "sentences.line_breaks",
            "summary.max_sentences",
            "summary.order",
            "summary.profile",
        ],
    );
    assert_eq!(violations(&status)["keywords.max_words"], "must be from 1 to 6, is 7");
}

#[tokio::test]
async fn many_wrong_codes_make_no_more_headers_than_clients_take() {
    let mut client = LanguageServiceClient::new(connect().await);
    let mut detect = async |codes: usize| {
        let candidate_language_codes = vec!["tlh".to_owned(); codes];
        let options = Some(LanguageOptions { candidate_language_codes, ..LanguageOptions::default() });
        let request = DetectLanguageRequest { document: document(ARTICLE), options, offset_unit: 9 };
        client.detect_language(request).await.unwrap_err()
    };
    let few = violations(&detect(10).await);
    assert_eq!(few.len(), 11, "{few:?}");
    for codes in [11, 1000] {
        let status = detect(codes).await;
        let violations = violations(&status);
        assert_eq!(violations.len(), 12, "{violations:?}");
        assert!(
            violations.contains_key("options.candidate_language_codes[9]") && violations.contains_key("offset_unit")
        );
        let more = format!("holds {} more codes that are none of a language", codes - 10);
        assert_eq!(violations["options.candidate_language_codes"], more);
        assert!(status.details().len() < 4096, "{} bytes, a third more in base 64", status.details().len());
    }
    let too_many = violations(&detect(1001).await);
    assert_eq!(too_many["options.candidate_language_codes"], "must hold at most 1000 codes, holds 1001");
    assert_eq!(too_many.len(), 2, "{too_many:?}");
}

#[tokio::test]
async fn a_single_calls_errors_name_paths_of_its_own_request() {
    let channel = connect().await;
    for (length, field) in [
        (Length::MaxSentences(0), "options.max_sentences"),
        (Length::MaxWords(9), "options.max_words"),
        (Length::MaxWords(10_001), "options.max_words"),
        (Length::MaxCharacters(19), "options.max_characters"),
        (Length::Ratio(0.0), "options.ratio"),
        (Length::Ratio(1.01), "options.ratio"),
        (Length::Ratio(f64::NAN), "options.ratio"),
    ] {
        let options = Some(SummaryOptions { length: Some(length), ..SummaryOptions::default() });
        let request = SummarizeRequest { document: document(ARTICLE), options, offset_unit: 0 };
        let status = SummaryServiceClient::new(channel.clone()).summarize(request).await.unwrap_err();
        assert_fields(&status, &[field]);
    }
}

#[tokio::test]
async fn every_range_is_allowed_to_its_ends_and_no_further() {
    let channel = connect().await;
    let check = async |field: &str, allowed: [AnalyzeRequest; 2], refused: [AnalyzeRequest; 2]| {
        for request in allowed {
            assert!(analyze(&channel, request.clone()).await.is_ok(), "{field}: {request:?}");
        }
        for request in refused {
            assert_fields(&analyze(&channel, request).await.unwrap_err(), &[field]);
        }
    };
    let languages = |max_languages| AnalyzeRequest {
        language: Some(LanguageOptions { max_languages: Some(max_languages), ..LanguageOptions::default() }),
        ..analyze_request(ARTICLE)
    };
    check("language.max_languages", [1, 10].map(languages), [0, 11].map(languages)).await;
    let keywords = |options| AnalyzeRequest { keywords: Some(options), ..analyze_request(ARTICLE) };
    let count = |count| keywords(KeywordOptions { max_keywords: Some(count), ..KeywordOptions::default() });
    check("keywords.max_keywords", [1, 100].map(count), [0, 101].map(count)).await;
    let words = |count| keywords(KeywordOptions { max_words: Some(count), ..KeywordOptions::default() });
    check("keywords.max_words", [1, 6].map(words), [0, 7].map(words)).await;
    let blocked =
        |count| keywords(KeywordOptions { blocked: vec!["x".to_owned(); count], ..KeywordOptions::default() });
    check("keywords.blocked", [0, 1000].map(blocked), [1001, 5000].map(blocked)).await;
    let summary = |length| AnalyzeRequest {
        summary: Some(SummaryOptions { length: Some(length), ..SummaryOptions::default() }),
        ..analyze_request(ARTICLE)
    };
    let sentences = |count| summary(Length::MaxSentences(count));
    check("summary.max_sentences", [1, 100].map(sentences), [0, 101].map(sentences)).await;
    let words = |count| summary(Length::MaxWords(count));
    check("summary.max_words", [10, 10_000].map(words), [9, 10_001].map(words)).await;
    let characters = |count| summary(Length::MaxCharacters(count));
    check("summary.max_characters", [20, 100_000].map(characters), [19, 100_001].map(characters)).await;
    let ratio = |share| summary(Length::Ratio(share));
    check("summary.ratio", [f64::MIN_POSITIVE, 1.0].map(ratio), [0.0, 1.0 + f64::EPSILON].map(ratio)).await;
}

#[tokio::test]
async fn text_over_the_limit_is_an_error_that_names_it() {
    let channel = connect_with(Limits { text_bytes: 100, title_bytes: 10, ..Limits::default() }).await;
    let mut request = analyze_request(&"a".repeat(101));
    request.document.as_mut().unwrap().title = "b".repeat(11);
    let status = analyze(&channel, request).await.unwrap_err();
    assert_eq!(violations(&status)["document.text"], "must be at most 100 bytes of UTF-8, is 101");
    assert_eq!(violations(&status)["document.title"], "must be at most 10 bytes of UTF-8, is 11");
    let mut request = analyze_request(&"a".repeat(100));
    request.document.as_mut().unwrap().title = "b".repeat(10);
    analyze(&channel, request).await.unwrap();
}

#[tokio::test]
async fn a_batch_answers_in_order_and_one_bad_item_fails_alone() {
    let mut client = AnalysisServiceClient::new(connect().await);
    let items =
        vec![item("a", ARTICLE), item("", " "), item("a", "Kort tekst om vejret i dag."), AnalyzeItem::default()];
    let results = client.batch_analyze(BatchAnalyzeRequest { items }).await.unwrap().into_inner().results;
    assert_eq!(results.iter().map(|result| result.id.as_str()).collect::<Vec<_>>(), ["a", "", "a", ""]);
    for (index, result) in results.iter().enumerate() {
        match result.outcome.as_ref().unwrap() {
            Outcome::Analysis(analysis) => {
                assert!(analysis.summary.is_some());
                assert!([0, 2].contains(&index));
            }
            Outcome::Error(error) => {
                assert_eq!(error.code, Code::InvalidArgument as i32);
                let details = tonic_types::pb::BadRequest::decode_details(error);
                assert_eq!(details.field_violations[0].field, "document.text");
                assert!([1, 3].contains(&index));
            }
        }
    }
}

/// Reads the one detail of an item's error.
trait DecodeDetails {
    fn decode_details(error: &tonic_types::Status) -> Self;
}

impl<M: prost::Message + Default> DecodeDetails for M {
    fn decode_details(error: &tonic_types::Status) -> Self {
        M::decode(error.details[0].value.as_slice()).unwrap()
    }
}

#[tokio::test]
async fn an_empty_or_too_long_batch_is_an_error_on_items() {
    let mut client = AnalysisServiceClient::new(connect().await);
    for items in [Vec::new(), vec![AnalyzeItem::default(); 101]] {
        let status = client.batch_analyze(BatchAnalyzeRequest { items }).await.unwrap_err();
        assert_fields(&status, &["items"]);
    }
    let items = vec![AnalyzeItem::default(); 100];
    assert_eq!(client.batch_analyze(BatchAnalyzeRequest { items }).await.unwrap().into_inner().results.len(), 100);
}

#[tokio::test]
async fn a_stream_answers_every_item_once_and_outlives_bad_ones() {
    let mut client = AnalysisServiceClient::new(connect().await);
    let items: Vec<AnalyzeItem> =
        (0..200).map(|n| item(&n.to_string(), if n % 10 == 0 { "\u{200B}" } else { ARTICLE })).collect();
    let requests = tokio_stream::iter(items.into_iter().map(|item| AnalyzeStreamRequest { item: Some(item) }));
    let mut responses = client.analyze_stream(requests).await.unwrap().into_inner();
    let mut answered = BTreeMap::new();
    while let Some(response) = responses.message().await.unwrap() {
        let result = response.result.unwrap();
        let id: usize = result.id.parse().unwrap();
        let bad = matches!(result.outcome.unwrap(), Outcome::Error(_));
        assert!(answered.insert(id, bad).is_none(), "{id} answered twice");
    }
    assert_eq!(answered.len(), 200);
    assert!(answered.iter().all(|(id, &bad)| bad == (id % 10 == 0)));
}

#[tokio::test]
async fn a_busy_server_makes_a_stream_wait_instead_of_failing_it() {
    let limits = Limits { stream_in_flight: 64, ..Limits::default() };
    let channel = common::connect_to(limits, common::TIGHT).await;
    let items = (0..300).map(|n| AnalyzeStreamRequest { item: Some(item(&n.to_string(), ARTICLE)) });
    let mut client = AnalysisServiceClient::new(channel);
    let mut responses = client.analyze_stream(tokio_stream::iter(items)).await.unwrap().into_inner();
    let mut analysed = 0;
    while let Some(response) = responses.message().await.unwrap() {
        assert!(matches!(response.result.unwrap().outcome.unwrap(), Outcome::Analysis(_)));
        analysed += 1;
    }
    assert_eq!(analysed, 300);
}

#[tokio::test]
async fn info_says_what_is_in_force() {
    let limits = Limits { text_bytes: 12_345, stream_bytes: 23_456, ..Limits::default() };
    let mut client = InfoServiceClient::new(connect_with(limits).await);
    let info = client.get_info(GetInfoRequest {}).await.unwrap().into_inner();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    assert!(!info.git_commit.is_empty());
    let in_force = info.limits.unwrap();
    assert_eq!((in_force.max_text_bytes, in_force.max_batch_items), (12_345, 100));
    assert_eq!((in_force.max_blocked, in_force.max_candidate_language_codes), (1000, 1000));
    assert_eq!((in_force.max_list_elements, in_force.max_stream_bytes), (200_400, 23_456));
    let support = |code: &str| info.languages.iter().find(|language| language.language_code == code).unwrap();
    let german = support("de");
    assert_eq!(
        (german.alpha3_code.as_str(), german.name.as_str(), german.stemmer.as_str()),
        ("deu", "German", "german")
    );
    assert_eq!(german.sentence_rules(), SentenceRules::Tailored);
    assert!(german.stop_words && !german.word_segmentation);
    assert!(support("ja").word_segmentation);
    assert_eq!(support("zu").sentence_rules(), SentenceRules::Neutral);
    assert_eq!(support("zh").scripts, ["Hans", "Hant"]);
}
