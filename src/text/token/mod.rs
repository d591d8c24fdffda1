//! Tokens: the words of a text, each distinct word put in lower case, stemmed and looked up once.

pub mod dictionary;

mod hangul;
mod interner;
mod known;
mod scan;
mod short;
mod stems;

use crate::languages::{Language, Tailoring};

use self::{
    interner::Interner,
    known::Known,
    scan::{Scanner, Spelling},
    short::Short,
    stems::Stems,
};
use super::{sentence::Sentence, span::Span};

/// Tokens count bytes in 32 bits: a sentence past them has none.
const MOST_BYTES: usize = u32::MAX as usize;

/// A word where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    start: u32,
    end: u32,
    /// Which distinct word it is.
    pub word: u32,
}

impl Token {
    /// The one at `span`, which ends within [`MOST_BYTES`].
    pub(super) fn new(span: Span, word: u32) -> Self {
        let [start, end] = [span.start, span.end].map(|place| u32::try_from(place).unwrap_or(u32::MAX));
        Self { start, end, word }
    }

    /// Where it stands in the text (in the title, for the title's tokens).
    #[inline]
    pub fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }
}

/// A distinct word of the text, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its stem, interned: equal for words that share it, counted from 0. A stop word's is the word in lower case.
    pub term: u32,
    /// Whether it is a stop word, a number, an address or otherwise carries no topic.
    pub stop: bool,
    /// Whether it may stand inside a keyphrase though it is a stop word.
    pub connector: bool,
    /// Whether it is elided before the next word, as `l'` is: no word by itself to a reader.
    pub elided: bool,
    /// Whether it is no topic by itself though it may be part of one, as an adjective is.
    pub dependent: bool,
    /// How it is written.
    pub case: Case,
    /// Whether it holds digits alone, with the marks of a number.
    pub number: bool,
    /// How many letters and digits it has.
    pub characters: u32,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// In letters without case, or without letters.
    Uncased,
    /// `word`.
    Lower,
    /// `Word`.
    Capitalised,
    /// `WORD`, of two letters and more.
    Upper,
    /// `iPhone`, `McDonald`, `al-Qaeda`.
    Mixed,
}

impl Case {
    /// Whether it holds a capital.
    pub fn is_capitalised(self) -> bool {
        matches!(self, Self::Capitalised | Self::Upper | Self::Mixed)
    }

    fn of(spelling: &Spelling) -> Self {
        match (spelling.upper, spelling.lower, spelling.opens_upper) {
            (0, 0, _) => Self::Uncased,
            (0, ..) => Self::Lower,
            (1, _, true) => Self::Capitalised,
            (_, 0, _) => Self::Upper,
            _ => Self::Mixed,
        }
    }
}

/// The words of a document.
#[derive(Debug, Default)]
pub struct Terms {
    tokens: Vec<Token>,
    sentence_ends: Vec<usize>,
    title: Vec<Token>,
    words: Vec<Word>,
    stems: Interner,
}

impl Terms {
    /// The words of `sentences` of `text` and of `title`.
    pub fn new(text: &str, title: &str, sentences: &[Sentence], language: Option<&'static Language>) -> Self {
        // About as many as a text of 4 KB has; a long one repeats more of them.
        let mut vocabulary = Vocabulary::new(language, text.len().min(1 << 16) / 8);
        let mut scanner = Scanner::new(language.and_then(Language::tailoring));
        let mut tokens = Vec::with_capacity(text.len() / 4);
        let mut sentence_ends = Vec::with_capacity(sentences.len());
        let mut read = |text: &str, span: Span, tokens: &mut Vec<Token>| {
            if span.end <= MOST_BYTES {
                scanner.scan(text, span, |span| tokens.push(Token::new(span, vocabulary.word(text, span))));
            }
        };
        for sentence in sentences {
            read(text, sentence.span, &mut tokens);
            sentence_ends.push(tokens.len());
        }
        let mut title_tokens = Vec::new();
        read(title, Span::new(0, title.len()), &mut title_tokens);
        vocabulary.catch_up();
        Self { tokens, sentence_ends, title: title_tokens, words: vocabulary.words, stems: vocabulary.stems }
    }

    /// The tokens of the sentence at `index`.
    pub fn sentence(&self, index: usize) -> &[Token] {
        let start = if index == 0 { 0 } else { self.sentence_ends[index - 1] };
        &self.tokens[start..self.sentence_ends[index]]
    }

    /// The tokens of the title.
    pub fn title(&self) -> &[Token] {
        &self.title
    }

    /// The distinct word that `token` is.
    pub fn word(&self, token: Token) -> Word {
        self.words[token.word as usize]
    }

    /// How many distinct stems there are: terms count from 0 up to it.
    pub fn term_count(&self) -> usize {
        self.stems.len()
    }

    /// The stem that `term` stands for.
    pub fn stem(&self, term: u32) -> &str {
        self.stems.string(term)
    }

    /// The stems of the words of `phrase`, another text in `language`; `None` for a word whose stem the document lacks.
    pub fn look_up(&self, phrase: &str, language: Option<&'static Language>) -> Vec<Option<u32>> {
        let mut vocabulary = Vocabulary::new(language, 0);
        let mut terms = Vec::new();
        Scanner::new(language.and_then(Language::tailoring)).scan(phrase, Span::new(0, phrase.len()), |span| {
            let word = vocabulary.word(phrase, span);
            vocabulary.catch_up();
            let term = vocabulary.words[word as usize].term;
            terms.push(self.stems.find(vocabulary.stems.string(term)));
        });
        terms
    }
}

/// The distinct words and stems met so far.
struct Vocabulary {
    tailoring: Option<&'static Tailoring>,
    stems_of_words: Option<Stems>,
    turkic: bool,
    known: Known,
    /// The words that are not known, as they are written, and the number of each among all.
    others: Interner,
    numbers: Vec<u32>,
    /// All words, but for known ones that were met since the last other one: [`Vocabulary::catch_up`] adds these.
    words: Vec<Word>,
    stems: Interner,
    lower: String,
}

impl Vocabulary {
    /// None yet, with room for about so many words.
    fn new(language: Option<&'static Language>, expected: usize) -> Self {
        let tailoring = language.and_then(Language::tailoring);
        Self {
            tailoring,
            stems_of_words: tailoring.and_then(|t| Some(Stems::new(t.stemmer?, &t.dependents))),
            turkic: language.is_some_and(|l| matches!(l.code, "tr" | "az")),
            known: Known::of(language),
            others: Interner::with_room(expected / 16),
            numbers: Vec::with_capacity(expected / 16),
            words: Vec::with_capacity(expected),
            stems: Interner::with_room(expected),
            lower: String::new(),
        }
    }

    /// The number of the word that stands at `span` of `text`.
    #[inline]
    fn word(&mut self, text: &str, span: Span) -> u32 {
        let short = Short::of(text, span).map(|surface| (surface, surface.hash()));
        let known = short.and_then(|(surface, hash)| self.known.number(surface, hash));
        known.unwrap_or_else(|| self.learn(text, span, short))
    }

    /// The number of the word that stands at `span` of `text` and is not known; it is kept if it is `short` and the same in
    /// every text.
    #[cold]
    fn learn(&mut self, text: &str, span: Span, short: Option<(Short, u64)>) -> u32 {
        let surface = span.of(text);
        if let Some(other) = self.others.find(surface) {
            return self.numbers[other as usize];
        }
        self.catch_up();
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let (word, keeps) = self.analyse(surface);
        self.words.push(word);
        let stem = Short::new(self.stems.string(word.term));
        let kept =
            keeps && short.zip(stem).is_some_and(|((surface, hash), stem)| self.known.keep(surface, hash, word, stem));
        if !kept {
            self.known.pass();
            self.others.intern(surface);
            self.numbers.push(number);
        }
        number
    }

    /// Adds the known words that the text has met, their stems in the order of their first coming.
    fn catch_up(&mut self) {
        for number in self.words.len()..self.known.met() {
            self.words.push(self.known.word(number, |stem| self.stems.intern_short(stem, stem.hash())));
        }
    }

    /// What the word written as `surface` is, and whether it is that in every text: a number with a unit or an initial is
    /// what the same in small letters was before it.
    fn analyse(&mut self, surface: &str) -> (Word, bool) {
        self.lower.clear();
        let spelling = scan::spell(surface, self.turkic, &mut self.lower);
        let case = Case::of(&spelling);
        let initial = is_initials(surface);
        let lower = self.lower.as_str();
        let keeps = spelling.digits == 0 && !initial && !(spelling.letters == 1 && lower.ends_with('.'));
        if !keeps
            && case.is_capitalised()
            && let Some(same) = self.others.find(lower)
        {
            return (Word { case, ..self.words[self.numbers[same as usize] as usize] }, keeps);
        }
        let listed = self.tailoring.is_some_and(|t| t.stop_words.contains(lower));
        let number = spelling.letters == 0;
        let characters = spelling.letters + spelling.digits;
        // A letter by itself is no topic, but an initial may stand inside a name.
        let letter = characters == 1 && case != Case::Uncased;
        let connector = initial || self.tailoring.is_some_and(|t| t.connectors.contains(lower));
        // Hiragana alone writes what joins the words of Japanese.
        let particle = !lower.is_ascii() && lower.chars().all(|c| matches!(c, '\u{3041}'..='\u{309f}' | 'ー'));
        // A word of small letters of ASCII is none of the rest.
        let plain = case == Case::Lower && spelling.letters as usize == surface.len();
        let odd = !plain
            && (particle
                || number
                || initial
                || hangul::is_predicate(lower)
                || scan::is_address(lower)
                || (spelling.digits > 0 && is_code(surface)));
        let stop = listed || connector || letter || odd || characters > MOST_CHARACTERS;
        let (term, dependent) = match &self.stems_of_words {
            Some(words) if !stop => (self.stems.intern(&words.stem(lower)), words.is_dependent(lower)),
            _ => (self.stems.intern(lower), false),
        };
        let elided = lower.len() > 1 && lower.ends_with('\'');
        (Word { term, stop, connector, elided, dependent, case, number, characters }, keeps)
    }
}

/// What is longer is no word: encoded data, or a cry. The longest compounds have 80 letters.
const MOST_CHARACTERS: u32 = 100;

/// Whether `surface` is a number with a unit, as `19-year-old`, or a code, as `u043e` or `3f25-04e0`, that no reader would look
/// for.
fn is_code(surface: &str) -> bool {
    /// A code changes between digits and letters so often, `4x400` twice.
    const CHANGES: usize = 4;
    let Some(first) = surface.chars().next() else { return false };
    if first.is_numeric() {
        let pairs = || surface.chars().zip(surface.chars().skip(1));
        let changes = pairs()
            .filter(|(c, next)| (c.is_numeric() && next.is_alphabetic()) || (c.is_alphabetic() && next.is_numeric()));
        return pairs().any(|(c, next)| c == '-' && next.is_lowercase()) || changes.count() >= CHANGES;
    }
    first.is_lowercase() && surface.chars().filter(|c| c.is_numeric()).count() > 2
}

/// Whether `surface` is one initial: `J.`
fn is_initials(surface: &str) -> bool {
    let mut characters = surface.chars();
    characters.next().is_some_and(char::is_uppercase) && characters.as_str() == "."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Tag;

    fn terms(text: &str, language: &str) -> Terms {
        let sentence =
            Sentence { span: Span::new(0, text.len()), paragraph: 0, kind: crate::text::sentence::Kind::Prose };
        Terms::new(text, "", &[sentence], Tag::parse(language).map(|tag| tag.language))
    }

    /// `expected` are the words as written, parted by `|`.
    #[track_caller]
    fn check(text: &str, language: &str, expected: &str) {
        let terms = terms(text, language);
        let words: Vec<&str> = terms.sentence(0).iter().map(|t| t.span().of(text)).collect();
        assert_eq!(words.join("|"), expected);
    }

    /// Whether the words of `text` have one and the same stem.
    #[track_caller]
    fn check_one_stem(text: &str, language: &str) {
        let terms = terms(text, language);
        let stems: Vec<u32> = terms.sentence(0).iter().map(|&t| terms.word(t).term).collect();
        assert!(stems.len() > 1 && stems.iter().all(|&s| s == stems[0]), "{text}: {stems:?}");
    }

    /// `expected` are the words that carry a topic.
    #[track_caller]
    fn check_topics(text: &str, language: &str, expected: &str) {
        let terms = terms(text, language);
        let topics = terms.sentence(0).iter().filter(|&&t| !terms.word(t).stop);
        assert_eq!(topics.map(|t| t.span().of(text)).collect::<Vec<_>>().join("|"), expected);
    }

    #[test]
    fn codes_are_no_topics() {
        check_topics("A 19-year-old read u043e, 5dcf5cfa12ab and 3f2504e0-4f89-11d3.", "en", "read");
        check_topics("The 4x400 relay, a 3D film, the 747-8F and 5G", "en", "4x400|relay|3D|film|747-8F|5G");
        check_topics("A 5d5c, 5d5c5, an mp34, mp345 and a 3-D film", "en", "5d5c|mp34|3-D|film");
    }

    #[test]
    fn what_is_longer_than_any_word_is_no_topic() {
        let longest = "la".repeat(50);
        check_topics(&format!("They sang {longest} and {longest}l."), "en", &format!("sang|{longest}"));
    }

    #[test]
    fn a_hyphenated_word_is_one() {
        check("The al-Qaeda cell struck twice.", "en", "The|al-Qaeda|cell|struck|twice");
        check("der Ost-West-Konflikt", "de", "der|Ost-West-Konflikt");
        check("so -- or - not", "en", "so|or|not");
    }

    #[test]
    fn a_possessive_is_apart() {
        check("Obama's plan and the workers’ rights", "en", "Obama|plan|and|the|workers|rights");
        check("Merkel’s visit", "en", "Merkel|visit");
    }

    #[test]
    fn a_contraction_is_one_word() {
        check("They don't and we won’t", "en", "They|don't|and|we|won’t");
    }

    #[test]
    fn an_apostrophe_inside_a_name_stays() {
        check("Conan O'Brien lives", "en", "Conan|O'Brien|lives");
    }

    #[test]
    fn an_elided_article_is_apart() {
        check("L'économie d’aujourd’hui et l’Union", "fr", "L'|économie|d’|aujourd’hui|et|l’|Union");
        check("dell'acqua e un'altra", "it", "dell'|acqua|e|un'|altra");
    }

    #[test]
    fn a_turkish_name_is_parted_from_its_ending() {
        check("Ankara'da İstanbul’un", "tr", "Ankara|İstanbul");
    }

    #[test]
    fn a_finnish_acronym_is_parted_from_its_ending() {
        check("EU:n ja USA:ssa", "fi", "EU|ja|USA");
    }

    #[test]
    fn dots_stay_in_initials_and_abbreviations_of_letters() {
        check("The U.S. Army, e.g. John D. Rock", "en", "The|U.S.|Army|e.g.|John|D.|Rock");
        check("He has plan B.", "en", "He|has|plan|B");
    }

    #[test]
    fn a_glued_sentence_end_parts_words() {
        check("for years.It was", "en", "for|years|It|was");
    }

    #[test]
    fn numbers_keep_their_marks() {
        check("1,000 and 3.5 in 2020-21", "en", "1,000|and|3.5|in|2020-21");
    }

    #[test]
    fn an_ampersand_between_capitals_stays() {
        check("AT&T & others", "en", "AT&T|others");
    }

    #[test]
    fn an_address_is_one_word() {
        check(
            "see https://example.org/a/b?c=d, or me@example.org.",
            "en",
            "see|https://example.org/a/b?c=d|or|me@example.org",
        );
        check("by @someone at example.org/path.", "en", "by|@someone|at|example.org/path");
    }

    #[test]
    fn marks_belong_to_their_letters() {
        check("नई दिल्ली में प्रधानमंत्री", "hi", "नई|दिल्ली|में|प्रधानमंत्री");
        check("صה\"ל צה\"ל הודיע", "he", "صה\"ל|צה\"ל|הודיע");
        check("col·lecció", "ca", "col·lecció");
    }

    #[test]
    fn scripts_without_spaces_are_segmented() {
        check("政府宣布新的经济政策", "zh", "政府|宣布|新的|经济|政策");
        check("政府は新しい経済政策を発表した。", "ja", "政府|は|新しい|経済|政策|を|発表|した");
        check("รัฐบาลประกาศนโยบายเศรษฐกิจ", "th", "รัฐบาล|ประกาศ|นโยบาย|เศรษฐกิจ");
    }

    #[test]
    fn a_korean_noun_is_parted_from_its_particle() {
        check("시장은 대교를 봄부터 폐쇄한다고 말했다", "ko", "시장|대교|봄부터|폐쇄한다고|말했다");
        check_topics("시장은 대교를 폐쇄한다고 말했다", "ko", "시장|대교|폐쇄한다고");
        check_topics("때문에 대교는", "ko", "대교");
    }

    #[test]
    fn forms_of_a_word_share_its_stem() {
        check_one_stem("election elections Election", "en");
        check_one_stem("выборы выборов выборам", "ru");
        check_one_stem("Ершов Ершова Ершову Ершовым Ершове", "ru");
        check_one_stem("Лебедев Лебедева Лебедевым", "ru");
        check_one_stem("Wahlen wahlen", "de");
        check_one_stem("istanbul İstanbul", "tr");
    }

    #[test]
    fn stop_words_numbers_and_addresses_are_no_topics() {
        check_topics("On Monday the minister said 40 of them opened www.example.org", "en", "minister|opened");
        check_topics("Le ministre a déclaré lundi qu'il attend l'élection", "fr", "ministre|attend|élection");
        check_topics("Министр заявил в понедельник о выборах", "ru", "Министр|выборах");
    }

    #[test]
    fn case_is_told() {
        for (word, case) in [
            ("word", Case::Lower),
            ("Word", Case::Capitalised),
            ("NATO", Case::Upper),
            ("iPhone", Case::Mixed),
            ("al-Qaeda", Case::Mixed),
            ("中国", Case::Uncased),
            ("42", Case::Uncased),
        ] {
            assert_eq!(Case::of(&scan::spell(word, false, &mut String::new())), case, "{word}");
        }
    }

    #[test]
    fn a_phrase_is_looked_up_by_its_stems() {
        let terms = terms("The elections were free", "en");
        let language = Tag::parse("en").map(|tag| tag.language);
        let election = terms.word(terms.sentence(0)[1]).term;
        assert_eq!(terms.look_up("Election", language), [Some(election)]);
        assert_eq!(terms.look_up("bicycle", language), [None]);
    }

    #[test]
    fn hostile_text_is_read_in_time() {
        for piece in ["U:a", "l'", "x'", "a.", "U:n@x/::", "'", "-", "@a", "a@", "://"] {
            for code in ["en", "fr", "fi"] {
                terms(&piece.repeat(1 << 18), code);
            }
        }
        // Their stemmers take such letters out one by one.
        for (letter, code) in [("\u{640}", "ar"), ("ß", "de"), ("é", "nl"), ("ά", "el")] {
            terms(&letter.repeat(1 << 18), code);
        }
    }

    #[test]
    fn what_stands_between_colons_of_an_address_is_no_empty_word() {
        check("U:n@x.y/a::b", "en", "U|n@x.y/a|b");
    }
}
