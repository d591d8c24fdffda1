//! Text of our own to measure on: sentences written for it, whose slots a seeded generator fills, so that a text of any
//! size has new names and figures all along, as news has.

/// A language that text can be made in.
#[derive(Debug, Clone, Copy)]
pub struct Corpus {
    /// Its BCP 47 code.
    pub code: &'static str,
    source: &'static str,
    between_sentences: &'static str,
}

/// The languages, English first.
pub const LANGUAGES: [Corpus; 7] = [
    Corpus { code: "en", source: include_str!("en.txt"), between_sentences: " " },
    Corpus { code: "de", source: include_str!("de.txt"), between_sentences: " " },
    Corpus { code: "ru", source: include_str!("ru.txt"), between_sentences: " " },
    Corpus { code: "ar", source: include_str!("ar.txt"), between_sentences: " " },
    Corpus { code: "hi", source: include_str!("hi.txt"), between_sentences: " " },
    Corpus { code: "zh", source: include_str!("zh.txt"), between_sentences: "" },
    Corpus { code: "ja", source: include_str!("ja.txt"), between_sentences: "" },
];

/// Texts that are nobody's prose: what a quadratic step would choke on.
pub const HOSTILE: [(&str, &str); 8] = [
    ("full stops", "."),
    ("quotes", "\" \u{201C}"),
    ("one word", "a"),
    ("combining marks", "e\u{301}\u{302}\u{303}"),
    ("initials", "A. "),
    ("newlines", "\n"),
    ("one character a line", "a\n"),
    ("unclosed brackets", "(a. "),
];

/// The hostile text that repeats `unit` up to `bytes`.
pub fn hostile(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

/// An article in the language of `code`, of `bytes` less at most one sentence; the same for the same `seed`.
///
/// # Panics
/// If no text can be made in that language.
pub fn article(code: &str, bytes: usize, seed: u64) -> String {
    let corpus = LANGUAGES.iter().find(|corpus| corpus.code == code).expect("a language of the corpus");
    Writer::new(corpus, seed).write(bytes)
}

/// Writes one article.
struct Writer {
    random: Random,
    between_sentences: &'static str,
    templates: Vec<&'static str>,
    syllables: Vec<&'static str>,
    things: Vec<&'static str>,
    people: Vec<String>,
    places: Vec<String>,
}

impl Writer {
    fn new(corpus: &Corpus, seed: u64) -> Self {
        let list = |name: &str| {
            let line = corpus.source.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split('|').map(str::trim).collect::<Vec<_>>()
        };
        Self {
            random: Random(seed),
            between_sentences: corpus.between_sentences,
            templates: corpus.source.lines().filter(|line| !line.starts_with(['#', '@'])).collect(),
            syllables: list("@syllables"),
            things: list("@things"),
            people: Vec::new(),
            places: Vec::new(),
        }
    }

    fn write(mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes);
        let mut deck: Vec<&'static str> = Vec::new();
        let mut left_in_paragraph = 0;
        loop {
            if deck.is_empty() {
                deck.clone_from(&self.templates);
            }
            let template = deck.swap_remove(self.random.below(deck.len()));
            let sentence = self.fill(template);
            let between = match left_in_paragraph {
                _ if text.is_empty() => "",
                0 => "\n\n",
                _ => self.between_sentences,
            };
            if text.len() + between.len() + sentence.len() > bytes {
                return text;
            }
            text.push_str(between);
            text.push_str(&sentence);
            left_in_paragraph = if left_in_paragraph == 0 { 1 + self.random.below(4) } else { left_in_paragraph - 1 };
        }
    }

    fn fill(&mut self, template: &str) -> String {
        let mut sentence = String::new();
        let mut rest = template;
        while let Some((before, from)) = rest.split_once('{') {
            let (slot, after) = from.split_once('}').expect("a slot is closed");
            sentence.push_str(before);
            match slot {
                "person" => sentence.push_str(&self.person()),
                "place" => sentence.push_str(&self.place()),
                "number" => sentence.push_str(&(2 + self.random.below(900)).to_string()),
                "thing" => sentence.push_str(self.things[self.random.below(self.things.len())]),
                other => panic!("no such slot: {other}"),
            }
            rest = after;
        }
        sentence.push_str(rest);
        sentence
    }

    /// Somebody whom the article knows, or, one time in four, somebody new.
    fn person(&mut self) -> String {
        if self.people.is_empty() || self.random.below(4) == 0 {
            let name = self.name();
            self.people.push(name);
        }
        self.people[self.random.below(self.people.len())].clone()
    }

    fn place(&mut self) -> String {
        if self.places.is_empty() || self.random.below(4) == 0 {
            let name = self.name();
            self.places.push(name);
        }
        self.places[self.random.below(self.places.len())].clone()
    }

    /// A name that nobody has: two or three syllables.
    fn name(&mut self) -> String {
        let count = 2 + self.random.below(2);
        let name: String = (0..count).map(|_| self.syllables[self.random.below(self.syllables.len())]).collect();
        let mut characters = name.chars();
        characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
    }
}

/// Numbers by SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(limit).unwrap_or(1)).unwrap_or(0)
    }
}
