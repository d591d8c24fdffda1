//! Language detection over whole sentences: every known language, languages that are not known, mixed documents.

use copydesk::{
    languages::{CATALOGUE, Tag},
    text::detect::{Options, detect, segments},
};

const SENTENCES: &str = include_str!("detect/sentences.tsv");
const OUTSIDE: &str = include_str!("detect/outside.tsv");

fn rows(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once('\t').expect("a tab in each line"))
}

fn best(text: &str, options: &Options) -> String {
    detect(text, options).languages.first().map_or("und".to_owned(), |best| best.tag.to_string())
}

fn tag(tag: &str) -> Tag {
    Tag::parse(tag).expect("a known tag")
}

fn among(tags: &[&str]) -> Options {
    Options { candidates: tags.iter().map(|code| tag(code)).collect(), ..Options::default() }
}

#[test]
fn every_language_has_a_sentence() {
    for language in CATALOGUE {
        assert!(rows(SENTENCES).any(|(code, _)| tag(code).language == language), "{}", language.code);
    }
}

#[test]
fn the_sentence_of_each_language_is_recognised() {
    let wrong: Vec<String> = rows(SENTENCES)
        .filter_map(|(expected, text)| {
            let found = best(text, &Options::default());
            (found != expected).then(|| format!("{expected} as {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn at_most_one_in_forty_sentences_of_unknown_languages_is_reliable() {
    let reliable: Vec<_> = rows(OUTSIDE)
        .map(|(name, text)| (name, detect(text, &Options::default())))
        .filter(|(_, detection)| detection.reliable)
        .collect();
    assert!(reliable.len() * 40 <= rows(OUTSIDE).count(), "{reliable:?}");
}

#[test]
fn a_sentence_of_a_large_language_is_reliable() {
    for code in ["de", "en", "fr", "pl", "ru", "ja", "ko", "tr", "fi", "el"] {
        let (_, text) = rows(SENTENCES).find(|(tag, _)| *tag == code).expect("a sentence");
        assert!(detect(text, &Options::default()).reliable, "{code}");
    }
}

#[test]
fn the_best_comes_first_and_confidences_are_probabilities() {
    for (_, text) in rows(SENTENCES) {
        let languages = detect(text, &Options { max_languages: 10, ..Options::default() }).languages;
        assert!(languages.is_sorted_by(|a, b| a.confidence >= b.confidence), "{text}");
        assert!(languages.iter().map(|language| language.confidence).sum::<f64>() <= 1.000_001, "{text}");
    }
}

#[test]
fn candidates_restrict_the_answer() {
    let text = "Vlada je jučer objavila da će nova škola biti otvorena";
    assert_eq!(best(text, &among(&["sr-Latn", "en"])), "sr-Latn");
    assert_eq!(best(text, &among(&["bs"])), "bs");
    assert_eq!(best(text, &among(&["ru", "th"])), "und");
}

#[test]
fn both_norwegians_can_be_candidates() {
    let text = "Eg veit ikkje kva ho heiter, men ho kjem frå Bergen.";
    assert_eq!(best(text, &among(&["nb", "nn"])), "nn");
    assert_eq!(best(text, &among(&["nb", "sv"])), "nb");
}

#[test]
fn no_more_languages_than_asked_for() {
    let options = Options { max_languages: 1, ..Options::default() };
    assert_eq!(detect("Vlada je danas", &options).languages.len(), 1);
}

#[test]
fn a_long_text_is_read_in_samples() {
    let text = "Der Stadtrat berät heute über den Haushalt des kommenden Jahres. ".repeat(2000);
    assert_eq!(best(&text, &Options::default()), "de");
}

/// A text without a full stop whose words are where only the later windows of a sample lie.
fn words_between_numbers() -> String {
    let words = "der Hafen bleibt bis zum Herbst geschlossen weil die Stadt die Mauer erneuert und die ";
    (0..19).map(|part| if part % 4 < 2 { "17 42 305 ".repeat(9) } else { format!("{words:90}") }).collect()
}

#[test]
fn a_sample_that_does_not_tell_is_read_on() {
    let text = words_between_numbers();
    assert_eq!(best(&text, &Options::default()), "de");
    let segments = segments(&text, &Options::default());
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].language.map(|candidate| candidate.tag.to_string()).as_deref(), Some("de"));
}

#[track_caller]
fn check_segments(parts: &[(&str, &str)]) {
    let text: String = parts.iter().map(|(_, part)| *part).collect();
    let segments = segments(&text, &Options::default());
    assert_eq!(segments.first().map(|segment| segment.span.start), Some(0));
    assert_eq!(segments.last().map(|segment| segment.span.end), Some(text.len()));
    assert!(segments.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    let found: Vec<(String, &str)> = segments
        .iter()
        .map(|s| (s.language.map_or("und".to_owned(), |language| language.tag.to_string()), s.span.of(&text)))
        .collect();
    let expected: Vec<(String, &str)> = parts.iter().map(|(code, part)| ((*code).to_owned(), *part)).collect();
    assert_eq!(found, expected);
}

#[test]
fn languages_change_at_sentence_ends() {
    check_segments(&[
        ("en", "The minister met the press in the morning. He said that nothing had been decided yet. "),
        ("fr", "Le ministre a rencontré la presse dans la matinée. Rien n'est encore décidé, a-t-il dit. "),
        ("de", "Der Minister traf am Morgen die Presse. Es sei noch nichts entschieden, sagte er."),
    ]);
}

#[test]
fn a_text_in_one_language_is_one_segment() {
    check_segments(&[(
        "en",
        "Mayor: no. Really? The council of Saint-Étienne-du-Rouvray will vote on Monday.\n\nhttps://example.org/vote\n\nMore soon.",
    )]);
}

#[test]
fn scripts_part_without_spaces() {
    check_segments(&[
        ("ja", "政府は新しい法律を発表した。"),
        ("ko", "정부는 새로운 법률을 발표했다. "),
        ("ru", "Правительство объявило о новом законе."),
    ]);
}

#[test]
fn text_without_language_is_one_segment_without() {
    check_segments(&[("und", "12:30 — 14:00\n+49 30 1234567")]);
}

#[test]
fn text_without_language_has_none() {
    let wrong: Vec<&str> = [
        "",
        " \n\t",
        "…",
        "42",
        "3.14159",
        "$1,250.00",
        "31/12/1999 23:59",
        "+33 1 23 45 67 89",
        "52.5200° N, 13.4050° E",
        "https://example.org/path?query=1#part",
        "press@example.org",
        "ftp://files.example.org/a.zip http://example.org",
        "🎉🎉🎉",
        "❤️ 👍",
        "🇩🇪",
        "∀x∈ℝ: x² ≥ 0",
        "if (a[i] == 0) { i += 1; }",
        "let x = foo(&mut y);",
        "{\"id\": 7, \"tags\": []}",
        "<div class=\"a\"></div>",
        "C:\\Windows\\System32",
        "550e8400-e29b-41d4-a716-446655440000",
        "5d41402abc4b2a76b9719d911017c592",
        "v2.0.1-beta.3",
        "&lt;&gt;",
        "XVII",
        "B-52 F-16 A-10",
        "CO2",
        "zzzzzz",
        "hjklsdfg",
        "adqznbi pkthubv",
        "main() house",
        "#a1b2c3",
        "1:0 (0:0)",
        "* * *",
    ]
    .into_iter()
    .filter(|text| !detect(text, &Options::default()).languages.is_empty())
    .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn short_text_has_a_language() {
    for text in [
        "Wahl",
        "ja",
        "élection",
        "выборы",
        "選挙",
        "선거",
        "COVID-19: new rules",
        "F-16 crashes near Madrid",
        "NATO",
        "#Brexit vote",
    ] {
        assert!(!detect(text, &Options::default()).languages.is_empty(), "{text}");
    }
}

#[test]
fn addresses_do_not_count() {
    let text = "Mehr dazu unter https://www.example.org/the/long/story/of/an/english/address und im Heft.";
    assert_eq!(best(text, &Options::default()), "de");
}

#[test]
fn capitals_change_nothing() {
    assert_eq!(best("STADTRAT BESCHLIESST NEUEN HAUSHALT", &Options::default()), "de");
    assert_eq!(best("ГОРОДСКОЙ СОВЕТ ПРИНЯЛ НОВЫЙ БЮДЖЕТ", &Options::default()), "ru");
}

proptest::proptest! {
    #[test]
    fn segments_cover_any_text(text in "\\PC{0,200}") {
        let segments = segments(&text, &Options::default());
        let mut end = 0;
        for segment in &segments {
            proptest::prop_assert_eq!(segment.span.start, end);
            proptest::prop_assert!(segment.span.start < segment.span.end);
            end = segment.span.end;
        }
        proptest::prop_assert_eq!(end, text.len());
    }

    #[test]
    fn any_text_has_an_answer(text in "[a-zéяж漢字カ한ا -]{0,400}|\\PC{0,100}") {
        let detection = detect(&text, &Options::default());
        proptest::prop_assert!(detection.languages.len() <= 3);
        proptest::prop_assert!(detection.languages.iter().all(|language| (0.0..=1.0).contains(&language.confidence)));
        proptest::prop_assert!(!detection.reliable || !detection.languages.is_empty());
    }
}
