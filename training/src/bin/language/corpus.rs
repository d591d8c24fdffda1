//! The text of one script: for each class its lines and its table.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result};
use copydesk::{
    languages::Language,
    text::detect::{features::words, script::Script},
};

use crate::{outside, random::Random, tables, tables::Words, transliterate};

/// What one class of a script is fitted from.
pub struct Class {
    pub tag: &'static str,
    /// Lines of text, for fitting.
    pub lines: Vec<String>,
    /// Lines that are not fitted from: the fit is checked on them.
    pub held_out: Vec<String>,
    tables: Vec<Words>,
    /// Words drawn from the table are Cyrillic and become Latin.
    latinise: bool,
    script: Script,
}

/// One line in this many is held out.
const HELD_OUT: usize = 12;

/// A script and the tags of the catalogue's languages that share it.
pub const SCRIPTS: &[(Script, &[&str])] = &[
    (Script::Arabic, &["ar", "ckb", "fa", "ps", "sd", "ug", "ur"]),
    (Script::Cyrillic, &["be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk"]),
    (Script::Devanagari, &["hi", "mr", "ne"]),
    (Script::Ethiopic, &["am", "ti"]),
    (Script::Han, &["ja", "zh"]),
    (Script::Hebrew, &["he", "yi"]),
    (
        Script::Latin,
        &[
            "af", "ak", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fil", "fo",
            "fr", "ga", "gl", "ha", "hr", "hu", "id", "ig", "is", "it", "jv", "ku", "la", "lb", "lt", "lv", "mg", "ms",
            "mt", "nb", "nl", "nn", "pl", "pt", "ro", "rw", "sk", "sl", "sn", "so", "sq", "sr-Latn", "sv", "sw", "tk",
            "tr", "uz", "vi", "xh", "yo", "zu",
        ],
    ),
];

/// The lines of the training file by language.
pub fn read(path: &Path) -> Result<HashMap<&'static str, Vec<String>>> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    lzma_rs::xz_decompress(&mut BufReader::new(file), &mut text).context("not an xz file")?;
    let mut lines: HashMap<&'static str, Vec<String>> = HashMap::new();
    for line in text.lines() {
        let line = line?;
        let mut fields = line.splitn(3, '\t');
        let (Some(code), Some(_source), Some(text)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let language = Language::from_code(code).with_context(|| format!("unknown language {code}"))?;
        lines.entry(language.code).or_default().push(text.to_owned());
    }
    Ok(lines)
}

/// The classes of a script: its languages, then those that stand for languages outside the catalogue.
pub fn classes(
    script: Script,
    tags: &[&'static str],
    lines: &HashMap<&'static str, Vec<String>>,
    declarations: &Path,
) -> Result<Vec<Class>> {
    let mut classes = Vec::new();
    for &tag in tags {
        let code = tag.split('-').next().unwrap_or(tag);
        let lines = lines.get(code).cloned().unwrap_or_default();
        classes.push(Class::new(tag, script, lines, &[code])?);
    }
    for tag in outside::tags(script) {
        let lines = outside::lines(declarations, tag, script)?;
        classes.push(Class::new(tag, script, lines, outside::tables(tag))?);
    }
    Ok(classes)
}

/// What a snippet of text is cut to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Words(usize),
    Line,
}

/// Languages with a large press: in doubt, a text is in one of these.
const LARGE_PRESS: &[&str] = &[
    "ar", "bg", "ca", "cs", "da", "de", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "lt", "lv", "mk", "mr", "nb", "ne", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sr-Latn", "sv", "tr", "uk",
    "ur", "vi", "zh",
];

/// Languages whose lines are often another one's: their tables, made from the country's own newspapers, say more.
const MUDDLED: &[&str] = &["bs", "hr", "sr", "sr-Latn"];

impl Class {
    /// A class of the lines that are in its script, and of some tables.
    fn new(tag: &'static str, script: Script, lines: Vec<String>, tables: &[&str]) -> Result<Self> {
        let latinise = tag == "sr-Latn";
        let table_script = if latinise { Script::Cyrillic } else { script };
        let mut class = Self { tag, lines: Vec::new(), held_out: Vec::new(), tables: Vec::new(), latinise, script };
        for line in lines {
            let letters = line.chars().filter(|&c| Script::of(c) == Some(script)).count();
            if letters * 2 < line.chars().filter(|c| c.is_alphabetic()).count() || letters == 0 {
                continue;
            }
            let at = class.lines.len() + class.held_out.len();
            if at.is_multiple_of(HELD_OUT) { &mut class.held_out } else { &mut class.lines }.push(line);
        }
        for (_, directory) in tables::all().into_iter().filter(|(table, _)| tables.contains(table)) {
            class.tables.extend(Words::read(directory, table_script)?);
        }
        eprintln!("{tag}: {} lines, {} tables", class.lines.len(), class.tables.len());
        Ok(class)
    }

    /// Whether it stands for languages outside the catalogue.
    pub fn is_outside(&self) -> bool {
        self.tag.starts_with("x-")
    }

    /// How often its text is drawn, from 0 to 1. A word or two that several languages share is likelier to be of one that
    /// much is written in; longer text speaks for itself.
    pub fn prior(&self, cut: Cut) -> f64 {
        let short = matches!(cut, Cut::Words(..=2));
        if self.is_outside() {
            if short { 0.15 } else { 0.6 }
        } else if short && !LARGE_PRESS.contains(&self.tag) {
            0.55
        } else {
            1.0
        }
    }

    /// Some words of a line that was held out; a single word has five letters or more, a pair ten.
    pub fn held_out_snippet(&self, length: usize, random: &mut Random) -> String {
        let mut snippet = String::new();
        for _ in 0..50 {
            snippet = cut_line(&self.held_out, self.script, Cut::Words(length), random);
            if self.script == Script::Han || snippet.chars().filter(|c| c.is_alphabetic()).count() >= 5 * length.min(2)
            {
                break;
            }
        }
        snippet
    }

    /// A snippet of some length, from the table where `Cut` is short and there is one.
    pub fn draw(&self, cut: Cut, random: &mut Random) -> String {
        let from_table = match cut {
            _ if self.tables.is_empty() => false,
            _ if self.lines.is_empty() => true,
            // A table for each language in twenty, or so, that the class stands for.
            _ if self.is_outside() => random.unit() < 0.05 * self.tables.len() as f64,
            Cut::Words(..=2) => random.unit() < 0.65,
            _ => random.unit() < if MUDDLED.contains(&self.tag) { 0.7 } else { 0.3 },
        };
        if from_table {
            let table = &self.tables[random.below(self.tables.len())];
            let count = match cut {
                Cut::Words(count) => count,
                Cut::Line => 10 + random.below(16),
            };
            let draw =
                |_| if count < 3 { long_enough(random, |random| table.draw(random)) } else { table.draw(random) };
            let drawn: Vec<String> = (0..count).map(draw).collect();
            let drawn = drawn.join(" ");
            return if self.latinise { transliterate::serbian(&drawn) } else { drawn };
        }
        if self.lines.is_empty() {
            return String::new();
        }
        cut_line(&self.lines, self.script, cut, random)
    }
}

/// Words of a line that are read.
const MAX_WORDS: usize = 30;

/// A snippet of one of `lines`.
fn cut_line(lines: &[String], script: Script, cut: Cut, random: &mut Random) -> String {
    match cut {
        Cut::Words(count) if script == Script::Han => {
            let line: Vec<char> = lines[random.below(lines.len())].chars().collect();
            let start = random.below(line.len().saturating_sub(2 * count) + 1);
            line[start..(start + 2 * count).min(line.len())].iter().collect()
        }
        Cut::Line => {
            let line = &lines[random.below(lines.len())];
            line.split_whitespace().take(MAX_WORDS).collect::<Vec<_>>().join(" ")
        }
        Cut::Words(count) if count <= 2 => long_enough(random, |random| {
            let words: Vec<&str> = lines[random.below(lines.len())].split_whitespace().collect();
            let start = random.below(words.len().saturating_sub(count) + 1);
            words[start..(start + count).min(words.len())].join(" ")
        }),
        Cut::Words(count) => {
            let words: Vec<&str> = lines[random.below(lines.len())].split_whitespace().collect();
            let start = random.below(words.len().saturating_sub(count) + 1);
            words[start..(start + count).min(words.len())].join(" ")
        }
    }
}

/// Draws again, most times, what has fewer than five letters: who asks about one word asks about a telling one.
fn long_enough(random: &mut Random, draw: impl Fn(&mut Random) -> String) -> String {
    for _ in 0..8 {
        let drawn = draw(random);
        let letters = drawn.chars().count();
        if letters >= 5 || letters > 0 && random.unit() < 0.15 {
            return drawn;
        }
    }
    draw(random)
}

/// The features of a text.
pub fn features(text: &str, script: Script, into: &mut Vec<u64>) {
    into.clear();
    words(text, |found, word| {
        if found == script {
            word.features(script, |feature| into.push(feature))
        }
    });
}
