//! Lingua's n-gram tables as a source of words.
//!
//! A table holds, for each run of one to five letters inside words, the probability of its last letter after the others.
//! What is missing to 1 is the probability that the word ends there; how often a run begins a word is how often it occurs
//! less how often it follows another letter. Words drawn from these have the language's own n-grams, up to five letters.

use std::collections::HashMap;

use anyhow::{Context, Result};
use copydesk::text::detect::{features::MAX_LETTERS, script::Script};
use fst::{Map, Streamer};
use include_dir::Dir;

use crate::random::Random;

/// The tables, by the tag of the language; five languages that Copydesk does not know stand for all that it does not know.
pub fn all() -> Vec<(&'static str, &'static Dir<'static>)> {
    vec![
        ("af", &lingua_afrikaans_language_model::AFRIKAANS_MODELS_DIRECTORY),
        ("ar", &lingua_arabic_language_model::ARABIC_MODELS_DIRECTORY),
        ("az", &lingua_azerbaijani_language_model::AZERBAIJANI_MODELS_DIRECTORY),
        ("be", &lingua_belarusian_language_model::BELARUSIAN_MODELS_DIRECTORY),
        ("bg", &lingua_bulgarian_language_model::BULGARIAN_MODELS_DIRECTORY),
        ("bs", &lingua_bosnian_language_model::BOSNIAN_MODELS_DIRECTORY),
        ("ca", &lingua_catalan_language_model::CATALAN_MODELS_DIRECTORY),
        ("cs", &lingua_czech_language_model::CZECH_MODELS_DIRECTORY),
        ("cy", &lingua_welsh_language_model::WELSH_MODELS_DIRECTORY),
        ("da", &lingua_danish_language_model::DANISH_MODELS_DIRECTORY),
        ("de", &lingua_german_language_model::GERMAN_MODELS_DIRECTORY),
        ("en", &lingua_english_language_model::ENGLISH_MODELS_DIRECTORY),
        ("eo", &lingua_esperanto_language_model::ESPERANTO_MODELS_DIRECTORY),
        ("es", &lingua_spanish_language_model::SPANISH_MODELS_DIRECTORY),
        ("et", &lingua_estonian_language_model::ESTONIAN_MODELS_DIRECTORY),
        ("eu", &lingua_basque_language_model::BASQUE_MODELS_DIRECTORY),
        ("fa", &lingua_persian_language_model::PERSIAN_MODELS_DIRECTORY),
        ("fi", &lingua_finnish_language_model::FINNISH_MODELS_DIRECTORY),
        ("fil", &lingua_tagalog_language_model::TAGALOG_MODELS_DIRECTORY),
        ("fr", &lingua_french_language_model::FRENCH_MODELS_DIRECTORY),
        ("ga", &lingua_irish_language_model::IRISH_MODELS_DIRECTORY),
        ("he", &lingua_hebrew_language_model::HEBREW_MODELS_DIRECTORY),
        ("hr", &lingua_croatian_language_model::CROATIAN_MODELS_DIRECTORY),
        ("hu", &lingua_hungarian_language_model::HUNGARIAN_MODELS_DIRECTORY),
        ("id", &lingua_indonesian_language_model::INDONESIAN_MODELS_DIRECTORY),
        ("is", &lingua_icelandic_language_model::ICELANDIC_MODELS_DIRECTORY),
        ("it", &lingua_italian_language_model::ITALIAN_MODELS_DIRECTORY),
        ("ja", &lingua_japanese_language_model::JAPANESE_MODELS_DIRECTORY),
        ("kk", &lingua_kazakh_language_model::KAZAKH_MODELS_DIRECTORY),
        ("la", &lingua_latin_language_model::LATIN_MODELS_DIRECTORY),
        ("lg", &lingua_ganda_language_model::GANDA_MODELS_DIRECTORY),
        ("lt", &lingua_lithuanian_language_model::LITHUANIAN_MODELS_DIRECTORY),
        ("lv", &lingua_latvian_language_model::LATVIAN_MODELS_DIRECTORY),
        ("mi", &lingua_maori_language_model::MAORI_MODELS_DIRECTORY),
        ("mk", &lingua_macedonian_language_model::MACEDONIAN_MODELS_DIRECTORY),
        ("mn", &lingua_mongolian_language_model::MONGOLIAN_MODELS_DIRECTORY),
        ("ms", &lingua_malay_language_model::MALAY_MODELS_DIRECTORY),
        ("nb", &lingua_bokmal_language_model::BOKMAL_MODELS_DIRECTORY),
        ("nl", &lingua_dutch_language_model::DUTCH_MODELS_DIRECTORY),
        ("nn", &lingua_nynorsk_language_model::NYNORSK_MODELS_DIRECTORY),
        ("pl", &lingua_polish_language_model::POLISH_MODELS_DIRECTORY),
        ("pt", &lingua_portuguese_language_model::PORTUGUESE_MODELS_DIRECTORY),
        ("ro", &lingua_romanian_language_model::ROMANIAN_MODELS_DIRECTORY),
        ("ru", &lingua_russian_language_model::RUSSIAN_MODELS_DIRECTORY),
        ("sk", &lingua_slovak_language_model::SLOVAK_MODELS_DIRECTORY),
        ("sl", &lingua_slovene_language_model::SLOVENE_MODELS_DIRECTORY),
        ("sn", &lingua_shona_language_model::SHONA_MODELS_DIRECTORY),
        ("so", &lingua_somali_language_model::SOMALI_MODELS_DIRECTORY),
        ("sq", &lingua_albanian_language_model::ALBANIAN_MODELS_DIRECTORY),
        ("sr", &lingua_serbian_language_model::SERBIAN_MODELS_DIRECTORY),
        ("st", &lingua_sotho_language_model::SOTHO_MODELS_DIRECTORY),
        ("sv", &lingua_swedish_language_model::SWEDISH_MODELS_DIRECTORY),
        ("sw", &lingua_swahili_language_model::SWAHILI_MODELS_DIRECTORY),
        ("tn", &lingua_tswana_language_model::TSWANA_MODELS_DIRECTORY),
        ("tr", &lingua_turkish_language_model::TURKISH_MODELS_DIRECTORY),
        ("ts", &lingua_tsonga_language_model::TSONGA_MODELS_DIRECTORY),
        ("uk", &lingua_ukrainian_language_model::UKRAINIAN_MODELS_DIRECTORY),
        ("ur", &lingua_urdu_language_model::URDU_MODELS_DIRECTORY),
        ("vi", &lingua_vietnamese_language_model::VIETNAMESE_MODELS_DIRECTORY),
        ("xh", &lingua_xhosa_language_model::XHOSA_MODELS_DIRECTORY),
        ("yo", &lingua_yoruba_language_model::YORUBA_MODELS_DIRECTORY),
        ("zh", &lingua_chinese_language_model::CHINESE_MODELS_DIRECTORY),
        ("zu", &lingua_zulu_language_model::ZULU_MODELS_DIRECTORY),
    ]
}

/// Draws words of a language.
pub struct Words {
    /// For up to three letters from the start of a word, and for any four letters: the next letters, cumulated.
    next: HashMap<u64, Vec<(f64, Option<char>)>, rustc_hash::FxBuildHasher>,
}

impl Words {
    /// Reads a table, as far as it is in `script`; `None` where too little of it is.
    pub fn read(directory: &Dir, script: Script) -> Result<Option<Self>> {
        let file = directory.get_file("ngrams.fst").context("no ngrams.fst in the crate")?;
        let table = Map::new(file.contents())?;
        let mut runs: Vec<(Vec<char>, f64)> = Vec::new();
        let mut stream = table.stream();
        while let Some((key, value)) = stream.next() {
            let run: Vec<char> = std::str::from_utf8(key)?.chars().collect();
            if run.iter().all(|&c| Script::of(c) == Some(script)) {
                runs.push((run, f64::from_bits(value).exp()));
            }
        }
        // Shorter runs first: a run's frequency is its probability times that of the run without its last letter.
        runs.sort_by(|a, b| a.0.len().cmp(&b.0.len()).then_with(|| a.0.cmp(&b.0)));
        let mut frequency: HashMap<Vec<char>, f64> = HashMap::new();
        for (run, probability) in &runs {
            let before = match run.len() {
                1 => 1.0,
                n => frequency.get(&run[..n - 1]).copied().unwrap_or(0.0),
            };
            frequency.insert(run.clone(), probability * before);
        }
        let letters: f64 = runs.iter().filter(|(run, _)| run.len() == 1).map(|(run, _)| frequency[run]).sum();
        if letters < 0.2 || runs.len() < 500 {
            return Ok(None);
        }
        // How often a run begins a word.
        let mut initial = frequency.clone();
        for (run, _) in &runs {
            if run.len() > 1
                && let Some(rest) = initial.get_mut(&run[1..])
            {
                *rest -= frequency[run];
            }
        }
        let begun: HashMap<u64, f64> =
            initial.iter().filter(|(run, _)| run.len() < 4).map(|(run, &share)| (key(run), share)).collect();
        let mut next: HashMap<u64, Vec<(f64, Option<char>)>, rustc_hash::FxBuildHasher> = HashMap::default();
        for (run, probability) in &runs {
            let (last, before) = run.split_last().context("an empty run")?;
            if run.len() <= 4 {
                // The difference of two nearly equal sums is noise.
                let share = initial[run];
                if share > 1e-6 * frequency[run] {
                    next.entry(key(before)).or_default().push((share, Some(*last)));
                }
            } else {
                next.entry(key(before)).or_default().push((*probability, Some(*last)));
            }
        }
        for (before, letters) in &mut next {
            let continued: f64 = letters.iter().map(|(share, _)| share).sum();
            let all = match before >> 48 {
                0 => begun.get(before).copied().unwrap_or(continued),
                _ => 1.0,
            };
            if all > continued {
                letters.push((all - continued, None));
            }
            let mut sum = 0.0;
            for (share, _) in letters {
                sum += *share;
                *share = sum;
            }
        }
        Ok(Some(Self { next }))
    }

    /// A word.
    pub fn draw(&self, random: &mut Random) -> String {
        let mut word: Vec<char> = Vec::new();
        while word.len() < MAX_LETTERS {
            let before = if word.len() < 4 { &word[..] } else { &word[word.len() - 4..] };
            let Some(letters) = self.next.get(&key(before)) else { break };
            let Some((all, _)) = letters.last() else { break };
            let at = random.unit() * all;
            let choice = letters.partition_point(|(share, _)| *share <= at).min(letters.len() - 1);
            let Some(letter) = letters[choice].1 else { break };
            word.push(letter);
        }
        word.into_iter().collect()
    }
}

/// Up to four letters as one number; none is beyond the Basic Multilingual Plane.
fn key(letters: &[char]) -> u64 {
    letters.iter().fold(0, |key, &letter| key << 16 | u64::from(u32::from(letter)))
}
