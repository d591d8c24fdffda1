//! From what was read to languages with calibrated confidence.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::languages::Tag;
use crate::text::letter::{Lowered, is_plain};

use super::{
    Candidate,
    model::MAX_CLASSES,
    reading::{MODEL, Reading},
    script::{SCRIPTS, Script},
};

/// The language of a script that, among the known languages, only one is written in.
const fn only_language(script: Script) -> Option<&'static str> {
    match script {
        Script::Armenian => Some("hy"),
        Script::Bengali => Some("bn"),
        Script::Georgian => Some("ka"),
        Script::Greek => Some("el"),
        Script::Gujarati => Some("gu"),
        Script::Gurmukhi => Some("pa"),
        Script::Hangul => Some("ko"),
        Script::Kana => Some("ja"),
        Script::Kannada => Some("kn"),
        Script::Khmer => Some("km"),
        Script::Lao => Some("lo"),
        Script::Malayalam => Some("ml"),
        Script::Myanmar => Some("my"),
        Script::Odia => Some("or"),
        Script::Sinhala => Some("si"),
        Script::Tamil => Some("ta"),
        Script::Telugu => Some("te"),
        Script::Thai => Some("th"),
        Script::Tibetan => Some("bo"),
        Script::Arabic
        | Script::Cyrillic
        | Script::Devanagari
        | Script::Ethiopic
        | Script::Han
        | Script::Hebrew
        | Script::Latin => None,
    }
}

/// The tags of each script's classes; `None` stands for languages outside the catalogue.
static TAGS: LazyLock<[Vec<Option<Tag>>; SCRIPTS]> = LazyLock::new(|| {
    Script::ALL.map(|script| match (only_language(script), MODEL.section(script)) {
        (Some(code), _) => vec![Tag::parse(code)],
        (None, Some(section)) => section.classes.iter().map(|class| Tag::parse(class)).collect(),
        (None, None) => Vec::new(),
    })
});

/// The language of a text whose script only one known language is written in, and that has no Latin letter: whatlang's
/// script detection answers at once.
pub fn by_script_alone(text: &str) -> Option<Candidate> {
    if text.len() > ROUTED || text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let code = match whatlang::detect_script(text)? {
        whatlang::Script::Armenian => "hy",
        whatlang::Script::Bengali if !text.contains(ASSAMESE) => "bn",
        whatlang::Script::Georgian => "ka",
        whatlang::Script::Greek => "el",
        whatlang::Script::Gujarati => "gu",
        whatlang::Script::Gurmukhi => "pa",
        whatlang::Script::Hangul => "ko",
        whatlang::Script::Kannada => "kn",
        whatlang::Script::Khmer => "km",
        whatlang::Script::Malayalam => "ml",
        whatlang::Script::Myanmar => "my",
        whatlang::Script::Oriya => "or",
        whatlang::Script::Sinhala => "si",
        whatlang::Script::Tamil => "ta",
        whatlang::Script::Telugu => "te",
        whatlang::Script::Thai => "th",
        _ => return None,
    };
    Tag::parse(code).map(|tag| Candidate { tag, confidence: ONE_LANGUAGE })
}

/// The languages that a reading speaks for among those that are allowed (all, if none is named), best first, with the
/// confidence that they share.
pub fn posterior(reading: &Reading<'_>, allowed: &[Tag]) -> Vec<Candidate> {
    if reading.words == 0 || reading.code >= reading.words {
        return Vec::new();
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    // The sum of what is not listed: languages outside the catalogue, and traces.
    let mut rest = 0.0;
    for (script, share) in Script::ALL.into_iter().zip(shares(&reading.letters)) {
        if share < 0.01 {
            continue;
        }
        let tags = &TAGS[script.index()];
        let mut scores = [0.0_f32; MAX_CLASSES];
        if let (Some(section), Some(sums)) = (MODEL.section(script), reading.sums(script)) {
            if script == Script::Latin && reading.words < 3 && sums.misses() > GIBBERISH {
                continue;
            }
            section.scores(sums, &mut scores);
        }
        let answer = |tag: Option<Tag>| match tag {
            // All but Chinese is as it is.
            Some(tag) if allowed.is_empty() && script != Script::Han => Some(Some(tag)),
            Some(tag) => permitted(tag, reading, allowed).map(Some),
            None => allowed.is_empty().then_some(None),
        };
        let scores = &mut scores[..tags.len()];
        if !allowed.is_empty() {
            for (_, score) in tags.iter().zip(&mut *scores).filter(|(tag, _)| answer(**tag).is_none()) {
                *score = f32::MIN;
            }
        }
        let best = scores.iter().copied().fold(f32::MIN, f32::max);
        let mut all = 0.0;
        for score in &mut *scores {
            // What is beyond the limit rounds to nothing.
            *score = if *score - best > -12.0 { (*score - best).exp() } else { 0.0 };
            all += f64::from(*score);
        }
        for (&odds, &tag) in scores.iter().zip(tags).filter(|(odds, _)| **odds > 0.0) {
            let confidence = share * f64::from(odds) / all;
            match answer(tag).flatten() {
                Some(tag) if confidence >= TRACE => candidates.push(Candidate { tag, confidence }),
                _ => rest += confidence,
            }
        }
    }
    let all = rest + candidates.iter().map(|candidate| candidate.confidence).sum::<f64>();
    for candidate in &mut candidates {
        candidate.confidence *= ONE_LANGUAGE / all;
    }
    candidates.sort_unstable_by(|a, b| b.confidence.total_cmp(&a.confidence));
    candidates
}

/// Whether the words of a text are such as the model was fitted from, and not such as near relatives of its best language
/// have that the model does not know.
pub fn is_familiar(text: &str, reading: &Reading<'_>, best: Tag) -> bool {
    if reading.foreign * 10 > reading.words {
        return false;
    }
    let main = Script::ALL.into_iter().max_by_key(|script| reading.letters[script.index()]);
    main.and_then(|script| reading.sums(script).map(|sums| sums.misses() <= familiar(script))).unwrap_or(true)
        && !is_of_a_relative(text, best)
}

/// Whether a text is full of words that a language outside the catalogue has and its relative, `best`, has not.
fn is_of_a_relative(text: &str, best: Tag) -> bool {
    let Some(theirs) = RELATIVES.get(best.language.code) else { return false };
    let words = text.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()).take(FIRST_WORDS);
    let (all, found) = words.fold((0, 0), |(all, found), word| (all + 1, found + usize::from(theirs.contain(word))));
    found > 1 && found * 10 >= all
}

/// Whether `c` is alphabetic, at once for the frequent letters.
fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_plain(c) || c.is_alphabetic() }
}

/// What `outside_words.txt` lists, by the relative's code: the words that it has not.
static RELATIVES: LazyLock<FxHashMap<&str, Words>> = LazyLock::new(|| {
    let mut relatives: FxHashMap<&str, Words> = FxHashMap::default();
    let lines = include_str!("outside_words.txt").lines().filter(|line| !line.starts_with('#'));
    for ((code, _), (_, words)) in lines.filter_map(|line| line.split_once(' ').zip(line.split_once(": "))) {
        let listed = relatives.entry(code).or_default();
        for word in words.split(' ') {
            listed.words.insert(word);
            if let Some([first, second]) = opening(word) {
                listed.openings[first] |= 1 << second;
            }
        }
    }
    relatives
});

/// A few words in lower case.
#[derive(Default)]
struct Words {
    words: FxHashSet<&'static str>,
    /// By the first letter, a bit for each second one, where both are ASCII: few words of a text open with these.
    openings: [u32; 32],
}

impl Words {
    fn contain(&self, word: &str) -> bool {
        opening(word).is_none_or(|[first, second]| self.openings[first] >> second & 1 == 1)
            && self.words.contains(Lowered::new(word).as_str())
    }
}

/// The places in the alphabet of the first two letters of `word`, where both are ASCII.
fn opening(word: &str) -> Option<[usize; 2]> {
    let letters = word.as_bytes().first_chunk::<2>().filter(|letters| letters.is_ascii())?;
    Some(letters.map(|letter| usize::from(letter & 0x1f)))
}

/// Words of a text that are held against lists of words.
const FIRST_WORDS: usize = 50;

/// The tag as which a language may be answered. Chinese that could be of either kind is of the kind that is allowed.
fn permitted(tag: Tag, reading: &Reading<'_>, allowed: &[Tag]) -> Option<Tag> {
    let tag = match (tag.language.code, reading.variants.script()) {
        ("zh", Some(script)) => Tag { script, ..tag },
        ("zh", None) => *allowed.iter().find(|allowed| allowed.language == tag.language).unwrap_or(&tag),
        _ => tag,
    };
    (allowed.is_empty() || allowed.contains(&tag)).then_some(tag)
}

/// The confidence in the best there is: a text can always be in a language that nobody thought of.
const ONE_LANGUAGE: f64 = 0.9995;

/// What is less likely is not listed.
const TRACE: f64 = 1e-5;

/// A text of more bytes is not answered by its script alone: it may be in several.
const ROUTED: usize = 300;

/// Letters of Assamese that Bangla does not have.
const ASSAMESE: [char; 2] = ['ৰ', 'ৱ'];

/// Up to so many vain look-ups for each found feature, words are of a language that the model knows: more where a script's
/// model is small.
const fn familiar(script: Script) -> f32 {
    match script {
        Script::Latin | Script::Cyrillic => 0.3,
        Script::Arabic | Script::Devanagari => 0.4,
        _ => 1.0,
    }
}

/// Above so many vain look-ups for each found feature, letters are in no language's order: one known word in a thousand has as
/// many, and every other run of letters drawn at random.
const GIBBERISH: f32 = 1.2;

/// What each script weighs. Text in other scripts often has Latin names in it, seldom the other way round; a Chinese
/// character says as much as two letters; where there is kana, Han is Japanese.
fn shares(letters: &[u32; SCRIPTS]) -> [f64; SCRIPTS] {
    let mut shares = letters.map(f64::from);
    let (kana, han) = (shares[Script::Kana.index()], shares[Script::Han.index()]);
    if kana > 0.0 && kana * 10.0 >= kana + han {
        shares[Script::Kana.index()] += han;
        shares[Script::Han.index()] = 0.0;
    }
    shares[Script::Latin.index()] *= 0.5;
    shares[Script::Han.index()] *= 2.0;
    for share in &mut shares {
        *share = share.powi(4);
    }
    let all: f64 = shares.iter().sum();
    shares.map(|share| if all > 0.0 { share / all } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_catalogue_can_be_answered() {
        for language in crate::languages::CATALOGUE {
            assert!(
                TAGS.iter().flatten().flatten().any(|tag| tag.language == language),
                "{} is in no model",
                language.code
            );
        }
    }

    #[test]
    fn with_a_tenth_of_kana_han_is_japanese() {
        let shares = |kana, han| {
            let mut letters = [0; SCRIPTS];
            letters[Script::Kana.index()] = kana;
            letters[Script::Han.index()] = han;
            let shares = shares(&letters);
            [Script::Kana, Script::Han].map(|script| shares[script.index()])
        };
        assert_eq!(shares(1, 9), [1.0, 0.0]);
        assert!(shares(1, 10)[1] > 0.99);
        assert_eq!(shares(0, 10), [0.0, 1.0]);
    }

    #[test]
    fn a_tenth_of_a_relatives_words_are_its_text() {
        let english = Tag::parse("en").unwrap();
        let of_scots = |scots: usize, words: usize| {
            let text = "wis ".repeat(scots) + &"stone ".repeat(words - scots);
            is_of_a_relative(&text, english)
        };
        assert!(of_scots(2, 20) && !of_scots(2, 21));
        assert!(!of_scots(1, 1), "one word may be a name");
    }

    #[test]
    fn the_words_of_a_relative_are_told() {
        for (relative, words) in RELATIVES.iter() {
            for word in &words.words {
                assert!(words.contain(word) && words.contain(&word.to_uppercase()), "{relative} {word}");
            }
            for word in ["harbour", "whitewash", "o", "é", ""] {
                assert!(!words.contain(word), "{relative} {word}");
            }
        }
    }
}
