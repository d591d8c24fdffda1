//! Which sentences may be chosen, and what is to be known of each.

use rustc_hash::{FxBuildHasher, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

use crate::languages::WordList;
use crate::text::{
    document::Document,
    letter::{self, is_caseless},
    sentence::{Kind, Sentence},
    token::{Case, Terms, Token, Word},
};

/// A sentence with fewer words that carry a topic says too little by itself.
const LEAST_CONTENT: usize = 5;

/// From this share of its words that carry a topic on, a sentence made of the title's words is a copy of it.
const COPY_SHARE: f64 = 0.9;

/// As many places where one word runs into the next make a list whose items were glued together.
const GLUED: usize = 3;

/// So many sentences that stand earlier on the page, a third of a run of prose, make it a copy.
const FEWEST_COPIES: usize = 3;

/// The longest phrase that opens a sentence, in words.
const OPENING_WORDS: usize = 4;

/// The longest phrase that opens a sentence in a script without spaces, in characters.
const OPENING_CHARACTERS: usize = 12;

/// A sentence that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Which of the document's sentences it is.
    pub sentence: usize,
    /// Which run of prose, uninterrupted by headings, lists and boilerplate, it stands in.
    pub stretch: usize,
    /// Whether much of that run stands earlier on the page already.
    pub copied: bool,
    /// How many words it has.
    pub words: usize,
    /// Whether it asks.
    pub question: bool,
    /// Whether it opens with a quotation.
    pub quote: bool,
    /// Whether it opens with a word that leans on the sentence before.
    pub leans: bool,
    fitness: Fitness,
}

/// The candidates of `document`, in its order: its good sentences of prose, each once; where it has none, its prose; where
/// it has none of that, whatever it has.
pub(super) fn of(document: &Document<'_>) -> Vec<Candidate> {
    let mut page = Page::new(document);
    let mut seen = FxHashSet::with_capacity_and_hasher(document.sentences().len(), FxBuildHasher);
    let mut all = Vec::with_capacity(document.sentences().len());
    let mut stretches = vec![Stretch::default()];
    for (index, sentence) in document.sentences().iter().enumerate() {
        let words = page.words(index);
        let is_new = seen.insert(words.print);
        let last = stretches.len() - 1;
        let stretch = &mut stretches[last];
        if sentence.kind == Kind::Prose {
            stretch.sentences += 1;
            stretch.copies += usize::from(!is_new);
            stretch.paragraph = sentence.paragraph;
        } else if stretch.sentences > 0 && stretch.paragraph != sentence.paragraph {
            stretches.push(Stretch::default());
        }
        if is_new {
            all.push(Candidate { stretch: last, ..page.read(index, &words) });
        }
    }
    let best = all.iter().map(|candidate| candidate.fitness).max().unwrap_or(Fitness::None);
    all.retain(|candidate| candidate.fitness == best);
    for candidate in &mut all {
        candidate.copied = stretches[candidate.stretch].is_copied();
    }
    all
}

/// A run of prose that nothing interrupts.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    sentences: usize,
    /// How many of them stand earlier on the page.
    copies: usize,
    /// The paragraph of its last sentence.
    paragraph: usize,
}

impl Stretch {
    fn is_copied(self) -> bool {
        self.copies >= FEWEST_COPIES && self.copies * 3 >= self.sentences
    }
}

/// How fit a sentence is for a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fitness {
    /// Navigation, credits, time stamps.
    None,
    /// Headings, list items, copies of the title.
    Poor,
    /// Prose that says little or is no whole sentence.
    Fair,
    /// A whole sentence of prose that stands by itself.
    Good,
}

/// A document and what its sentences are measured by.
struct Page<'d, 't> {
    document: &'d Document<'t>,
    terms: &'d Terms,
    openers: Option<&'static WordList>,
    title: FxHashSet<u32>,
    endings: Vec<Ending>,
    terminated: bool,
    /// How the sentence at hand opens.
    opening: String,
}

/// The words of a sentence, in one look.
struct Words {
    /// What is the same for sentences of the same words.
    print: u64,
    /// How many carry a topic.
    content: usize,
    /// Whether one has capitals and small letters in no usual order.
    mixed: bool,
}

impl<'d, 't> Page<'d, 't> {
    fn new(document: &'d Document<'t>) -> Self {
        let terms = document.terms();
        let sentences = document.sentences();
        let endings: Vec<Ending> = sentences.iter().map(|s| ending(s.span.of(document.text()))).collect();
        let (mut all, mut whole) = (0_usize, 0_usize);
        for (sentence, ending) in sentences.iter().zip(&endings) {
            let is_prose = sentence.kind == Kind::Prose;
            all += usize::from(is_prose);
            whole += usize::from(is_prose & (*ending != Ending::Open));
        }
        Self {
            document,
            terms,
            openers: document.tag().and_then(|tag| tag.language.tailoring()).map(|tailoring| &tailoring.openers),
            title: content(terms, terms.title()).collect(),
            endings,
            // Thai and other copy without full stops cannot be held to them.
            terminated: whole * 3 >= all,
            opening: String::with_capacity(64),
        }
    }

    fn words(&self, index: usize) -> Words {
        let mut hasher = FxHasher::default();
        let tokens = self.terms.sentence(index);
        if tokens.is_empty() {
            self.document.sentences()[index].span.of(self.document.text()).hash(&mut hasher);
        }
        let (mut content, mut mixed) = (0, false);
        for token in tokens {
            let word = self.terms.word(*token);
            word.term.hash(&mut hasher);
            content += usize::from(!word.stop);
            mixed |= word.case == Case::Mixed;
        }
        Words { print: hasher.finish(), content, mixed }
    }

    fn read(&mut self, index: usize, words: &Words) -> Candidate {
        let text = self.document.sentences()[index].span.of(self.document.text());
        let opening = &mut self.opening;
        Candidate {
            sentence: index,
            stretch: 0,
            copied: false,
            words: self.terms.sentence(index).len(),
            question: self.endings[index] == Ending::Question,
            quote: text.chars().next().is_some_and(opens_quotation),
            leans: index > 0 && self.openers.is_some_and(|openers| leans(text, openers, opening)),
            fitness: self.fitness(index, words),
        }
    }

    fn fitness(&self, index: usize, words: &Words) -> Fitness {
        let sentence = self.document.sentences()[index];
        let ending = self.endings[index];
        match sentence.kind {
            Kind::Boilerplate => Fitness::None,
            Kind::Heading | Kind::ListItem => Fitness::Poor,
            Kind::Prose if self.copies_title(self.terms.sentence(index)) => Fitness::Poor,
            Kind::Prose
                if (self.terminated && ending == Ending::Open)
                    || words.content < LEAST_CONTENT
                    || (ending == Ending::Question && self.alone(index))
                    || (words.mixed && glued(sentence.span.of(self.document.text()))) =>
            {
                Fitness::Fair
            }
            Kind::Prose => Fitness::Good,
        }
    }

    fn copies_title(&self, tokens: &[Token]) -> bool {
        if self.title.is_empty() {
            return false;
        }
        let (mut all, mut known) = (0_usize, 0_usize);
        for term in content(self.terms, tokens) {
            all += 1;
            known += usize::from(self.title.contains(&term));
        }
        all > 0 && known as f64 >= COPY_SHARE * all as f64
    }

    /// Whether a sentence is a paragraph by itself.
    fn alone(&self, index: usize) -> bool {
        let sentences = self.document.sentences();
        let paragraph = sentences[index].paragraph;
        let same = |other: Option<&Sentence>| other.is_some_and(|other| other.paragraph == paragraph);
        !same(index.checked_sub(1).and_then(|before| sentences.get(before))) && !same(sentences.get(index + 1))
    }
}

/// The terms of those of `tokens` that carry a topic.
fn content<'t>(terms: &'t Terms, tokens: &'t [Token]) -> impl Iterator<Item = u32> + 't {
    tokens.iter().map(|token| terms.word(*token)).filter(|word| !word.stop).map(|word| word.term)
}

/// Whether `word` says what its sentence is about: it carries a topic, or is a number.
pub(super) fn is_telling(word: Word) -> bool {
    !word.stop | word.number
}

/// How a sentence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Statement,
    Question,
    Open,
}

fn ending(text: &str) -> Ending {
    let last = text.chars().rev().find(|c| !c.is_whitespace() && !closes(*c));
    match last {
        Some('?' | '？' | '؟' | '՞' | '፧' | '⁇' | '⁈' | '⁉') => Ending::Question,
        Some('.' | '!' | '…' | '。' | '！' | '．' | '｡' | '।' | '॥' | '۔' | '։' | '።' | '៕' | '។' | '။' | '‼') => {
            Ending::Statement
        }
        _ => Ending::Open,
    }
}

fn opens_quotation(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '‘' | '「' | '『' | '‚')
}

/// Whether `c` may follow the mark that ends a sentence.
pub(super) fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '”'
            | '’'
            | '“'
            | '»'
            | '«'
            | '›'
            | ')'
            | ']'
            | '}'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '］'
    )
}

/// Whether `text` opens with one of `openers`: with a word or a phrase of up to four words; in a script that sets no
/// spaces, with as many characters. A longer entry with a minus before it wins over a shorter one. `opening` is room for it.
fn leans(text: &str, openers: &WordList, opening: &mut String) -> bool {
    let text = text.trim_start_matches(|c: char| !letter::is_alphanumeric(c));
    if openers.is_empty() || !openers.may_start(text) {
        return false;
    }
    opening.clear();
    opening.push('-');
    let mut steps = 0;
    let mut leans = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let elides = matches!(c, '\'' | '’');
        let unspaced = !c.is_ascii() && sets_no_spaces(c);
        if elides {
            opening.push('\'');
        } else {
            match letter::lower(c) {
                Some(c) => opening.push(c),
                None => opening.extend(c.to_lowercase()),
            }
        }
        let continues = !unspaced && chars.peek().is_some_and(|next| continues_word(*next));
        if continues && !elides {
            continue;
        }
        if openers.contains(opening) {
            return false;
        }
        leans |= openers.contains(&opening[1..]);
        if opening.len() > openers.longest() {
            break;
        }
        if continues {
            continue;
        }
        steps += 1;
        let most = if unspaced { OPENING_CHARACTERS } else { OPENING_WORDS };
        // Past a comma nothing opens the sentence any more.
        if steps == most || chars.peek().is_none_or(|next| !next.is_whitespace() && !unspaced) {
            break;
        }
        if chars.next_if(|next| next.is_whitespace()).is_some() {
            opening.push(' ');
        }
    }
    leans
}

/// Whether `c` goes on with the word before it.
fn continues_word(c: char) -> bool {
    // Combining marks count as alphabetic where they are vowels; the virama and the joiners do not.
    letter::is_alphanumeric(c)
        || matches!(
            c,
            '\'' | '’' | '-' | '\u{94d}' | '\u{9cd}' | '\u{bcd}' | '\u{1039}' | '\u{103a}' | '\u{200c}' | '\u{200d}'
        )
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{9bc}' | '\u{1037}')
}

/// Whether `c` belongs to a script that sets no spaces between words: Han, kana, Thai, Lao, Burmese, Khmer.
fn sets_no_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Whether words run into one another as the items of a list do when its markup is lost: "MilkEggsBread".
fn glued(text: &str) -> bool {
    let mut junctions = 0;
    let mut lower = 0_usize;
    let mut upper = false;
    for c in text.chars() {
        if !c.is_ascii() && is_caseless(c) {
            (upper, lower) = (false, 0);
        } else if c.is_lowercase() {
            // An upper-case letter between lower-case ones, each side long enough to be a word of its own.
            if upper {
                junctions += 1;
                if junctions >= GLUED {
                    return true;
                }
            }
            upper = false;
            lower += 1;
        } else if c.is_uppercase() {
            upper = lower >= 3;
            lower = 0;
        } else {
            if matches!(c, ',' | ';' | '،' | '、') {
                junctions = 0;
            }
            upper = false;
            lower = 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        languages::{Language, Tag},
        text::sentence::LineBreaks,
    };

    /// Whole sentences of words that no other has, by their numbers.
    fn prose(numbers: std::ops::Range<u8>) -> String {
        let sentence = |number: u8| {
            let name: String = [b'a' + number / 26, b'a' + number % 26].map(char::from).iter().collect();
            format!(
                "The {name}engineers repaired {name}bridges near {name}harbours with {name}cranes and {name}ropes. "
            )
        };
        numbers.map(sentence).collect()
    }

    fn candidates(text: &str, title: &str) -> Vec<Candidate> {
        of(&Document::new(text, title, Tag::parse("en"), LineBreaks::Auto))
    }

    #[test]
    fn a_run_of_which_a_third_stands_earlier_is_a_copy() {
        let is_copied = |copies: u8, sentences: u8| {
            let text =
                format!("{}\n\nAnother heading\n\n{}", prose(0..12), prose(12 - copies..12 - copies + sentences));
            let last = *candidates(&text, "").last().unwrap();
            assert!(last.stretch > 0, "{last:?}");
            last.copied
        };
        assert!(is_copied(3, 9) && !is_copied(3, 10));
        assert!(!is_copied(2, 3), "two sentences may be quoted");
    }

    #[test]
    fn a_sentence_of_which_nine_tenths_are_the_titles_is_a_copy_of_it() {
        let words = "alder birch cedar dogwood elm fir ginkgo hazel ivy";
        let is_copy = |rest: &str| {
            let text = format!("{words} {rest}. {}", prose(0..3));
            candidates(&text, words).iter().all(|candidate| candidate.sentence > 0)
        };
        assert!(is_copy("juniper") && !is_copy("juniper larch"));
    }

    #[track_caller]
    fn check(language: &str, text: &str, expected: bool) {
        let openers = &Language::from_code(language).unwrap().tailoring().unwrap().openers;
        assert_eq!(leans(text, openers, &mut String::new()), expected, "{text}");
    }

    #[test]
    fn a_pronoun_leans() {
        check("en", "She resigned in May.", true);
        check("en", "“It’s over,” the coach said.", true);
        check("fr", "C’est la fin.", true);
        check("de", "Seine Partei verlor.", true);
        check("vi", "Họ đã rời đi.", true);
        check("bn", "তিনি বলেন, কাজ শেষ।", true);
        check("ur", "انہوں نے کہا کہ کام مکمل ہے۔", true);
        check("ar", "ولكن الوزير رفض.", true);
    }

    #[test]
    fn a_connective_leans() {
        check("en", "But the vote went on.", true);
        check("en", "Meanwhile, the vote went on.", true);
        check("en", "On the other hand the vote went on.", true);
        check("es", "Sin embargo, la votación siguió.", true);
        check("ru", "Тем не менее голосование продолжилось.", true);
    }

    #[test]
    fn a_noun_does_not_lean() {
        check("en", "Butter prices rose.", false);
        check("en", "Theresa May resigned.", false);
        check("fr", "L’île attend ses touristes.", false);
        check("de", "Seinesicht ist ein Ort.", false);
    }

    #[test]
    fn this_week_stands_by_itself() {
        check("en", "This week the council meets.", false);
        check("en", "This council meets on Monday.", true);
    }

    #[test]
    fn a_script_without_spaces_is_read_by_characters() {
        check("zh", "他说，会议已经结束。", true);
        check("zh", "其他城市也下了雨。", false);
        check("zh", "北京下了雨。", false);
        check("ja", "しかし、会議は続いた。", true);
        check("th", "อย่างไรก็ตาม การประชุมดำเนินต่อไป", true);
    }

    #[test]
    fn items_that_run_into_one_another_are_glued() {
        for (text, expected) in [
            ("They are the River GuardMountain FrontNorthern Vale WatchThe Free Harbour.", true),
            ("YouTube, TikTok, WhatsApp and LinkedIn were down.", false),
            ("OpenAI and DeepMind met McKinsey in London.", false),
            ("МолокоХлебМаслоСыр", true),
        ] {
            assert_eq!(glued(text), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_ends_before_its_closing_quote() {
        for (text, expected) in [
            ("He went.”", Ending::Statement),
            ("(Did he go?)", Ending::Question),
            ("他走了吗？」", Ending::Question),
            ("The members are:", Ending::Open),
            ("یہ ختم ہوا۔", Ending::Statement),
            ("", Ending::Open),
        ] {
            assert_eq!(ending(text), expected, "{text}");
        }
    }
}
