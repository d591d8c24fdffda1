//! Reads a text: which letters it has, and what the models say to its words.

use std::{slice::Iter, sync::LazyLock};

use super::{
    features::{MAX_FEATURES, words},
    han::Variants,
    model::{Model, Sums},
    noise::{Token, classify},
    script::{SCRIPTS, Script},
};

/// The embedded model.
pub static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| Model::parse(&FILE.0));

/// Aligned, so that a line of the model is a line of the processor's cache.
#[repr(align(64))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("model.bin"));

/// What was read of a text.
#[derive(Debug)]
pub struct Reading<'t> {
    /// Letters by script.
    pub letters: [u32; SCRIPTS],
    /// Words of two letters and more; in scripts without spaces, runs.
    pub words: u32,
    /// Tokens that are pieces of programs.
    pub code: u32,
    /// Words with a letter that no known language of their script has.
    pub foreign: u32,
    /// Characters of one kind of Chinese.
    pub variants: Variants,
    sums: Vec<(Script, Sums)>,
    /// Features of one script that are still to be looked up.
    pending_script: Script,
    pending: Vec<u64>,
    /// The text, and its windows that were not read.
    text: &'t str,
    rounds: Iter<'static, usize>,
}

/// So many features are looked up together.
const PENDING: usize = 64;

/// Letters that neither Bangla nor any known language in Cyrillic has: those of Assamese, Chuvash, Bashkir, Chechen, Ossetian,
/// Udmurt, Komi, Yakut, Abkhaz, Mari.
const FOREIGN: [char; 27] = [
    'ৰ', 'ৱ', 'ӑ', 'ӗ', 'ҫ', 'ӳ', 'ҙ', 'ҡ', 'ӏ', 'Ӏ', 'ӕ', 'ӝ', 'ӟ', 'ӵ', 'ӥ', 'ԥ', 'ҥ', 'ҕ', 'ҵ', 'ӡ', 'ҽ', 'ҟ', 'ҭ',
    'ӓ', 'ӹ', 'ӧ', 'ӱ',
];

/// A text up to this many bytes is read whole.
const WHOLE: usize = 700;

/// A longer one is read in windows of so many bytes, spread over it. Many small ones say as much of a text in one language
/// as a few large ones, and more of one with quotations in another.
const WINDOW: usize = 40;
const WINDOWS: usize = 20;

/// The windows are read in rounds, in each every fourth: this is the first one of each round.
static ROUNDS: [usize; 4] = [1, 3, 0, 2];

impl<'t> Reading<'t> {
    /// Reads `text`, or the first round of its windows where it is long.
    pub fn of(text: &'t str) -> Self {
        let mut reading = Self {
            letters: [0; SCRIPTS],
            words: 0,
            code: 0,
            foreign: 0,
            variants: Variants::default(),
            sums: Vec::new(),
            pending_script: Script::Latin,
            pending: Vec::with_capacity(PENDING + MAX_FEATURES),
            text,
            rounds: if text.len() <= WHOLE { [].iter() } else { ROUNDS.iter() },
        };
        if text.len() <= WHOLE {
            reading.read(text);
            reading.look_up();
        } else {
            reading.read_on();
        }
        reading
    }

    /// Reads one more round of windows; `false` where all are read. However long the text is, there are only so many.
    pub fn read_on(&mut self) -> bool {
        let Some(&first) = self.rounds.next() else { return false };
        for window in (first..WINDOWS).step_by(ROUNDS.len()) {
            let start = (self.text.len() - WINDOW) / (WINDOWS - 1) * window;
            self.read(sample(self.text, start, start + WINDOW));
        }
        self.look_up();
        true
    }

    /// What the model of a script sums up for the words in it.
    pub fn sums(&self, script: Script) -> Option<&Sums> {
        self.sums.iter().find(|(of, _)| *of == script).map(|(_, sums)| sums)
    }

    fn read(&mut self, text: &str) {
        for token in text.split_whitespace() {
            match classify(token) {
                Token::Words => self.read_words(token),
                Token::Code => self.code += 1,
                Token::Name if token.contains('-') && !token.contains(['/', '@']) => {
                    for part in token.split('-').filter(|part| is_word(part)) {
                        self.read_words(part);
                    }
                }
                Token::Name => {}
            }
        }
    }

    fn read_words(&mut self, token: &str) {
        words(token, |script, word| {
            self.letters[script.index()] += u32::try_from(word.len()).unwrap_or(u32::MAX);
            self.words += u32::from(word.len() > 1 || script != Script::Latin);
            match script {
                Script::Han => self.variants.count(word),
                Script::Bengali | Script::Cyrillic => {
                    self.foreign += u32::from(word.letters().filter_map(char::from_u32).any(|c| FOREIGN.contains(&c)));
                }
                _ => {}
            }
            if MODEL.section(script).is_none() {
                return;
            }
            if script != self.pending_script || self.pending.len() >= PENDING {
                self.look_up();
                self.pending_script = script;
            }
            word.features(script, |feature| self.pending.push(feature));
        });
    }

    /// Adds the pending features to their script's sums.
    fn look_up(&mut self) {
        let script = self.pending_script;
        if let (Some(section), false) = (MODEL.section(script), self.pending.is_empty()) {
            let at = self.sums.iter().position(|(of, _)| *of == script).unwrap_or_else(|| {
                // Few texts are in two scripts.
                self.sums.reserve_exact(1);
                self.sums.push((script, Sums::default()));
                self.sums.len() - 1
            });
            section.add(&self.pending, &mut self.sums[at].1);
        }
        self.pending.clear();
    }
}

/// Whether a part of a token with digits in it is a word.
fn is_word(part: &str) -> bool {
    classify(part) == Token::Words && !part.bytes().any(|byte| byte.is_ascii_digit())
}

/// The words that `text` has between two offsets, which may lie anywhere in it: what they cut is left out, where that leaves
/// anything.
fn sample(text: &str, start: usize, end: usize) -> &str {
    let boundary = |at: usize| (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let (start, end) = (boundary(start), boundary(end));
    let cut = &text[start..end];
    let from = if start == 0 { 0 } else { cut.find(char::is_whitespace).unwrap_or(0) };
    let to = if end == text.len() { cut.len() } else { cut.rfind(char::is_whitespace).unwrap_or(cut.len()) };
    if from < to { &cut[from..to] } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many words are read of a text of so many bytes at once, and in all.
    fn words_read(bytes: usize) -> (u32, u32) {
        let text = "The harbour was closed. ".repeat(bytes / 24);
        let mut reading = Reading::of(&text);
        let at_once = reading.words;
        while reading.read_on() {}
        (at_once, reading.words)
    }

    #[test]
    fn a_short_text_is_read_whole() {
        assert_eq!(words_read(480), (80, 80));
    }

    #[test]
    fn a_long_text_is_read_in_windows() {
        for bytes in [2_400, 48_000, 480_000] {
            let (at_once, all) = words_read(bytes);
            assert!((25..=30).contains(&at_once) && (105..=120).contains(&all), "{bytes} {at_once} {all}");
        }
    }

    #[test]
    fn windows_may_cut_characters_of_any_length() {
        for piece in ["a", "é", "の", "𠀀", "а б ", "a\u{301}\0 "] {
            for bytes in 600..800 {
                let text = piece.repeat(bytes / piece.len());
                for text in [format!("{text}x"), format!("x{text}")] {
                    let mut reading = Reading::of(&text);
                    while reading.read_on() {}
                    assert!(reading.words > 0 || piece == "a", "{piece} {bytes}");
                }
            }
        }
    }
}
