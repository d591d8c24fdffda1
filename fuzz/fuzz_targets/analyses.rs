//! Every analysis of any text, in any language: no panic, and every span stands in its text, in order.
#![no_main]

use copydesk::languages::Tag;
use copydesk::text::document::Document;
use copydesk::text::sentence::LineBreaks;
use copydesk::text::span::Span;
use copydesk::text::{detect, keyword, summary};
use libfuzzer_sys::fuzz_target;

/// One of each family of rules: spaced and unspaced, left to right and right to left, and none.
const LANGUAGES: [&str; 16] =
    ["", "en", "de", "fr", "es", "ru", "ar", "he", "hi", "zh", "ja", "ko", "th", "my", "tr", "el"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let tag = Tag::parse(LANGUAGES[usize::from(choice) % LANGUAGES.len()]);
    let line_breaks = [LineBreaks::Auto, LineBreaks::Break, LineBreaks::Flow][usize::from(choice) / 16 % 3];

    for language in detect::detect(&text, &detect::Options::default()).languages {
        assert!((0.0..=1.0).contains(&language.confidence));
    }
    let segments = detect::segments(&text, &detect::Options::default());
    in_order(&text, segments.iter().map(|segment| segment.span));

    // A title from the text's own words changes more than one from elsewhere.
    let title = if choice < 128 { "" } else { text.lines().next().unwrap_or_default() };
    let document = Document::new(&text, title, tag, line_breaks);
    in_order(&text, document.sentences().iter().map(|sentence| sentence.span));
    for style in [keyword::Style::Tags, keyword::Style::Phrases] {
        let options = keyword::Options { mentions: true, style, ..keyword::Options::default() };
        for found in keyword::extract(&document, &options) {
            assert!((0.0..=1.0).contains(&found.score));
            in_order(&text, found.mentions.into_iter());
        }
    }
    for profile in [summary::Profile::News, summary::Profile::Informative] {
        let options = summary::Options { profile, ..summary::Options::default() };
        let summary = summary::summarize(&document, &options);
        assert_eq!(summary.picks.is_empty(), document.sentences().is_empty());
    }
});

/// Each span has something in it, ends where a character ends, and begins no earlier than the one before ends.
fn in_order(text: &str, spans: impl Iterator<Item = Span>) {
    let mut end = 0;
    for span in spans {
        assert!(end <= span.start && span.start < span.end && !span.of(text).is_empty());
        end = span.end;
    }
}
