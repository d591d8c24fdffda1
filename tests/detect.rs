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
fn an_unknown_language_is_not_reliable() {
    for (name, text) in rows(OUTSIDE) {
        let detection = detect(text, &Options::default());
        assert!(!detection.reliable, "{name}: {:?}", detection.languages);
    }
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
