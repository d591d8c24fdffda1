//! Where sentences end in a paragraph: one scan from mark to mark, each decided from what stands around it.

use rustc_hash::FxHashMap;

use crate::{
    languages::{Abbreviation, Ending},
    text::span::Span,
};

use super::{
    context::{Following, Next, first_word, is_apart, run_before, word_before},
    mark::{Mark, Marks, is_blank, is_format, is_unspaced},
    marker::{Frame, Marker},
    plain::{self, PlainStop},
    quotation,
    rules::{self, Rules},
};

/// What a scan of a paragraph finds, each in order.
#[derive(Debug)]
pub(super) struct Found {
    /// The ends of all sentences.
    pub(super) ends: Vec<usize>,
    /// The capitals that touch a small letter before them, as far as both are ASCII: `teams:Red OneBlue Two`.
    pub(super) joints: Vec<usize>,
}

impl Found {
    /// With room for what most paragraphs hold.
    pub(super) fn new() -> Self {
        Self { ends: Vec::with_capacity(16), joints: Vec::new() }
    }

    /// How many joints stand inside `span`.
    pub(super) fn joints_in(&self, span: Span) -> usize {
        if self.joints.is_empty() {
            return 0;
        }
        let before = |place: usize| self.joints.partition_point(|&joint| joint < place);
        before(span.end) - before(span.start + 1)
    }
}

/// Scans `paragraph`, which stands at `offset` in the text that `marks` are those of. `found` is cleared first.
pub(super) fn find(paragraph: &str, offset: usize, marks: &mut Marks<'_>, rules: Rules, found: &mut Found) {
    let Found { ends, joints } = found;
    ends.clear();
    joints.clear();
    let (brackets, sides) = (Vec::new(), None);
    Scan { text: paragraph, rules, ends, joints, start: 0, clause: 0, brackets, quoted: false, sides }
        .run(offset, marks);
    ends.push(paragraph.len());
}

/// More open brackets than this are no parentheses.
const DEEPEST: usize = 16;

/// More sentences or bytes between brackets are no parenthesis: one of the two is a slip.
const LONGEST_PARENTHESIS: usize = 500;
const MOST_SENTENCES_IN_PARENTHESES: usize = 2;

/// A full stop that is farther from where a sentence starts, in bytes, belongs to no marker there.
const LONGEST_MARKER: usize = 16;

struct Scan<'t, 'e> {
    text: &'t str,
    rules: Rules,
    ends: &'e mut Vec<usize>,
    joints: &'e mut Vec<usize>,
    /// Where the sentence starts.
    start: usize,
    /// Where its last clause starts: after a colon or semicolon.
    clause: usize,
    brackets: Vec<Bracket>,
    /// Whether a quotation is open.
    quoted: bool,
    /// Which quotation marks open, of those that touch text on both sides or on none; found when first asked for.
    sides: Option<FxHashMap<usize, bool>>,
}

/// An open bracket inside a sentence.
struct Bracket {
    at: usize,
    /// How many sentences had ended, and where the current one started.
    ends: usize,
    start: usize,
}

/// A run of marks that belong together, with the quotation marks and brackets that close after them: `?!”)`.
struct Cluster {
    kind: Kind,
    /// How many full stops it holds.
    stops: usize,
    /// Whether white space stands between its marks.
    spaced: bool,
    /// Whether a quotation mark or bracket closes in it.
    closed: bool,
    end: usize,
}

/// What a cluster is as a whole: what its strongest mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Kind {
    Stop,
    Ellipsis,
    Exclamation,
    Terminal,
}

impl Scan<'_, '_> {
    fn run(&mut self, offset: usize, marks: &mut Marks<'_>) {
        self.start = self.text.len() - self.text.trim_start_matches(is_blank).len();
        // What comes before a sentence, and the capital that it starts with, decides nothing.
        marks.skip_to(offset + self.start);
        marks.pass_capital(offset + self.start);
        let end = offset + self.text.len();
        while let Some((place, byte)) = marks.next_before(end) {
            let at = place - offset;
            match byte {
                // A capital that starts a sentence.
                b'A'..=b'Z' if at <= self.start => {}
                b'A'..=b'Z' => self.capital(at),
                b'.' => match plain::stop(self.text, at, self.rules) {
                    Some(PlainStop::BeforeCapital { closing }) => {
                        let after = at + 1 + closing;
                        self.ends.push(after);
                        (self.start, self.clause) = (after + 1, after + 1);
                        if closing > 0 {
                            self.quoted = false;
                            marks.skip_to(offset + after);
                        }
                        marks.pass_capital(offset + self.start);
                    }
                    Some(PlainStop::AtEnd | PlainStop::OfAbbreviation) => {}
                    None => self.mark(at, offset, marks),
                },
                _ => self.mark(at, offset, marks),
            }
        }
    }

    /// Decides the mark at `found`.
    fn mark(&mut self, found: usize, offset: usize, marks: &mut Marks<'_>) {
        let Some(c) = self.text[found..].chars().next() else { return };
        let at = found + c.len_utf8();
        match Mark::of(c) {
            Mark::None | Mark::Capital => {}
            Mark::FullStop if self.starts_item(found) => {}
            // The paragraph ends here whatever the mark is.
            Mark::FullStop | Mark::Exclamation | Mark::Terminal | Mark::Ellipsis if at == self.text.len() => {}
            // A number or an address: `2.5`, `p.m.`, `example.org`.
            Mark::FullStop if matches!(self.text.as_bytes()[at..], [b'a'..=b'z' | b'0'..=b'9', ..]) => {}
            Mark::FullStop => marks.skip_to(offset + self.close(found, Kind::Stop)),
            // `!Kung`: a mark that touches only the word after it belongs to that.
            Mark::Exclamation if self.text[..found].ends_with(' ') && !is_apart(self.text, at) => {}
            Mark::Exclamation => marks.skip_to(offset + self.close(found, Kind::Exclamation)),
            Mark::Terminal => marks.skip_to(offset + self.close(found, Kind::Terminal)),
            Mark::Ellipsis => marks.skip_to(offset + self.close(found, Kind::Ellipsis)),
            Mark::Quote => self.quote(found, at),
            Mark::Opening => self.open_bracket(found),
            Mark::Closing => {
                self.starts_item(found);
                self.close_bracket(found);
            }
            Mark::Bullet => self.bullet(found, c),
            Mark::Colon | Mark::Semicolon if self.rules.terminates(c) => {
                marks.skip_to(offset + self.close(found, Kind::Exclamation));
            }
            Mark::Colon | Mark::Semicolon => self.clause = at,
        }
    }

    /// Reads the cluster of marks at `at`, ends the sentence where it does, and answers where to go on.
    fn close(&mut self, at: usize, kind: Kind) -> usize {
        let cluster = self.cluster(at, kind);
        let following = Following::read(&self.text[cluster.end..]);
        if self.is_stop_before_ellipsis(at, &cluster, &following) {
            self.end_sentence(at + 1);
        } else if following.next != Next::End && self.ends_sentence(at, &cluster, &following) {
            self.end_sentence(cluster.end);
        }
        cluster.end
    }

    fn end_sentence(&mut self, at: usize) {
        self.ends.push(at);
        self.start = at + (self.text.len() - at) - self.text[at..].trim_start_matches(is_blank).len();
        self.clause = self.start;
    }

    fn cluster(&mut self, at: usize, kind: Kind) -> Cluster {
        let mut cluster = Cluster { kind, stops: 0, spaced: false, closed: false, end: at };
        loop {
            let gap = if cluster.end == at { 0 } else { self.short_gap(cluster.end) };
            let place = cluster.end + gap;
            let Some(c) = self.text[place..].chars().next() else { break };
            let after = place + c.len_utf8();
            let mark = Mark::of(c);
            let kind = match mark {
                Mark::FullStop => Some(Kind::Stop),
                Mark::Exclamation => Some(Kind::Exclamation),
                Mark::Terminal => Some(Kind::Terminal),
                Mark::Ellipsis => Some(Kind::Ellipsis),
                Mark::Colon | Mark::Semicolon if self.rules.terminates(c) => Some(Kind::Exclamation),
                _ => None,
            };
            if let Some(kind) = kind {
                // A mark on its own belongs to the run before it; one that touches a word belongs to that (`.5`, `.net`).
                if gap > 0 && !is_apart(self.text, after) {
                    break;
                }
                cluster.spaced |= gap > 0;
                cluster.stops += usize::from(kind == Kind::Stop);
                if kind > cluster.kind {
                    cluster.kind = kind;
                }
            } else if gap > 0 {
                if mark == Mark::Quote && self.quoted && is_apart(self.text, after) {
                    self.quoted = false;
                    cluster.closed = true;
                } else if let Some(end) = self.reference(place) {
                    cluster.end = end;
                    break;
                } else {
                    break;
                }
            } else if mark == Mark::Closing {
                self.close_bracket(place);
                cluster.closed = true;
            } else if mark == Mark::Quote {
                if self.opens_quotation(place, after) {
                    break;
                }
                self.quoted = false;
                cluster.closed = true;
            } else if matches!(c, '\'' | '’' | '‘' | '›' | '‹' | '*' | '_' | '`') {
                cluster.closed = true;
            } else if let Some(end) = self.reference(place) {
                cluster.end = end;
                continue;
            } else if !is_format(c) {
                break;
            }
            cluster.end = after;
        }
        if cluster.kind == Kind::Stop && cluster.stops > 1 {
            cluster.kind = Kind::Ellipsis;
        }
        cluster
    }

    /// The length of a gap at `at` that can stand before a mark of the same run.
    fn short_gap(&self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[at..];
        let gap = bytes.iter().take(3).take_while(|&&byte| byte == b' ').count();
        if gap < 3 { gap } else { 0 }
    }

    /// The end of a reference at `at`: `[1]`, or a raised number that touches the mark.
    fn reference(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if let Some(inner) = rest.strip_prefix('[') {
            let digits = inner.bytes().take(4).take_while(u8::is_ascii_digit).count();
            return (digits > 0 && inner.as_bytes().get(digits) == Some(&b']')).then_some(at + digits + 2);
        }
        let raised: usize =
            rest.chars().take(4).take_while(|c| matches!(c, '¹' | '²' | '³' | '⁰'..='⁹')).map(char::len_utf8).sum();
        (raised > 0).then_some(at + raised)
    }

    /// `word. . . . Next`: the sentence ends with a full stop, and the next one begins with an ellipsis.
    fn is_stop_before_ellipsis(&self, at: usize, cluster: &Cluster, following: &Following<'_>) -> bool {
        cluster.spaced
            && cluster.stops == 4
            && self.text[at..].starts_with('.')
            && following.next == Next::Upper
            && self.text[..at].ends_with(char::is_alphanumeric)
    }

    fn ends_sentence(&self, at: usize, cluster: &Cluster, following: &Following<'_>) -> bool {
        match cluster.kind {
            // A question or exclamation in quotation marks takes no comma before the words that say whose it is.
            Kind::Exclamation | Kind::Terminal if cluster.closed && self.rules.attributes_speech(following.rest) => {
                false
            }
            Kind::Terminal => self.terminal_ends(cluster, following),
            _ if !following.spaced => self.glued_ends(at, cluster, following),
            // A quotation that opens here starts a sentence, whatever its first letter.
            _ if following.next == Next::Lower && following.quoted && !self.quoted && !cluster.closed => {
                self.is_long_word(at) || self.text[..at].ends_with(' ')
            }
            Kind::Exclamation => goes_on_as_new(following),
            Kind::Ellipsis => self.ellipsis_ends(at, cluster, following),
            Kind::Stop if following.next == Next::Lower && !following.inverted => {
                has_inner_capital(following.word()) && self.full_stop_ends(at, following)
                    || !cluster.closed && self.is_small_start(at, following)
            }
            Kind::Stop => goes_on_as_new(following) && self.full_stop_ends(at, following),
        }
    }

    /// Writers in haste start sentences small. Abbreviations are short and break off at a consonant, so a full stop after a
    /// longer word that ends in a vowel is no abbreviation's, nor one after a final sigma, which whole words alone have; nor is
    /// one before a list marker.
    fn is_small_start(&self, at: usize, following: &Following<'_>) -> bool {
        let marker =
            Marker::read(following.rest).is_some_and(|marker| marker.frame != Frame::Stop || marker.is_first());
        let spaced = following.rest.len() < self.text.len();
        spaced && !following.dashed && !following.bracketed && self.is_long_word(at) || marker && self.is_long_word(at)
    }

    fn is_long_word(&self, at: usize) -> bool {
        let word = word_before(self.text, at);
        let letters = word.chars().count();
        word.chars().all(char::is_alphabetic)
            && (letters > 8 || letters > 3 && word.ends_with(|c| is_vowel(c) || c == 'ς'))
            && self.rules.abbreviation(word).is_none()
    }

    /// Marks that only end sentences do so, unless the sentence visibly goes on: with a comma, or after a quotation with
    /// the Japanese particle that takes it up.
    fn terminal_ends(&self, cluster: &Cluster, following: &Following<'_>) -> bool {
        let stop_in_number = self.text[..cluster.end].ends_with('．') && following.next == Next::Digit;
        let particle = cluster.closed && following.rest.starts_with(|c| matches!(c, '\u{3041}'..='\u{309f}'));
        !stop_in_number && !particle && !matches!(following.next, Next::Symbol(c) if continues(c))
    }

    /// An ellipsis ends a sentence before what can start one; a word that always has a capital does not show that. Three spaced stops after a space leave words out within one,
    /// and so does an ellipsis in brackets.
    fn ellipsis_ends(&self, at: usize, cluster: &Cluster, following: &Following<'_>) -> bool {
        let before = &self.text[..at];
        let omission = cluster.spaced && cluster.stops == 3 && before.ends_with(' ') || before.ends_with(['[', '(']);
        !omission && goes_on_as_new(following) && !self.rules.is_capitalised_anywhere(following.word())
    }

    fn full_stop_ends(&self, at: usize, following: &Following<'_>) -> bool {
        let word = word_before(self.text, at);
        if self.is_marker(at) {
            return false;
        }
        if word.is_empty() {
            return !self.is_spaced_number(at, following);
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return !self.is_ordinal(word, following);
        }
        if self.rules.has_ordinals() && is_roman(word) && following.next == Next::Upper {
            return self.rules.starts_sentences(following.word());
        }
        if rules::is_initial(word) && self.text[..at - word.len()].ends_with(['°', 'º', '˚'])
            || self.text[..at - word.len()].ends_with("° ")
        {
            return true;
        }
        if rules::is_indic_syllable(word) && self.is_among_initials(at, word, following) {
            return false;
        }
        self.rules.abbreviation(word).is_none_or(|abbreviation| self.abbreviation_ends(abbreviation, following))
    }

    /// `बी. सी.`: a syllable with a full stop before or after another.
    fn is_among_initials(&self, at: usize, word: &str, following: &Following<'_>) -> bool {
        let next = following.rest.split(['.', ' ']).next().unwrap_or_default();
        let goes_on = rules::is_indic_syllable(next) && following.rest[next.len()..].starts_with('.');
        // A word that the sentence starts inside of has nothing before it.
        let before = self.text.get(self.start..at - word.len()).unwrap_or_default().trim_end().strip_suffix('.');
        goes_on || before.is_some_and(|before| rules::is_indic_syllable(word_before(before, before.len())))
    }

    fn abbreviation_ends(&self, abbreviation: Abbreviation, following: &Following<'_>) -> bool {
        if following.next == Next::Digit {
            return !abbreviation.takes_number
                && matches!(abbreviation.ending, Ending::BeforeCapital | Ending::AfterClause);
        }
        match abbreviation.ending {
            Ending::Never => false,
            _ if following.inverted || following.quoted && !self.quoted => true,
            Ending::BeforeCapital => true,
            // `Inc. (AAPL)`: what stands in brackets belongs to the name.
            _ if following.bracketed => false,
            Ending::AfterClause => self.is_before_starter(following) || !self.is_fronted(),
            Ending::BeforeStarter => self.is_before_starter(following),
        }
    }

    /// Whether a word follows that often starts a sentence, and is no initial: Romanian `A.`, Russian `И.`.
    fn is_before_starter(&self, following: &Following<'_>) -> bool {
        let word = following.word();
        !following.rest[word.len()..].starts_with('.') && self.rules.starts_sentences(word)
    }

    /// `At 5 a.m. Mr. Smith left`: a clause that has come no further than a phrase of time or place still owes its subject.
    fn is_fronted(&self) -> bool {
        let clause = &self.text[self.clause.max(self.start)..];
        let opening = clause.char_indices().take(8).find(|(_, c)| c.is_alphanumeric());
        opening.is_some_and(|(at, _)| self.rules.fronts(first_word(&clause[at..])))
    }

    /// `28 . 000`: a number with spaces around its full stop.
    fn is_spaced_number(&self, at: usize, following: &Following<'_>) -> bool {
        following.next == Next::Digit && self.text[..at].trim_end().ends_with(|c: char| c.is_ascii_digit())
    }

    /// Whether the full stop at `at` belongs to the marker of a list item that starts the sentence.
    fn is_marker(&self, at: usize) -> bool {
        let head = &self.text[self.start..];
        at - self.start < LONGEST_MARKER
            && Marker::read(head).is_some_and(|marker| self.start + marker.len > at && marker.frame != Frame::Bracket)
    }

    /// `am 3. Mai`, `5. 6. 2010`: in languages that write ordinals with a full stop.
    fn is_ordinal(&self, number: &str, following: &Following<'_>) -> bool {
        self.rules.has_ordinals()
            && number.len() <= 2
            && match following.next {
                Next::Upper => !following.quoted && self.rules.counts(following.word()),
                Next::Digit => true,
                _ => false,
            }
    }

    /// Text from scraped pages has sentences without a space between: `years.It`. Names with a dot inside have one too.
    fn glued_ends(&self, at: usize, cluster: &Cluster, following: &Following<'_>) -> bool {
        let Some(before) = self.text[..at].chars().next_back() else { return false };
        let run = || run_before(self.text, at);
        let word = following.word();
        let touching = &following.rest[word.len()..];
        if following.next == Next::Caseless {
            return self.glued_caseless_ends(at, before, cluster, following);
        }
        if following.next != Next::Upper || following.dashed || is_address(run()) || is_dotted_name(touching, word) {
            return following.inverted && !is_address(run());
        }
        if !starts_like_a_word(following.rest, word) {
            return false;
        }
        if cluster.closed || cluster.kind != Kind::Stop {
            return before.is_alphanumeric() || Mark::of(before) != Mark::None || before.is_whitespace();
        }
        if before.is_ascii_digit() {
            let number = word_before(self.text, at);
            return !following.quoted
                && run().len() >= 3
                && number.len() >= 2
                && word.chars().nth(1).is_some_and(char::is_lowercase);
        }
        let last = word_before(self.text, at);
        if self.is_marker(at) || last.is_empty() {
            return last.is_empty() && Mark::of(before) != Mark::None;
        }
        match self.rules.abbreviation(last) {
            Some(Abbreviation { ending: Ending::Never, .. }) => false,
            Some(Abbreviation { ending: Ending::BeforeStarter | Ending::AfterClause, .. }) => {
                self.rules.starts_sentences(word)
            }
            _ if before.is_uppercase() => {
                word.chars().nth(1).is_some_and(char::is_lowercase) || self.rules.starts_sentences(word)
            }
            _ => true,
        }
    }

    /// In scripts without capitals a mark between two words of one script ends a sentence where the first is no initial.
    fn glued_caseless_ends(&self, at: usize, before: char, cluster: &Cluster, following: &Following<'_>) -> bool {
        let next = following.rest.chars().next().unwrap_or(' ');
        if cluster.kind == Kind::Ellipsis || following.dashed || before.is_ascii() && !cluster.closed {
            return false;
        }
        if is_unspaced(next) {
            return !matches!(next, '\u{3041}'..='\u{309f}') || !cluster.closed;
        }
        let last = word_before(self.text, at);
        let long =
            last.chars().count() > 2 || matches!(before, '\u{ac00}'..='\u{d7a3}') && last.chars().nth(1).is_some();
        (long && self.rules.abbreviation(last).is_none()) || cluster.closed || cluster.kind == Kind::Exclamation
    }

    /// Ends the sentence before the marker of a list item whose last character is at `at`, where the sentence is the item
    /// before it: `1) flour 2) eggs`. Answers whether it did.
    fn starts_item(&mut self, at: usize) -> bool {
        let sentence = &self.text[self.start..];
        if !Marker::may_start(sentence) {
            return false;
        }
        let before = &sentence[..at - self.start];
        let counter =
            before.bytes().rev().take(6).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'(').count();
        let place = at - counter;
        if counter == 0 || counter > 5 || place <= self.start || !self.text[..place].ends_with(' ') {
            return false;
        }
        let Some(first) = Marker::read(sentence) else { return false };
        let Some(marker) = Marker::read(&self.text[place..]) else { return false };
        if place < self.start + first.len
            || !(marker.follows(&first) || marker.is_first())
            || marker.frame == Frame::Stop && !self.are_items(&first, &marker, place)
        {
            return false;
        }
        // A bullet before the counter belongs to the item.
        let bullet = self.text[..place].trim_end_matches(' ').char_indices().next_back();
        let place = bullet.filter(|&(i, c)| i > self.start && Mark::of(c) == Mark::Bullet).map_or(place, |(i, _)| i);
        self.end_sentence(place);
        true
    }

    /// `1. und 2. Platz` are ordinals and `A. Smith and B. Jones` people: counters with a full stop count items only where
    /// both are small letters, or numbers before capitals.
    fn are_items(&self, first: &Marker, marker: &Marker, place: usize) -> bool {
        let starts_capital = |at: usize| self.text[at..].trim_start_matches(' ').starts_with(char::is_uppercase);
        if marker.is_number() {
            starts_capital(self.start + first.len) && starts_capital(place + marker.len)
        } else {
            !marker.is_capital()
        }
    }

    /// A heading that lost its line break runs into the text: `the bridge is closed It will open`. A word that starts
    /// sentences has a capital there, between small words, where only a name could have one.
    fn capital(&mut self, at: usize) {
        let before = match self.text.as_bytes()[self.start..at] {
            [.., before, b' '] => before,
            [.., b'a'..=b'z'] => return self.joints.push(at),
            _ => return,
        };
        if !(before.is_ascii_lowercase() || before >= 0x80) || self.quoted || !self.brackets.is_empty() {
            return;
        }
        if !self.rules.may_be_starter_at(self.text, at) {
            return;
        }
        let word = first_word(&self.text[at..]);
        let mut rest = self.text[at + word.len()..].chars();
        let gap = rest.next();
        // `vitamin A is`: a letter alone is a word only where the next is elided to it.
        let whole = matches!(gap, Some('\'' | '’')) || gap == Some(' ') && word.len() > 1;
        let small_after = whole && rest.next().is_some_and(char::is_lowercase);
        if !small_after || !word.chars().skip(1).all(char::is_lowercase) {
            return;
        }
        if !self.rules.starts_sentences(word) {
            return;
        }
        let last = word_before(self.text, at - 1);
        if last.starts_with(char::is_lowercase)
            && last.ends_with(char::is_lowercase)
            && !self.rules.is_capitalised_anywhere(word)
        {
            self.end_sentence(at);
        }
    }

    /// Items that follow one another in a line start with the same bullet.
    fn bullet(&mut self, at: usize, bullet: char) {
        if at > self.start
            && self.text[self.start..].starts_with(bullet)
            && self.text[..at].ends_with(char::is_whitespace)
        {
            self.end_sentence(at);
        }
    }

    fn quote(&mut self, at: usize, after: usize) {
        self.quoted = self.opens_quotation(at, after);
    }

    /// Whether the quotation mark at `at` opens.
    fn opens_quotation(&mut self, at: usize, after: usize) -> bool {
        quotation::side(self.text, at, after).unwrap_or_else(|| {
            self.sides
                .get_or_insert_with(|| quotation::ambiguous_sides(self.text))
                .get(&at)
                .copied()
                .unwrap_or(!self.quoted)
        })
    }

    fn open_bracket(&mut self, at: usize) {
        if self.brackets.len() < DEEPEST {
            self.brackets.push(Bracket { at, ends: self.ends.len(), start: self.start });
        }
    }

    /// What ended inside a parenthesis that stands within a sentence did not end that sentence.
    fn close_bracket(&mut self, at: usize) {
        let Some(bracket) = self.brackets.pop() else { return };
        let within = bracket.at > bracket.start && at - bracket.at < LONGEST_PARENTHESIS;
        let inner = self.ends.len() - bracket.ends.min(self.ends.len());
        if within && (1..=MOST_SENTENCES_IN_PARENTHESES).contains(&inner) {
            self.ends.truncate(bracket.ends);
            self.start = bracket.start;
        }
    }
}

/// Whether the text goes on as a new sentence can, after white space.
fn goes_on_as_new(following: &Following<'_>) -> bool {
    match following.next {
        Next::Upper | Next::Caseless | Next::Digit => true,
        // A name may start small: `iPhone`, `eBay`.
        Next::Lower => following.inverted || has_inner_capital(following.word()),
        Next::Symbol(c) => !continues(c),
        Next::End => false,
    }
}

fn has_inner_capital(word: &str) -> bool {
    word.chars().skip(1).take(2).any(char::is_uppercase) && word.chars().skip(2).any(char::is_lowercase)
}

fn is_vowel(c: char) -> bool {
    // Letters with an accent on them are nearly all vowels.
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'à'..='æ' | 'è'..='ï' | 'ò'..='ö' | 'ø'..='ý' | 'ă' | 'ā' | 'ē' | 'ě' | 'ī' | 'ő' | 'ū' | 'ů' | 'ű' | 'ı')
        || matches!(
            c,
            'а' | 'е'
                | 'и'
                | 'о'
                | 'у'
                | 'ы'
                | 'э'
                | 'ю'
                | 'я'
                | 'і'
                | 'ї'
                | 'є'
                | 'ё'
                | 'ь'
                | 'α'
                | 'ε'
                | 'η'
                | 'ι'
                | 'ο'
                | 'υ'
                | 'ω'
                | 'ά'
                | 'έ'
                | 'ή'
                | 'ί'
                | 'ό'
                | 'ύ'
                | 'ώ'
        )
}

/// Whether `c` cannot start a sentence.
fn continues(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | ':'
            | '.'
            | '!'
            | '?'
            | ')'
            | ']'
            | '}'
            | '№'
            | '%'
            | '&'
            | '/'
            | '\\'
            | '='
            | '+'
            | '|'
            | '<'
            | '>'
            | '~'
            | '^'
            | '、'
            | '，'
            | '；'
            | '：'
            | '،'
            | '؛'
            | '؟'
            | '”'
            | '…'
            | '°'
    )
}

/// Web and mail addresses, handles and code.
fn is_address(run: &str) -> bool {
    run.contains("://") || run.contains("www.") || run.contains('@') || run.contains('_')
}

/// `Example.Com`, `Report.Pdf`, `Awesome.site.org`: what follows the dot is the end of a name, or goes on to another dot.
fn is_dotted_name(touching: &str, word: &str) -> bool {
    const TAILS: &[&str] = &[
        "com", "org", "net", "edu", "gov", "info", "biz", "co", "uk", "de", "fr", "eu", "io", "ai", "js", "pdf", "doc",
        "docx", "xls", "jpg", "png", "gif", "mp3", "mp4", "exe", "html", "htm", "php", "txt", "zip",
    ];
    let mut after = touching.chars();
    let tail = (2..=4).contains(&word.len()) && TAILS.contains(&word.to_ascii_lowercase().as_str());
    // `A` and `I` are words of their own; as tails they come before a break only.
    (tail && word != "De" && word != "Co")
        || touching.starts_with('@')
        || after.next() == Some('.') && after.next().is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
}

/// A capital alone is a word only where a space or apostrophe follows.
fn starts_like_a_word(rest: &str, word: &str) -> bool {
    let mut chars = word.chars();
    chars.next();
    chars.next().is_some() || rest[word.len()..].starts_with([' ', '\'', '’', '\u{a0}'])
}

fn is_roman(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L' | b'C' | b'M'))
        || rules::is_initial(word) && matches!(word, "I" | "V" | "X")
}

#[cfg(test)]
mod tests {
    use crate::{
        languages::Language,
        text::sentence::{LineBreaks, split},
    };

    /// Checks that `golden`, with `¦` between its sentences, is split there.
    #[track_caller]
    fn check(code: &str, golden: &str) {
        let text = golden.replace(" ¦ ", " ").replace('¦', "");
        let found = split(&text, Language::from_code(code), LineBreaks::Auto);
        let found: Vec<&str> = found.iter().map(|sentence| sentence.span.of(&text)).collect();
        assert_eq!(found, golden.split('¦').map(str::trim).collect::<Vec<_>>());
    }

    #[test]
    fn a_title_does_not_end_a_sentence() {
        check("en", "Mr. Alder met Prof. Finch. ¦ They talked.");
    }

    #[test]
    fn initials_do_not_end_a_sentence() {
        check("en", "J. R. R. Holt wrote it. ¦ K. Marsh drew it.");
        check("ru", "Книгу написал А. И. Седов. ¦ Её читают.");
    }

    #[test]
    fn an_acronym_ends_a_sentence_before_a_starter_alone() {
        check("en", "She lives in the U.S. ¦ The others do not.");
        check("en", "The U.S. Senate voted.");
    }

    #[test]
    fn a_time_ends_a_clause_but_not_a_phrase_before_the_subject() {
        check("en", "It closed at 6 p.m. ¦ Alder went home.");
        check("en", "At 6 p.m. Alder went home.");
        check("en", "The rule is: At 6 p.m. Alder goes home.");
    }

    #[test]
    fn a_number_belongs_to_its_abbreviation() {
        check("en", "See No. 14 on p. 6. ¦ It is there.");
        check("en", "He said no. ¦ Alder said yes.");
    }

    #[test]
    fn decimals_times_and_dates_have_no_end_in_them() {
        check("en", "It cost 3.50 at 9.30 on 4.5.2024. ¦ Nobody paid.");
    }

    #[test]
    fn an_ordinal_counts_the_noun_after_it() {
        check("de", "Am 3. Mai begann der 2. Umbau. ¦ Er dauerte bis zum Jahr 1990. ¦ Dann kam der dritte.");
        check("cs", "Sejdeme se 5. 6. 2024 v Brně. ¦ Bude pozdě.");
    }

    #[test]
    fn a_roman_numeral_is_an_ordinal_too() {
        check("tr", "II. Murat kenti aldı. ¦ Halk kaçtı.");
    }

    #[test]
    fn a_small_letter_goes_on() {
        check("en", "“Is it late?” he asked. ¦ Nobody knew.");
        check("en", "She works at Zing! in the north. ¦ It sells tea.");
    }

    #[test]
    fn a_small_letter_starts_a_sentence_after_a_word_that_no_abbreviation_is() {
        check("fr", "Le service est parfait et la salle est agréable. ¦ je reviendrai.");
        check("en", "The med. staff is kind.");
    }

    #[test]
    fn a_product_name_may_start_a_sentence_small() {
        check("en", "Sales fell. ¦ iPhone owners waited.");
    }

    #[test]
    fn quotation_marks_and_brackets_close_with_the_sentence() {
        check("en", "“It is late.” ¦ He left. ¦ (She stayed.) ¦ The lamp went out.");
    }

    #[test]
    fn a_question_in_quotation_marks_goes_on_to_its_speaker() {
        check("en", "“Who is there?” Alder asked. ¦ Nobody answered.");
        check("zh", "“我们赢了！”店主说。¦全场欢呼。");
    }

    #[test]
    fn where_more_than_two_sentences_end_there_is_no_parenthesis() {
        check("en", "They left (it rained. It was cold. It was late) at six. ¦ Nobody stayed.");
        check("en", "They left (it rained. ¦ It was cold. ¦ It was late. ¦ It was dark) at six. ¦ Nobody stayed.");
    }

    #[test]
    fn parentheses_are_told_sixteen_deep() {
        let nested = |depth: usize| format!("They left {}it rained{}", "(".repeat(depth), ")".repeat(depth - 1));
        check("en", &format!("{} and. It was cold) at six. ¦ Nobody stayed.", nested(16)));
        check("en", &format!("{} and. ¦ It was cold) at six. ¦ Nobody stayed.", nested(17)));
    }

    #[test]
    fn before_a_small_letter_a_long_word_ends_a_sentence() {
        check("en", "They met the president. ¦ he left at once.");
        check("en", "They met the deputies. he left at once.");
    }

    #[test]
    fn a_parenthesis_does_not_end_the_sentence_around_it() {
        check("en", "The bridge (it opened in 1904. It was rebuilt twice.) is closed. ¦ Cars go round.");
        check("ja", "会議（初回。来月も開く。）は終わった。¦皆が帰った。");
    }

    #[test]
    fn japanese_quotations_are_taken_up_by_a_particle() {
        check("ja", "「勝ちました。」と彼女は言った。¦会場は沸いた。");
    }

    #[test]
    fn glued_sentences_are_split() {
        check("en", "It was closed for years.¦It opened on Monday.¦“At last,” she said.¦“We waited.”¦Nobody left.");
        check("en", "Sales reached 1,000.¦That is a lot.");
        check("en", "It was run by the JNIX.¦The rest is known.");
        check("ar", "كان الطريق مغلقا.¦وقد فتح اليوم.");
    }

    #[test]
    fn names_with_dots_are_not_split() {
        check("en", "Write to Ann.Lee@example.org or see www.Example.com/News.Html or Example.Com.");
        check("en", "The U.S.Army and J.Holt use Report.Pdf and Site.example.org.");
    }

    #[test]
    fn a_heading_that_lost_its_line_break_is_split_off() {
        check("en", "the bridge is closed ¦ It will open in spring.");
        check("en", "I told him that I would come.");
        check("de", "ob Sie es wissen, weiß keiner.");
    }

    #[test]
    fn an_ellipsis_ends_a_sentence_before_a_capital() {
        check("en", "He waited... ¦ Nobody came. ¦ So... he left.");
        check("en", "Well . . . I am not sure. ¦ The text [...] Alder wrote is lost.");
    }

    #[test]
    fn marks_apart_from_words_belong_together() {
        check("vi", "Anh hỏi : \" Ai đó ? \" . ¦ Không ai trả lời .");
    }

    #[test]
    fn a_reference_stays_with_its_sentence() {
        check("en", "The gas is light.[1] ¦ It burns. [2] ¦ It is common.²");
    }

    #[test]
    fn items_in_a_line_are_split_before_their_markers() {
        check("en", "1) flour ¦ 2) eggs ¦ 3) salt");
        check("en", "• 1. Flour ¦ • 2. Eggs");
        check("en", "a. flour ¦ b. eggs");
        check("de", "Das Team kam auf den 1. und 2. Platz.");
    }

    #[test]
    fn marks_of_every_script_end_sentences() {
        check("hi", "वह आया। ¦ वह गया।");
        check("ur", "وہ آیا۔ ¦ وہ گیا۔");
        check("am", "እሱ መጣ። ¦ እሱ ሄደ።");
        check("el", "Ποιος είναι; ¦ Κανείς.");
        check("hy", "Նա եկավ: ¦ Նա գնաց:");
        check("my", "သူလာသည်။ ¦ သူသွားသည်။");
        check("km", "គាត់មក។ ¦ គាត់ទៅ។");
    }

    #[test]
    fn inverted_marks_start_sentences() {
        check("es", "Vive en EE.UU. ¦ ¿Quién lo sabe? ¦ ¡nadie!");
    }

    #[test]
    fn neutral_rules_know_titles_and_initials() {
        let text = "Dr. J. Holt came. He left.";
        assert_eq!(split(text, None, LineBreaks::Auto).len(), 2);
    }

    #[test]
    fn hostile_text_is_split_in_time() {
        let hostile = [
            ".", ". ", "\"", "\". ", "(", "(.", "x", "\u{301}", "a.B", "!? ", "1. ", "• ", "A", "\n", " ", "x\n", "。",
            "«",
        ];
        for piece in hostile {
            let text = piece.repeat(1 << 18);
            for line_breaks in [LineBreaks::Auto, LineBreaks::Flow] {
                split(&text, Language::from_code("en"), line_breaks);
            }
        }
    }
}
